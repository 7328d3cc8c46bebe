"""Dropped candidates that a person brings back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.db.queries.detections import moment_values
from clipping.db.queries.releases import hold_also
from clipping.db.tables import DetectionMomentRow, DetectionRow, MomentRow
from clipping.errors import Rejected
from clipping.models import VARIATION, Moment


def save_rescued(
    session: Session, detection_key: str, moments: Sequence[Moment], at: datetime
) -> None:
    """Add moments to a detection, behind those that it has and marked as brought back.

    One that it has stays what and where it is; one that another detection found keeps the words
    which that one gave it, and is held for what holds it here as well. Raises Rejected when there
    is no such detection.
    """
    found = session.exec(
        select(DetectionRow.detection_id, DetectionRow.source_id)
        .where(DetectionRow.detection_key == detection_key)
        # Two rescues at once would take the same rank.
        .with_for_update()
    ).first()
    if found is None:
        raise Rejected(f"There is no detection {detection_key} in the database.")
    detection_id, source_id = found
    rows = session.exec(
        select(DetectionMomentRow.moment_id, DetectionMomentRow.rank).where(
            DetectionMomentRow.detection_id == detection_id
        )
    )
    known = dict(rows.all())
    new = [moment for moment in moments if moment.moment_id not in known]
    for rank, moment in enumerate(new, start=max(known.values(), default=0) + 1):
        values = moment_values(source_id, moment)
        session.execute(insert(MomentRow).values(**values).on_conflict_do_nothing())
        session.add(
            DetectionMomentRow(
                detection_id=detection_id, rank=rank, moment_id=moment.moment_id, rescued_at=at
            )
        )
    # In one order everywhere, so that two that share moments cannot deadlock.
    for moment in sorted(new, key=lambda one: one.moment_id):
        hold_also(session, moment.moment_id, moment.holds)


def newest_detection(session: Session, source_id: str, moment_id: str | None = None) -> str | None:
    """Key of the source's detection that was saved last, of those that hold the moment if named.

    Moved ends of a moment are none: nothing was dropped there.
    """
    wanted = select(DetectionRow.detection_key).where(
        DetectionRow.source_id == source_id, DetectionRow.detector != VARIATION
    )
    if moment_id is not None:
        holding = select(DetectionMomentRow.detection_id).where(
            DetectionMomentRow.moment_id == moment_id
        )
        wanted = wanted.where(col(DetectionRow.detection_id).in_(holding))
    return session.exec(wanted.order_by(col(DetectionRow.saved_at).desc()).limit(1)).first()
