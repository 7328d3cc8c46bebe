"""Transcribe: a stored source gets its words, once per engine version."""

from __future__ import annotations

from pathlib import Path

from prefect import task

from clipping import progress, transcripts
from clipping.db import queries
from clipping.models import SourceVideo
from clipping.transcripts.base import Recording
from tasks.retry import POLICY
from tasks.workplace import db_session, files_held, media_store, only_one, transcribing


@task(name="transcribe source", **POLICY)
@files_held()
def transcribe_source(
    source_id: str, transcriber: str, captions_key: str | None = None, captions_name: str = ""
) -> str:
    """Id of the transcript; found when this engine already heard this source.

    The captions are those of this run, not the ones that another run brought meanwhile.
    """
    with db_session() as session:
        source = queries.get_source(session, source_id)
    recording = _recording(source, captions_key, captions_name)
    engine, _because = transcripts.choose(transcriber, recording)
    # A file in the store is called by its content's hash.
    with_captions = engine.name == "captions" and captions_key is not None
    captions = Path(captions_key).stem if captions_key and with_captions else None

    def found() -> str | None:
        with db_session() as session:
            saved = queries.find_transcript(
                session, source_id, engine.name, engine.version, captions
            )
        if saved is None:
            return None
        return queries.transcript_id(source_id, engine.name, engine.version, captions)

    known = found()
    if known is None:
        with only_one(transcribing(source_id)):
            known = found()
            if known is None:
                progress.report("transcribe", 0.0, engine.name)
                transcript = transcripts.transcribe(transcriber, recording)
                with db_session() as session:
                    known = queries.save_transcript(session, source_id, captions, transcript)
    progress.report("transcribe", 1.0, engine.name)
    return known


def _recording(source: SourceVideo, captions_key: str | None, captions_name: str) -> Recording:
    store = media_store()
    return Recording(
        media_path=store.local_path(source.media_key),
        media=source.media,
        captions_path=store.local_path(captions_key) if captions_key else None,
        media_name=source.file_name,
        captions_name=captions_name,
    )
