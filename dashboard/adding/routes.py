"""The page on which sources are added, and what it asks besides uploads: captions and links."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from clipping.db.queries.sign_ins import Admitted
from clipping.errors import ClippingError, Rejected, UnreadableCaptions
from clipping.models import Addition, AdditionKind, Ground
from clipping.scratch import scratch_folder
from clipping.settings import settings
from clipping.sources.files import CAPTION_SUFFIXES
from clipping.sources.guard import check_link, extra_domains
from clipping.sources.naming import called
from clipping.transcripts.captions_file import read_captions
from dashboard.adding import records, said, uploads
from dashboard.adding.starting import start
from dashboard.door.answers import in_words, page
from dashboard.door.passing import csrf_token
from tasks.room import check_room
from tasks.taking_in import keep_captions

_FOLDER: Final = Path(__file__).parents[1] / "door" / "templates"
_LONGEST_LINK_FORM: Final = 16 * 1024
_LARGEST_CAPTIONS: Final = 64 * 1024**2
_KEPT: Final = {"cache-control": "no-cache"}
_GROUNDS: Final = {
    Ground.UNSTATED: "not stated",
    Ground.OWN: "its own",
    Ground.LICENSED: "a licence",
    Ground.PERMISSION: "a permission",
}


async def show(request: Request) -> Response:
    """The form, for the frame in which the dashboard's page shows it."""
    who: Admitted = request.scope["clipper.person"]
    if not records.may_add(who):
        return in_words("Only who works for a client adds videos.", 403)
    found = await run_in_threadpool(records.arriving, who)
    return page(
        "add",
        token=csrf_token(request.scope["clipper.sign_in"]),
        clients=who.clients,
        grounds=_GROUNDS,
        arriving=found,
        most_bytes=settings().max_source_bytes,
        suffixes=",".join(CAPTION_SUFFIXES),
    )


async def script(_request: Request) -> Response:
    """What the form does."""
    return FileResponse(_FOLDER / "add.js", media_type="text/javascript", headers=dict(_KEPT))


async def style(_request: Request) -> Response:
    """How the form looks."""
    return FileResponse(_FOLDER / "add.css", media_type="text/css", headers=dict(_KEPT))


async def captions(request: Request) -> Response:
    """Captions for a video that follows, or for a link; the answer names them."""
    who: Admitted = request.scope["clipper.person"]
    client = request.query_params.get("client", "")
    name = said.shown_name(request.query_params.get("name"))
    suffix = PurePosixPath(name.lower()).suffix
    try:
        records.check_client(who, client)
        if suffix not in CAPTION_SUFFIXES:
            raise UnreadableCaptions(f"{name} is no captions file: give SRT, VTT, ASS or json3.")
        await run_in_threadpool(check_room, _LARGEST_CAPTIONS)
        key = await _captions_kept(request, client, name, suffix)
    except ClippingError as error:
        return _refused(error)
    return JSONResponse({"captions": key})


async def _captions_kept(request: Request, client: str, name: str, suffix: str) -> str:
    with scratch_folder("captions") as folder:
        path = folder / f"captions{suffix}"
        size = 0
        with path.open("wb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > _LARGEST_CAPTIONS:
                    raise UnreadableCaptions(f"{name} is too large for captions.")
                await run_in_threadpool(file.write, piece)
        try:
            await run_in_threadpool(read_captions, path)
        except Rejected as error:
            raise UnreadableCaptions(str(error).replace(path.name, name)) from None
        return (await run_in_threadpool(keep_captions, path, client)).key


async def link(request: Request) -> Response:
    """A link to be fetched and clipped."""
    who: Admitted = request.scope["clipper.person"]
    try:
        told = await _form(request)
        made = await run_in_threadpool(_add_link, who, told)
    except ClippingError as error:
        return _refused(error)
    return JSONResponse({"id": made.addition_id, "state": made.state.value, "said": made.said}, 201)


def _add_link(who: Admitted, told: dict[str, str]) -> Addition:
    client = told.get("client", "")
    records.check_client(who, client)
    found = check_link(told.get("url", "").strip(), extra_domains(settings().link_hosts))
    key = told.get("captions") or None
    records.check_captions(key, client)
    title = told.get("title", "").strip()
    made = records.new_addition(
        who,
        client,
        AdditionKind.LINK,
        said.shown_name(title) if title else called(found.url),
        said.rights_in(told, client),
        location=found.url,
        captions_key=key,
    )
    check_room()
    records.add(who, made)
    return start(made, records.as_person(who, writes=True))


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_LINK_FORM:
            raise Rejected("This is too long.")
    try:
        told: Any = json.loads(body)
        # Half of a character that JSON can name is none that can be written.
        str(told).encode()
    except (ValueError, RecursionError):
        raise Rejected("This cannot be read.") from None
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise Rejected("This cannot be read.")
    return told


def _refused(error: ClippingError) -> Response:
    status = uploads.status_of(error)
    if isinstance(error, Rejected) and status not in (403, 413):
        status = 422
    return in_words(str(error), status or 503)


ADD_ROUTES: Final = [
    Route("/adding/upload", show, methods=["GET"]),
    Route("/adding/add.js", script, methods=["GET"]),
    Route("/adding/add.css", style, methods=["GET"]),
    Route("/adding/captions", captions, methods=["POST"]),
    Route("/adding/links", link, methods=["POST"]),
    *uploads.ROUTES,
]
