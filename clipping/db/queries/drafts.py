"""The words beside each moment, as they were drafted last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, select

from clipping.db.queries.upsert import save_row
from clipping.db.tables import DraftRow
from clipping.models import Draft, Writing


def save_writings(session: Session, writings: Mapping[str, Writing]) -> None:
    """Keep what was written for moments, by their ids; a later draft takes an earlier one's place.

    The moments must be stored; else Broken at the end of the session.
    """
    # In one order everywhere, so that two detections that share moments cannot deadlock.
    for moment_id, writing in sorted(writings.items()):
        values = {
            **writing.model_dump(exclude={"draft", "notes"}),
            "moment_id": moment_id,
            "draft": writing.draft.model_dump(mode="json"),
            "notes": list(writing.notes),
        }
        save_row(session, DraftRow, values, found_by=("moment_id",), touch="saved_at")


def writings_of(session: Session, moment_ids: Iterable[str]) -> dict[str, Writing]:
    """What was written last for these moments, by their ids; nothing for the others."""
    rows = session.exec(select(DraftRow).where(col(DraftRow.moment_id).in_([*moment_ids])))
    return {row.moment_id: _writing(row) for row in rows}


def _writing(row: DraftRow) -> Writing:
    return Writing(
        draft=Draft.model_validate(row.draft),
        writer=row.writer,
        writer_version=row.writer_version,
        wishes=row.wishes,
        notes=tuple(row.notes),
    )
