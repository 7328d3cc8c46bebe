"""What clips are compared by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import load_only
from sqlmodel import Session, col

from clipping.db.queries.claude import month_span
from clipping.db.queries.clients import client_id
from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClipPrintRow, ClipRow, MomentRow
from clipping.likeness import Compared
from clipping.models import ClipPrint, ClipState
from clipping.timing import TimeSpan


@dataclass(frozen=True)
class ClipAlike:
    """A clip to compare with others; its print is None until it is made."""

    compared: Compared
    recipe_hash: str
    video_key: str
    rendered_at: datetime


def save_print(session: Session, clip_id: str, print_: ClipPrint) -> None:
    """Keep a clip's print; a later one takes its place."""
    values = {"clip_id": clip_id, **print_.model_dump()}
    save_row(session, ClipPrintRow, values, found_by=("clip_id",))


def clips_of_month(
    session: Session, client: str, month: str, version: int
) -> tuple[list[ClipAlike], list[ClipAlike]]:
    """The client's clips of a month, ``YYYY-MM`` in UTC, that passed their proof, and its earlier
    ones of the same sources; in the order in which they were rendered, with prints of that version.
    """
    first, next_first = month_span(month)
    ours = (
        col(ClipRow.client_id) == client_id(client),
        # What waits for a person may be used any day, and what is used is compared all the same.
        col(ClipRow.state) != ClipState.FAILED_PROOF.value,
    )
    sources = (
        select(col(ClipRow.source_id))
        .where(*ours, col(ClipRow.rendered_at) >= first, col(ClipRow.rendered_at) < next_first)
        .distinct()
    )
    rows = session.execute(
        select(
            ClipRow,
            col(MomentRow.start_ms),
            col(MomentRow.end_ms),
            ClipPrintRow,
            # The one thing that only the plan knows; all plans of a month would be a gigabyte.
            col(ClipRow.plan)[("hook", "text")].as_string(),
        )
        .options(load_only(*_FACTS))
        .join(MomentRow, col(MomentRow.moment_id) == col(ClipRow.moment_id))
        .join(
            ClipPrintRow,
            (col(ClipPrintRow.clip_id) == col(ClipRow.clip_id))
            & (col(ClipPrintRow.version) == version),
            isouter=True,
        )
        .where(*ours, col(ClipRow.rendered_at) < next_first, col(ClipRow.source_id).in_(sources))
        .order_by(col(ClipRow.rendered_at), col(ClipRow.clip_id))
    ).all()
    found = [
        _alike(clip, TimeSpan(start_ms=start_ms, end_ms=end_ms), row, hook or "")
        for clip, start_ms, end_ms, row, hook in rows
    ]
    return (
        [clip for clip in found if clip.rendered_at >= first],
        [clip for clip in found if clip.rendered_at < first],
    )


_FACTS: Any = (
    ClipRow.source_id,
    ClipRow.moment_id,
    ClipRow.recipe_hash,
    ClipRow.video_key,
    ClipRow.rendered_at,
)


def _alike(clip: ClipRow, span: TimeSpan, row: ClipPrintRow | None, hook: str) -> ClipAlike:
    made = None
    if row is not None:
        made = ClipPrint(version=row.version, pictures=row.pictures, sound=row.sound)
    return ClipAlike(
        compared=Compared(clip.clip_id, clip.source_id, clip.moment_id, span, hook, made),
        recipe_hash=clip.recipe_hash,
        video_key=clip.video_key,
        rendered_at=clip.rendered_at,
    )
