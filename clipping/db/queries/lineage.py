"""From a clip back to its source, and what may be forgotten."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from clipping.db.queries.detections import find_detection
from clipping.db.queries.transcripts import as_transcript
from clipping.db.tables import (
    AdditionRow,
    ClipRow,
    DetectionMomentRow,
    DetectionRow,
    SourceRow,
    TranscriptRow,
)
from clipping.errors import Rejected
from clipping.models import AdditionState, Detection, Transcript


def get_transcript(session: Session, transcript_id: str) -> tuple[str, Transcript]:
    """The id of its source, and the transcript; Rejected when there is none with that id."""
    row = session.get(TranscriptRow, transcript_id)
    if row is None:
        raise Rejected(f"There is no transcript {transcript_id} in the database.")
    return row.source_id, as_transcript(row)


def get_detection(session: Session, detection_key: str) -> tuple[str, str, Detection]:
    """The ids of its source and transcript, and the detection; Rejected when there is none."""
    row = session.exec(
        select(DetectionRow.source_id, DetectionRow.transcript_id).where(
            DetectionRow.detection_key == detection_key
        )
    ).first()
    detection = find_detection(session, detection_key)
    if row is None or detection is None:
        raise Rejected(f"There is no detection {detection_key} in the database.")
    return row[0], row[1], detection


def engines_of(session: Session, moment_id: str) -> tuple[str, str]:
    """Names of the transcriber and the detector to which a moment goes back."""
    found = session.exec(
        select(TranscriptRow.engine, DetectionRow.detector)
        .join(DetectionRow, col(DetectionRow.transcript_id) == col(TranscriptRow.transcript_id))
        .join(
            DetectionMomentRow,
            col(DetectionMomentRow.detection_id) == col(DetectionRow.detection_id),
        )
        .where(DetectionMomentRow.moment_id == moment_id)
        .limit(1)
    ).first()
    if found is None:
        raise Rejected(f"There is no moment {moment_id} in the database.")
    return found


def transcripts_of(session: Session, moment_id: str) -> list[str]:
    """Ids of the transcripts in which the moment was found, the newest first."""
    found = session.exec(
        select(DetectionRow.transcript_id)
        .join(
            DetectionMomentRow,
            col(DetectionMomentRow.detection_id) == col(DetectionRow.detection_id),
        )
        .where(DetectionMomentRow.moment_id == moment_id)
        .order_by(col(DetectionRow.saved_at).desc())
    ).all()
    return list(dict.fromkeys(found))


def forget_source(session: Session, source_id: str) -> bool:
    """Forget a source on which no transcript or clip hangs; whether it was forgotten.

    Otherwise only its captions are let go: they are what a later run was refused for, and what
    was transcribed from earlier ones is kept in the transcript.
    """
    used = (
        session.exec(
            select(TranscriptRow.transcript_id).where(TranscriptRow.source_id == source_id).limit(1)
        ).first()
        or session.exec(
            select(ClipRow.clip_id).where(ClipRow.source_id == source_id).limit(1)
        ).first()
    )
    if used is not None:
        session.execute(
            update(SourceRow)
            .where(col(SourceRow.source_id) == source_id)
            .values(captions_key=None, captions_sha256=None)
        )
        return False
    session.execute(delete(SourceRow).where(col(SourceRow.source_id) == source_id))
    return True


def captions_in_use(session: Session, captions_key: str) -> bool:
    """Whether any source, or what is to become one, names these captions; one file may belong to
    several videos."""
    named = select(SourceRow.source_id).where(SourceRow.captions_key == captions_key).limit(1)
    waiting = select(AdditionRow.addition_id).where(
        AdditionRow.captions_key == captions_key,
        col(AdditionRow.state) != AdditionState.REFUSED,
    )
    found = session.exec(named).first() or session.exec(waiting.limit(1)).first()
    return found is not None
