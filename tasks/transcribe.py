"""Transcribe: a stored source gets its words, once per engine version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from prefect import task

from clipping import progress, transcripts
from clipping.db import queries
from clipping.errors import CaptionsMismatch, UnreadableCaptions
from clipping.logs import note as about_client
from clipping.models import GlossaryTerm, SourceVideo
from clipping.settings import settings
from clipping.transcripts.base import Recording, Transcriber
from tasks.notebook import PostgresNotebook
from tasks.retry import POLICY
from tasks.workplace import (
    db_session,
    files_held,
    media_store,
    one_of_few,
    only_one,
    transcribing,
)


@task(name="transcribe source", **POLICY)
@files_held()
def transcribe_source(
    source_id: str,
    transcriber: str,
    captions_key: str | None = None,
    captions_name: str = "",
    language: str | None = None,
    *,
    captions_given: bool = True,
) -> str:
    """Id of the transcript; found when this engine already heard this source.

    The captions are those of this run, not the ones that another run brought meanwhile. Chunks
    that this or another source's run already heard in the same sound are not heard again.

    :param captions_given: A person named the captions, and is told when they do not fit. A site's
        own are left out then, with a note, unless the captions engine was asked for.
    """
    with db_session() as session:
        source = queries.sources.get_source(session, source_id)
        glossary = queries.heard.glossary_of(session, source.client)
    about_client(client=source.client)
    recording = _recording(source, captions_key, captions_name, language, glossary)
    try:
        return _heard(source, transcriber, recording)
    except (CaptionsMismatch, UnreadableCaptions) as error:
        if captions_given or transcriber != transcripts.AUTO or recording.captions_path is None:
            raise
        note = f"{error} They came with the link and were left out."
    progress.report("transcribe", 0.0, "without the captions of the site, which do not fit")
    return _heard(source, transcriber, replace(recording, captions_path=None), (note,))


def _heard(
    source: SourceVideo, transcriber: str, recording: Recording, notes: tuple[str, ...] = ()
) -> str:
    """Id of the transcript of a recording by that engine; ``notes`` go with a new one."""
    engine, _because = transcripts.choose(transcriber, recording)
    edition, source_id = engine.edition(recording), source.source_id
    # A file in the store is called by its content's hash.
    path = recording.captions_path if engine.name == "captions" else None
    captions = path.stem if path else None

    def found() -> str | None:
        with db_session() as session:
            saved = queries.transcripts.find_transcript(
                session, source_id, engine.name, edition, captions
            )
        if saved is None:
            return None
        return queries.transcripts.transcript_id(source_id, engine.name, edition, captions)

    known = found()
    if known is None:
        with only_one(transcribing(source_id)):
            known = found()
            if known is None:
                progress.report("transcribe", 0.0, engine.name)
                with _turn(engine):
                    transcript = transcripts.transcribe(
                        transcriber, recording, PostgresNotebook(source.client)
                    )
                whole = transcript.model_copy(update={"notes": (*transcript.notes, *notes)})
                with db_session() as session:
                    known = queries.transcripts.save_transcript(session, source_id, captions, whole)
    progress.report("transcribe", 1.0, engine.name)
    return known


@contextmanager
def _turn(engine: Transcriber) -> Iterator[None]:
    """Wait until few enough engines run that share one GPU, or all cores of a machine.

    Runs of ``clipper up`` wait in Prefect already (``flows/transcribe.py``); commands have only the
    database in common.
    """
    if not engine.is_heavy:
        yield
        return

    def say(_seconds: float) -> None:
        progress.report("transcribe", 0.0, "waiting for another transcription to end")

    with one_of_few("transcribing", settings().max_concurrent_transcriptions, say):
        yield


def _recording(
    source: SourceVideo,
    captions_key: str | None,
    captions_name: str,
    language: str | None,
    glossary: tuple[GlossaryTerm, ...],
) -> Recording:
    store = media_store()
    if captions_key and not captions_name:
        # A site's own captions; in the store they are called by their hash.
        captions_name = f"{Path(source.file_name).stem}{Path(captions_key).suffix}"
    return Recording(
        media_path=store.local_path(source.media_key),
        media=source.media,
        captions_path=store.local_path(captions_key) if captions_key else None,
        language=language,
        media_name=source.file_name,
        captions_name=captions_name,
        glossary=glossary,
    )
