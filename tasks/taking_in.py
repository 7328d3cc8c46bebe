"""How a file becomes a source: verified, stored by its content, recorded. Knows no Prefect."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from clipping import progress
from clipping.db import queries
from clipping.models import SourceRequest, SourceVideo, make_id
from clipping.settings import settings
from clipping.sources.files import verify
from clipping.storage.base import StoredFile
from clipping.storage.keys import captions_key, source_key
from clipping.storage.stored import stored_source
from clipping.transcripts.captions_file import read_captions
from tasks.workplace import db_session, media_store


def take_in(
    request: SourceRequest,
    location: str | None,
    shortest_ms: int,
    *,
    begun: float = 0.0,
    name: str = "",
) -> SourceVideo:
    """Keep the file of the request as what is found at ``location``.

    :param location: None for a file that is found in the media store from now on.
    :param begun: The part of the bar that is done.
    :param name: What people call it, where that is not the name of the file.
    :raises UnreadableMedia: It is no video that can be clipped.
    """
    verified = verify(request, max_bytes=settings().max_source_bytes, shortest_ms=shortest_ms)
    if verified.captions is not None:
        read_captions(verified.captions)  # refused here, before anything is stored
    file_name = name or verified.path.name
    media = media_store().import_file(
        verified.path,
        lambda sha256: source_key(request.client, sha256, verified.media.container),
        lambda fraction: progress.report("ingest", begun + fraction * (0.95 - begun), file_name),
    )
    captions = None
    if verified.captions is not None:
        captions = keep_captions(verified.captions, request.client)
    source_id = make_id("src", request.client, media.sha256)
    source = SourceVideo(
        source_id=source_id,
        client=request.client,
        sha256=media.sha256,
        file_name=file_name,
        location=stored_source(source_id) if location is None else location,
        media_key=media.key,
        captions_key=captions.key if captions else None,
        captions_sha256=captions.sha256 if captions else None,
        media=verified.media,
        ingested_at=datetime.now(UTC),
        rights=request.rights,
    )
    with db_session() as session:
        queries.sources.save_source(session, source)
        # With what is kept of earlier runs: the first time, and rights that this one leaves.
        source = queries.sources.get_source(session, source.source_id)
    progress.report("ingest", 1.0, file_name)
    return source


def keep_captions(path: Path, client: str) -> StoredFile:
    """Store a captions file of a client."""
    suffix = path.suffix.lstrip(".").lower()
    return media_store().import_file(path, lambda sha256: captions_key(client, sha256, suffix))
