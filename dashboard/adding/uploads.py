"""Uploads that can be gone on with after a break: tus 1.0.0 with what our own page needs of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clipping.db.queries.sign_ins import Admitted
from clipping.errors import (
    ClippingError,
    DiskFull,
    QuotaExhausted,
    RateLimited,
    Rejected,
    TooLarge,
    UnreadableMedia,
)
from clipping.models import Addition, AdditionKind, AdditionState
from clipping.settings import settings
from dashboard.adding import finishing, parts, records, said
from dashboard.adding.receiving import ChecksumWrong, Gone, Receiving
from dashboard.door.answers import in_words

PATH: Final = "/adding/files"
_STATUS: Final[tuple[tuple[type[ClippingError], int], ...]] = (
    (ChecksumWrong, 460),
    (Gone, 410),
    (TooLarge, 413),
    (UnreadableMedia, 415),
    (DiskFull, 507),
    (QuotaExhausted, 429),
    (RateLimited, 423),
    (Rejected, 422),
)
_OVERRIDES: Final = ("PATCH", "DELETE", "HEAD")


async def files(request: Request) -> Response:
    """What can be done here, and a new upload."""
    if request.method == "OPTIONS":
        return _told(
            204,
            {
                "tus-version": said.VERSION,
                "tus-extension": said.EXTENSIONS,
                "tus-max-size": str(settings().max_source_bytes),
                "tus-checksum-algorithm": ",".join(said.ALGORITHMS),
            },
        )
    return await _answered(request, _begin)


async def file(request: Request) -> Response:
    """How far an upload is, more of it, and its end."""
    method = request.method
    if method == "POST":
        # For who can send nothing but POST; anything else must not turn into a change.
        method = request.headers.get("x-http-method-override", "").upper()
        if method not in _OVERRIDES:
            return _refusal("Nothing is posted here.", 405)
    acts = {"HEAD": _how_far, "PATCH": _go_on, "DELETE": _discard}
    return await _answered(request, acts[method])


async def _answered(request: Request, act: Callable[[Request], Awaitable[Response]]) -> Response:
    if request.headers.get("tus-resumable") != said.VERSION:
        refusal = _refusal("This speaks another version of the protocol.", 412)
        refusal.headers["tus-version"] = said.VERSION
        return refusal
    who: Admitted = request.scope["clipper.person"]
    if not records.may_add(who):
        return _refusal("Only who works for a client adds videos.", 403)
    try:
        return await act(request)
    except ClippingError as error:
        status = status_of(error)
        if status is None:
            raise
        return _refusal(str(error), status)


def status_of(error: ClippingError) -> int | None:
    """How HTTP calls it; None where something is wrong on our side."""
    return next((code for kind, code in _STATUS if isinstance(error, kind)), None)


async def _begin(request: Request) -> Response:
    who: Admitted = request.scope["clipper.person"]
    size = said.number_in(request.headers, "upload-length")
    if size is None:
        return _refusal("It is not said how long the file is.", 400)
    told = said.metadata_in(request.headers)
    client = told.get("client", "")
    name = said.shown_name(told.get("title") or told.get("filename"))
    if size == 0:
        raise Rejected(f"{name} is empty.")
    most = settings().max_source_bytes
    if size > most:
        raise TooLarge(f"{name} is too large: at most {most / 1024**3:.0f} GiB are accepted.")
    if client not in who.clients:
        return _refusal("You work for no client of this name.", 403)
    captions = told.get("captions") or None
    records.check_captions(captions, client)
    rights = said.rights_in(told, client)
    made = records.new_addition(
        who, client, AdditionKind.FILE, name, rights, size_bytes=size, captions_key=captions
    )
    await run_in_threadpool(records.add, who, made)
    return _told(201, {"location": f"{PATH}/{made.addition_id}", **_expiry(made)})


async def _how_far(request: Request) -> Response:
    addition = await _found(request)
    if addition is None or records.expired(addition):
        return _told(404 if addition is None else 410)
    at = addition.received_bytes
    if addition.state is AdditionState.RECEIVING:
        at = min(at, await run_in_threadpool(parts.bytes_here, addition.addition_id))
    return _told(
        200,
        {
            "upload-offset": str(at),
            "upload-length": str(addition.size_bytes),
            **_expiry(addition),
        },
    )


async def _go_on(request: Request) -> Response:
    if request.headers.get("content-type") != said.BODY_TYPE:
        return _refusal(f"What is sent here is {said.BODY_TYPE}.", 415)
    offset = said.number_in(request.headers, "upload-offset")
    if offset is None:
        return _refusal("It is not said where these bytes belong.", 400)
    check = said.checksum_in(request.headers) if "upload-checksum" in request.headers else None
    addition = await _found(request)
    if addition is None or records.expired(addition):
        gone = "This upload is not known any more: begin anew."
        return _refusal(gone, 404 if addition is None else 410)
    if addition.state is not AdditionState.RECEIVING:
        return _conflict("All of this file has arrived.", addition.received_bytes)
    await run_in_threadpool(parts.check_place, addition)
    length = said.number_in(request.headers, "content-length") or 0
    if offset + length > addition.size_bytes:
        raise TooLarge("This is more than the file was said to hold.")
    return await _received(request, addition, offset, check)


async def _received(
    request: Request, addition: Addition, offset: int, check: said.Checksum | None
) -> Response:
    who: Admitted = request.scope["clipper.person"]
    with parts.opened(addition.addition_id) as part:
        # Whoever held it before us may have gone on with it, to its end perhaps.
        now = await _found(request)
        if now is None or now.state is not AdditionState.RECEIVING:
            await run_in_threadpool(parts.remove_unknown, addition.addition_id, now)
            return _conflict("This file has arrived, or was discarded.", addition.size_bytes)
        at = await run_in_threadpool(part.begin, now.received_bytes)
        if at != offset:
            return _conflict("These bytes belong elsewhere.", at)
        taking = Receiving(who, now, part, at, check)
        if not await taking.take(request):
            return _refusal("Nothing came any more.", 408)
    done = await _found(request)
    if done is not None and done.state is AdditionState.RECEIVED:
        await run_in_threadpool(finishing.wake)
    return _told(204, {"upload-offset": str(taking.at), **(_expiry(done) if done else {})})


async def _discard(request: Request) -> Response:
    addition = await _found(request)
    if addition is None:
        return _refusal("This upload is not known.", 404)
    if addition.state is not AdditionState.RECEIVING:
        return _conflict("All of this file has arrived.", addition.received_bytes)
    await run_in_threadpool(records.forget, request.scope["clipper.person"], addition.addition_id)
    return _told(204)


async def _found(request: Request) -> Addition | None:
    who: Admitted = request.scope["clipper.person"]
    return await run_in_threadpool(records.find, who, request.path_params["addition_id"])


def _expiry(addition: Addition) -> dict[str, str]:
    if addition.state is not AdditionState.RECEIVING:
        return {}
    return {"upload-expires": format_datetime(records.expires_at(addition), usegmt=True)}


def _told(status: int, headers: dict[str, str] | None = None) -> Response:
    told = {"tus-resumable": said.VERSION, "cache-control": "no-store", **(headers or {})}
    return Response(None, status, told)


def _refusal(sentence: str, status: int) -> Response:
    response = in_words(sentence, status)
    response.headers["tus-resumable"] = said.VERSION
    return response


def _conflict(sentence: str, at: int) -> Response:
    response = _refusal(sentence, 409)
    response.headers["upload-offset"] = str(at)
    return response


ROUTES: Final = [
    Route(PATH, files, methods=["OPTIONS", "POST"]),
    Route(PATH + "/{addition_id:str}", file, methods=["HEAD", "PATCH", "DELETE", "POST"]),
]
