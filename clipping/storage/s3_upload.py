"""Sending a file in parts, of which those that an earlier run has sent are not sent again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from clipping.errors import ClippingError, ServiceUnavailable
from clipping.storage.base import OnProgress
from clipping.storage.cache import Taken
from clipping.storage.s3_bucket import Bucket, Part
from clipping.storage.s3_errors import NO_UPLOAD, code_of

_MOST_PARTS = 10_000
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html, 2026-11."""

_AT_ONCE = 4
_UPLOADS_LOST = 3
_READ_BYTES = 1024**2


@dataclass(frozen=True)
class Piece:
    """Bytes of a file that make one part."""

    number: int
    start: int
    size_bytes: int


def pieces_of(size: int, part_bytes: int) -> list[Piece]:
    """The parts of a file of ``size`` bytes: the same ones whenever it is asked."""
    length = max(part_bytes, -(-size // _MOST_PARTS))
    return [
        Piece(number, start, min(length, size - start))
        for number, start in enumerate(range(0, size, length), 1)
    ]


def is_sent(piece: Piece, part: Part, sha256: bytes, md5: Callable[[], bytes]) -> bool:
    """Whether a part that the store has is this piece of our file.

    :param md5: Gives the piece's digest, which the ETag is where the store tells no checksum.
    """
    if part.size_bytes != piece.size_bytes:
        return False
    if part.sha256 is not None:
        return part.sha256 == sha256
    return part.etag.strip('"') == md5().hex()


def upload(bucket: Bucket, file: Taken, part_bytes: int, on_progress: OnProgress) -> None:
    """Store a file under its key; what a run that is killed or fails has sent is not sent again.

    Parts are kept only for a key that says its content's hash. Of others nothing tells which
    content the parts that lie there were meant to become.

    :param on_progress: Called with the fraction that the store has.
    """
    if file.size_bytes <= part_bytes:
        bucket.put(file.key, file.path, file.sha256)
        return
    pieces, kept = pieces_of(file.size_bytes, part_bytes), file.sha256 in file.key
    for _ in range(_UPLOADS_LOST):
        try:
            _send(bucket, file, pieces, on_progress, kept)
        except ServiceUnavailable as error:
            if code_of(error) != NO_UPLOAD:
                raise
            # Another run may have completed it.
            stored = bucket.head(file.key)
            if stored is None or stored.sha256 != file.sha256:
                continue
        return
    raise ServiceUnavailable(f"Somebody ends our uploads to {bucket.name}; run again.")


def _send(
    bucket: Bucket, file: Taken, pieces: list[Piece], on_progress: OnProgress, kept: bool
) -> None:
    """Find the upload that an earlier run left, or begin one, and bring it to its end."""
    left = bucket.uploads(file.key) if kept else []
    if left:
        upload_id = max(left, key=lambda one: one.begun_at).upload_id
        sent = _sent_before(bucket, file, pieces, upload_id)
    else:
        upload_id, sent = bucket.begin(file.key, file.sha256), {}
    try:
        parts = _send_missing(bucket, file, pieces, upload_id, sent, on_progress)
        bucket.finish(file.key, upload_id, parts)
    except BaseException:
        if not kept:
            with suppress(ClippingError):
                bucket.abort(file.key, upload_id)
        raise
    _compare(bucket, file, parts)


def _sent_before(
    bucket: Bucket, file: Taken, pieces: list[Piece], upload_id: str
) -> dict[int, Part]:
    stored = {part.number: part for part in bucket.parts(file.key, upload_id)}
    sent = {}
    for piece in pieces:
        part = stored.get(piece.number)
        if part is not None:
            sha256 = _digest(file.path, piece, "sha256")
            if is_sent(piece, part, sha256, partial(_digest, file.path, piece, "md5")):
                sent[piece.number] = Part(part.number, part.size_bytes, part.etag, sha256)
    return sent


def _send_missing(
    bucket: Bucket,
    file: Taken,
    pieces: list[Piece],
    upload_id: str,
    sent: dict[int, Part],
    on_progress: OnProgress,
) -> list[Part]:
    """Send what is not in ``sent``, some at once; gives all parts."""

    def send(piece: Piece) -> Part:
        sha256 = _digest(file.path, piece, "sha256")
        return bucket.send_part(
            file.key, upload_id, piece.number, file.path, piece.start, piece.size_bytes, sha256
        )

    parts = list(sent.values())
    done = sum(part.size_bytes for part in parts)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="upload") as pool:
        waiting = [pool.submit(send, piece) for piece in pieces if piece.number not in sent]
        try:
            for future in as_completed(waiting):
                parts.append(future.result())
                done += parts[-1].size_bytes
                on_progress(done / file.size_bytes)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sorted(parts, key=lambda part: part.number)


def _compare(bucket: Bucket, file: Taken, parts: list[Part]) -> None:
    """Make sure that the store has what we sent, as far as it tells."""
    stored = bucket.head(file.key, checksum=True)
    if stored is None or stored.sha256 != file.sha256:
        raise ServiceUnavailable(f"{file.key} changed in {bucket.name} under us; run again.")
    of_parts = hashlib.sha256(b"".join(part.sha256 or b"" for part in parts)).digest()
    told = (stored.checksum or "").partition("-")[0]
    ours = {base64.b64encode(one).decode() for one in (of_parts, bytes.fromhex(file.sha256))}
    if stored.size_bytes != file.size_bytes or (told and told not in ours):
        bucket.delete(file.key)
        raise ServiceUnavailable(f"{file.key} was damaged on its way to {bucket.name}; run again.")


def _digest(path: Path, piece: Piece, algorithm: str) -> bytes:
    hasher = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        file.seek(piece.start)
        left = piece.size_bytes
        while left > 0 and (chunk := file.read(min(left, _READ_BYTES))):
            hasher.update(chunk)
            left -= len(chunk)
    return hasher.digest()
