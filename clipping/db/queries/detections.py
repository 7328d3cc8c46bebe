"""Detections, their moments, and a reason for every span that was dropped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from clipping.db.columns import storable
from clipping.db.queries.releases import lock_moments, settle_clips
from clipping.db.queries.upsert import save_row, save_rows
from clipping.db.tables import DetectionMomentRow, DetectionRow, MomentRow, RejectionRow
from clipping.errors import Rejected
from clipping.models import (
    VARIATION,
    Criterion,
    Detection,
    DetectOptions,
    Hold,
    Hook,
    Judgement,
    Moment,
    Rejection,
    make_id,
)
from clipping.timing import TimeSpan

_RUBRIC = TypeAdapter(tuple[Criterion, ...])
_HOLDS = TypeAdapter(tuple[Hold, ...])
_HOOKS = TypeAdapter(tuple[Hook, ...])


def save_detection(
    session: Session,
    source_id: str,
    transcript_id: str,
    detection_key: str,
    detection: Detection,
    options: DetectOptions | None = None,
) -> None:
    """Keep a detection whole, in the session's transaction; the same key again replaces it.

    A moment that other detections found too is shared with them and takes the newest wording, but
    what once held it holds it until somebody agrees. Moments are never deleted, because clips
    are made of them; those that a person brought back stay in the detection, behind the new ones.
    """
    made = make_id("detection", storable(detection_key))
    values = {
        "detection_id": made,
        "detection_key": detection_key,
        "source_id": source_id,
        "transcript_id": transcript_id,
        "detector": detection.detector,
        "detector_version": detection.detector_version,
        "notes": detection.notes,
        "options": None if options is None else options.model_dump(mode="json"),
    }
    # Locks the row, so that a second save of the same key waits for this transaction.
    save_row(session, DetectionRow, values, found_by=("detection_id",), touch="saved_at")
    rescued = _rescued(session, made)
    for table in (DetectionMomentRow, RejectionRow):
        session.execute(delete(table).where(col(table.detection_id) == made))
    # In one order everywhere, so that two detections that share moments cannot deadlock.
    moments = {moment.moment_id: moment_values(source_id, moment) for moment in detection.moments}
    by_id = {moment.moment_id: moment for moment in detection.moments}
    for moment_id, known in lock_moments(session, moments).items():
        # Another look that does not see it is nobody who has agreed to it.
        holds = tuple(dict.fromkeys((*by_id[moment_id].holds, *known)))
        moments[moment_id]["holds"] = _HOLDS.dump_python(holds, mode="json")
    save_rows(
        session, MomentRow, [moments[key] for key in sorted(moments)], found_by=("moment_id",)
    )
    _insert_all(
        session,
        DetectionMomentRow,
        [
            {"detection_id": made, "rank": moment.rank, "moment_id": moment.moment_id}
            for moment in detection.moments
        ],
    )
    first = max([moment.rank for moment in detection.moments], default=0) + 1
    back = [(moment_id, at) for moment_id, at in rescued if moment_id not in moments]
    _insert_all(
        session,
        DetectionMomentRow,
        [
            {"detection_id": made, "rank": rank, "moment_id": moment_id, "rescued_at": at}
            for rank, (moment_id, at) in enumerate(back, start=first)
        ],
    )
    _insert_all(
        session,
        RejectionRow,
        [
            {"detection_id": made, "position": position, **_rejection_values(rejection)}
            for position, rejection in enumerate(detection.rejections)
        ],
    )
    settle_clips(session, moments)


def _rescued(session: Session, detection_id: str) -> list[tuple[str, datetime | None]]:
    """What a person brought back into a detection, and when, in the order of the ranks."""
    return list(
        session.exec(
            select(DetectionMomentRow.moment_id, DetectionMomentRow.rescued_at)
            .where(
                DetectionMomentRow.detection_id == detection_id,
                col(DetectionMomentRow.rescued_at).is_not(None),
            )
            .order_by(col(DetectionMomentRow.rank))
        ).all()
    )


def _insert_all(
    session: Session,
    table: type[DetectionMomentRow | RejectionRow],
    rows: list[dict[str, Any]],
) -> None:
    if rows:
        session.execute(insert(table), rows)


def find_detection(session: Session, detection_key: str) -> Detection | None:
    """The detection that was saved under this key."""
    row = session.exec(
        select(DetectionRow).where(DetectionRow.detection_key == detection_key)
    ).first()
    return None if row is None else _detection(session, row)


def detection_of(session: Session, source_id: str) -> Detection | None:
    """The detection that was saved last for this source; moved ends of a moment are none."""
    row = session.exec(
        select(DetectionRow)
        .where(DetectionRow.source_id == source_id, DetectionRow.detector != VARIATION)
        .order_by(col(DetectionRow.saved_at).desc())
        .limit(1)
    ).first()
    return None if row is None else _detection(session, row)


def get_moment(session: Session, moment_id: str) -> tuple[str, Moment]:
    """The id of its source, and the moment with its rank in the newest detection that found it.

    Raises Rejected when there is none with that id.
    """
    found = session.exec(
        select(MomentRow, DetectionMomentRow.rank, DetectionMomentRow.rescued_at)
        .join(DetectionMomentRow, col(DetectionMomentRow.moment_id) == col(MomentRow.moment_id))
        .join(DetectionRow, col(DetectionRow.detection_id) == col(DetectionMomentRow.detection_id))
        .where(MomentRow.moment_id == moment_id)
        .order_by(col(DetectionRow.saved_at).desc(), col(DetectionMomentRow.rank))
        .limit(1)
    ).first()
    if found is None:
        raise Rejected(f"There is no moment {moment_id} in the database.")
    row, rank, rescued_at = found
    return row.source_id, _moment(row, rank, rescued_at)


def find_moment(session: Session, moment_id: str) -> Moment | None:
    """The moment, whichever detections found it, also when they are gone or none may be seen.

    Its rank, which belongs to a detection, is 1.
    """
    row = session.get(MomentRow, moment_id, populate_existing=True)
    return None if row is None else _moment(row, 1, None)


def _detection(session: Session, row: DetectionRow) -> Detection:
    moments = session.exec(
        select(MomentRow, DetectionMomentRow.rank, DetectionMomentRow.rescued_at)
        .join(DetectionMomentRow, col(DetectionMomentRow.moment_id) == col(MomentRow.moment_id))
        .where(DetectionMomentRow.detection_id == row.detection_id)
        .order_by(col(DetectionMomentRow.rank))
    )
    rejections = session.exec(
        select(RejectionRow)
        .where(RejectionRow.detection_id == row.detection_id)
        .order_by(col(RejectionRow.position))
    )
    return Detection(
        detector=row.detector,
        detector_version=row.detector_version,
        moments=tuple(_moment(*found) for found in moments),
        rejections=tuple(_rejection(dropped) for dropped in rejections),
        notes=tuple(row.notes),
    )


def moment_values(source_id: str, moment: Moment) -> dict[str, Any]:
    """The columns of its row."""
    return {
        **moment.model_dump(exclude={"rank", "span", "rubric", "rescued_at"}),
        "source_id": source_id,
        "start_ms": moment.span.start_ms,
        "end_ms": moment.span.end_ms,
        "rubric": _RUBRIC.dump_python(moment.rubric, mode="json"),
    }


def _moment(row: MomentRow, rank: int, rescued_at: datetime | None) -> Moment:
    return Moment(
        moment_id=row.moment_id,
        rank=rank,
        span=TimeSpan(start_ms=row.start_ms, end_ms=row.end_ms),
        score=row.score,
        rubric=_RUBRIC.validate_python(row.rubric),
        reason=row.reason,
        hook=row.hook,
        title=row.title,
        text=row.text,
        holds=_HOLDS.validate_python(row.holds),
        hooks=_HOOKS.validate_python(row.hooks),
        natural_start=row.natural_start,
        judgement=None if row.judgement is None else Judgement.model_validate(row.judgement),
        rescued_at=rescued_at,
    )


def _rejection_values(rejection: Rejection) -> dict[str, Any]:
    return {
        **rejection.model_dump(exclude={"span"}),
        "start_ms": rejection.span.start_ms,
        "end_ms": rejection.span.end_ms,
    }


def _rejection(row: RejectionRow) -> Rejection:
    return Rejection(
        span=TimeSpan(start_ms=row.start_ms, end_ms=row.end_ms),
        score=row.score,
        code=row.code,
        reason=row.reason,
        text=row.text,
        holds=_HOLDS.validate_python(row.holds),
    )
