"""Which sources could give more moments, and which were asked to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.tables import (
    DetectionMomentRow,
    DetectionRow,
    MomentAskRow,
    RejectionRow,
    SourceRow,
    StopRow,
)
from clipping.models import VARIATION, DetectOptions, Ground, MomentAsk, SourceRoom

OVER_COUNT = "over_count"
"""The code of what a detection left out only because it was asked for fewer."""


def source_rooms(session: Session, client: str) -> list[SourceRoom]:
    """The client's sources whose latest detection left out moments for their number.

    Their rights are stated, and nobody has stopped them. What was asked for since is counted as
    given.
    """
    newest_first = (
        select(DetectionRow)
        .join(SourceRow, col(SourceRow.source_id) == col(DetectionRow.source_id))
        .where(
            col(SourceRow.client_id) == client_id(client),
            col(SourceRow.rights_ground) != Ground.UNSTATED.value,
            col(DetectionRow.detector) != VARIATION,
            col(SourceRow.source_id).not_in(
                select(col(StopRow.source_id)).where(
                    col(StopRow.lifted_at).is_(None), col(StopRow.source_id).is_not(None)
                )
            ),
        )
        .order_by(col(DetectionRow.saved_at).desc())
    )
    latest: dict[str, DetectionRow] = {}
    for row in session.execute(newest_first).scalars():
        latest.setdefault(row.source_id, row)
    rows = [row for _, row in sorted(latest.items())]
    ids = [row.detection_id for row in rows]
    counts = _moments(session, ids)
    scores = _left_out(session, ids)
    asked = _asked(session, [row.source_id for row in rows])
    found = []
    for row in rows:
        given = counts.get(row.detection_id, 0)
        count = max(given, asked.get(row.source_id, 0))
        left_out = scores.get(row.detection_id, [])[count - given :]
        if left_out and count:
            options = DetectOptions.model_validate(row.options or {}).replace(count=count)
            found.append(
                SourceRoom(
                    source_id=row.source_id,
                    transcript_id=row.transcript_id,
                    detector=row.detector,
                    options=options,
                    left_out=tuple(left_out),
                )
            )
    return found


def _moments(session: Session, detection_ids: list[str]) -> dict[str, int]:
    """How many moments each detection gave; what a person brought back does not count."""
    rows = session.execute(
        select(col(DetectionMomentRow.detection_id), func.count())
        .where(
            col(DetectionMomentRow.detection_id).in_(detection_ids),
            col(DetectionMomentRow.rescued_at).is_(None),
        )
        .group_by(col(DetectionMomentRow.detection_id))
    )
    return {row[0]: row[1] for row in rows}


def _left_out(session: Session, detection_ids: list[str]) -> dict[str, list[int]]:
    """Scores of what each detection left out for its number, the best first."""
    rows = session.execute(
        select(col(RejectionRow.detection_id), col(RejectionRow.score))
        .where(
            col(RejectionRow.detection_id).in_(detection_ids), col(RejectionRow.code) == OVER_COUNT
        )
        .order_by(col(RejectionRow.score).desc())
    )
    found: dict[str, list[int]] = {}
    for detection_id, score in rows:
        found.setdefault(detection_id, []).append(score)
    return found


def _asked(session: Session, source_ids: list[str]) -> dict[str, int]:
    """The most moments that each source was asked for."""
    rows = session.execute(
        select(col(MomentAskRow.source_id), func.max(MomentAskRow.count))
        .where(col(MomentAskRow.source_id).in_(source_ids))
        .group_by(col(MomentAskRow.source_id))
    )
    return {row[0]: row[1] for row in rows}


def was_asked(session: Session, client: str, day: date) -> bool:
    """Whether more moments were asked for because of what the client's day lacks."""
    found = select(col(MomentAskRow.source_id)).where(
        col(MomentAskRow.client_id) == client_id(client), col(MomentAskRow.day) == day
    )
    return session.execute(found.limit(1)).first() is not None


def note_ask(session: Session, client: str, day: date, ask: MomentAsk, at: datetime) -> None:
    """Keep that a source was asked; the same again changes nothing."""
    session.execute(
        insert(MomentAskRow)
        .values(
            client_id=client_id(client),
            day=day,
            source_id=ask.source_id,
            count=ask.options.count,
            asked_at=at,
        )
        .on_conflict_do_nothing()
    )
