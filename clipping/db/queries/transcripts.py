"""Transcripts of sources."""

from __future__ import annotations

from sqlmodel import Session, col, select

from clipping.db.columns import storable
from clipping.db.queries.upsert import save_row
from clipping.db.queries.word_arrays import from_arrays, to_arrays
from clipping.db.tables import TranscriptRow
from clipping.errors import Rejected
from clipping.models import SoundEvent, Transcript, make_id


def transcript_id(source_id: str, engine: str, version: str, captions_sha256: str | None) -> str:
    """The id of what this engine makes of this source and these captions."""
    parts = (source_id, engine, version, captions_sha256 or "")
    return make_id("transcript", *map(storable, parts))


def save_transcript(
    session: Session, source_id: str, captions_sha256: str | None, transcript: Transcript
) -> str:
    """Keep the transcript and return its id; it is the source's latest one from now on."""
    made = transcript_id(source_id, transcript.engine, transcript.engine_version, captions_sha256)
    values = {
        **transcript.model_dump(exclude={"words", "notes", "sounds"}),
        "transcript_id": made,
        "source_id": source_id,
        "captions_sha256": captions_sha256,
        "word_count": len(transcript.words),
        "words": to_arrays(transcript.words),
        "notes": transcript.notes,
        "sounds": [sound.model_dump(mode="json") for sound in transcript.sounds],
    }
    save_row(session, TranscriptRow, values, found_by=("transcript_id",), touch="saved_at")
    return made


def find_transcript(
    session: Session, source_id: str, engine: str, version: str, captions_sha256: str | None
) -> Transcript | None:
    """What this version of the engine made of this source and these captions."""
    row = session.get(TranscriptRow, transcript_id(source_id, engine, version, captions_sha256))
    return None if row is None else as_transcript(row)


def latest_transcript(session: Session, source_id: str) -> tuple[str, Transcript]:
    """Id and transcript that were saved last for this source; Rejected when there is none."""
    row = session.exec(
        select(TranscriptRow)
        .where(TranscriptRow.source_id == source_id)
        .order_by(col(TranscriptRow.saved_at).desc())
        .limit(1)
    ).first()
    if row is None:
        raise Rejected(f"The source {source_id} has no transcript in the database.")
    return row.transcript_id, as_transcript(row)


def as_transcript(row: TranscriptRow) -> Transcript:
    """The row as the engine knows it."""
    return Transcript(
        engine=row.engine,
        engine_version=row.engine_version,
        language=row.language,
        words=from_arrays(row.words),
        chosen_because=row.chosen_because,
        notes=tuple(row.notes),
        sounds=tuple(SoundEvent.model_validate(sound) for sound in row.sounds),
    )
