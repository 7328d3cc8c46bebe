"""Films and covers of clips, for who may see the clip: whole, or the part that is asked for.

What is in the address is looked up in the database, as the person who asks; the key of the file is
what stands there.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, Final

from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from clipping.db.queries.sign_ins import Admitted
from clipping.db.session import open_session, open_session_as
from clipping.db.tables import ClipRow
from clipping.errors import NeedsPerson
from clipping.keeping.ledger import RowLedger
from clipping.settings import settings
from clipping.storage import MediaStore, open_store
from dashboard.door.admission import database_url
from dashboard.door.answers import in_words

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PIECE: Final = 256 * 1024
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def store() -> MediaStore:
    """The media store that the settings name."""
    return open_store(settings(), _client_of, RowLedger(_session), _archive_client_of)


def _session() -> AbstractContextManager[Session]:
    return open_session(database_url())


def _client_of(block: str) -> S3Client:
    # Only who keeps the keys in a block waits for Prefect to be imported.
    from blocks.object_store import client_of

    return client_of(block)


def _archive_client_of(block: str) -> S3Client:
    from blocks.object_store import client_of_archive

    return client_of_archive(block)


@dataclass(frozen=True)
class _Found:
    """An open file; it can be read even when the cache drops it meanwhile."""

    file: BinaryIO
    size: int
    tag: str


async def clip_video(request: Request) -> Response:
    """The MP4 of a clip."""
    return await _answer(request, "video/mp4")


async def clip_cover(request: Request) -> Response:
    """The cover of a clip."""
    return await _answer(request, "image/jpeg")


async def _answer(request: Request, kind: str) -> Response:
    who: Admitted = request.scope["clipper.person"]
    clip_id = request.path_params["clip_id"]
    if not _ID.fullmatch(clip_id):
        raise HTTPException(404)
    try:
        found = await run_in_threadpool(_open, who.user_id, clip_id, kind == "video/mp4")
    except NeedsPerson as error:
        _log.warning("%s", error)
        return in_words("The file is missing from the media store.", 404)
    if found is None:
        raise HTTPException(404)
    # Asked for again each time, because who asks may be somebody else by then.
    told = {"etag": found.tag, "cache-control": "private, no-cache", "accept-ranges": "bytes"}
    if found.tag in request.headers.get("if-none-match", ""):
        found.file.close()
        return Response(None, 304, told)
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", found.tag) != found.tag:
        asked = ""
    part = part_of(asked, found.size)
    if part is None:
        found.file.close()
        return Response(None, 416, {**told, "content-range": f"bytes */{found.size}"})
    first, end = part
    told["content-length"] = str(end - first)
    if end - first < found.size:
        told["content-range"] = f"bytes {first}-{end - 1}/{found.size}"
    status = 206 if "content-range" in told else 200
    if request.method == "HEAD":
        found.file.close()
        return Response(None, status, told, kind)
    return StreamingResponse(_pieces(found.file, first, end), status, told, kind)


def part_of(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and end of what a ``Range`` asks for; None where there is nothing of the sort.

    Several parts at once, and what is no range, are answered with the whole, as RFC 9110 allows.
    """
    parsed = _RANGE.fullmatch(asked.strip())
    if parsed is None or not (parsed[1] or parsed[2]):
        return 0, size
    if not parsed[1]:
        length = int(parsed[2])
        return (max(size - length, 0), size) if length and size else None
    first = int(parsed[1])
    end = min(int(parsed[2]) + 1, size) if parsed[2] else size
    if parsed[2] and int(parsed[2]) < first:
        return 0, size
    return (first, end) if first < size else None


async def _pieces(file: BinaryIO, first: int, end: int) -> AsyncIterator[bytes]:
    try:
        await run_in_threadpool(file.seek, first)
        left = end - first
        while left > 0:
            piece = await run_in_threadpool(file.read, min(_PIECE, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
    finally:
        file.close()


def _open(user_id: str, clip_id: str, video: bool) -> _Found | None:
    key_of = ClipRow.video_key if video else ClipRow.cover_key
    with open_session_as(database_url(), user_id) as session:
        row = session.exec(
            select(key_of, ClipRow.video_sha256).where(col(ClipRow.clip_id) == clip_id)
        ).first()
    if row is None:
        return None
    key, sha256 = row
    with store().held():
        path = store().local_path(key)
        try:
            file = path.open("rb")
        except OSError:
            raise NeedsPerson(f"{path.name} is missing from the media store.") from None
    size = file.seek(0, 2)
    return _Found(file, size, f'"{sha256[:32]}{"" if video else f"-{size}"}"')
