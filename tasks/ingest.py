"""Ingest: a file becomes a verified original in the media store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prefect import task

from clipping import progress
from clipping.db import queries
from clipping.models import SourceRequest, SourceVideo, make_id
from clipping.settings import settings
from clipping.sources.files import verify
from clipping.storage.keys import captions_key, source_key
from clipping.transcripts.captions_file import read_captions
from tasks.retry import POLICY
from tasks.workplace import db_session, media_store, only_one, transcribing


@task(name="ingest source", **POLICY)
def ingest_source(request: SourceRequest, shortest_ms: int) -> SourceVideo:
    """Verify, store by content hash, and record; the same file is stored and recorded once."""
    progress.report("ingest", 0.0, Path(request.location).name)
    verified = verify(request, max_bytes=settings().max_source_bytes, shortest_ms=shortest_ms)
    if verified.captions is not None:
        read_captions(verified.captions)  # refused here, before anything is stored
    store = media_store()
    media = store.import_file(
        verified.path,
        lambda sha256: source_key(request.client, sha256, verified.media.container),
        lambda fraction: progress.report("ingest", fraction * 0.95, verified.path.name),
    )
    captions = None
    if verified.captions is not None:
        suffix = verified.captions.suffix.lstrip(".").lower()
        captions = store.import_file(
            verified.captions, lambda sha256: captions_key(request.client, sha256, suffix)
        )
    source = SourceVideo(
        source_id=make_id("src", request.client, media.sha256),
        client=request.client,
        sha256=media.sha256,
        file_name=verified.path.name,
        location=request.location,
        media_key=media.key,
        captions_key=captions.key if captions else None,
        captions_sha256=captions.sha256 if captions else None,
        media=verified.media,
        ingested_at=datetime.now(UTC),
    )
    with db_session() as session:
        queries.save_source(session, source)
    progress.report("ingest", 1.0, verified.path.name)
    return source


@task(name="discard rejected source", **POLICY)
def discard_source(source_id: str, captions_key: str | None) -> None:
    """Forget a source that turned out to be unusable, and the captions it was refused for.

    What earlier work hangs on stays: a source with a transcript, captions that any source names.
    The lock waits for a run that is hearing the same source right now.
    """
    store = media_store()
    with only_one(transcribing(source_id)):
        with db_session() as session:
            source = queries.get_source(session, source_id)
            removed = queries.forget_source(session, source_id)
            unused = captions_key is not None and not queries.captions_in_use(session, captions_key)
        if removed:
            store.delete(source.media_key)
        if captions_key is not None and unused:
            store.delete(captions_key)
