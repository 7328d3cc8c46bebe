"""What clips are compared by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import load_only
from sqlmodel import Session, col

from clipping.db.queries.claude import month_span
from clipping.db.queries.clients import client_id
from clipping.db.queries.upsert import save_row, save_rows
from clipping.db.tables import ClipDistanceRow, ClipPrintRow, ClipRow, MomentRow
from clipping.likeness import Compared
from clipping.models import ClipDistance, ClipPrint, ClipState
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
    of_months = _alikes(version, isouter=True).where(
        *ours, col(ClipRow.rendered_at) < next_first, col(ClipRow.source_id).in_(sources)
    )
    found = _found(session, of_months.order_by(col(ClipRow.rendered_at), col(ClipRow.clip_id)))
    return (
        [clip for clip in found if clip.rendered_at >= first],
        [clip for clip in found if clip.rendered_at < first],
    )


def clips_of_sources(
    session: Session, source_ids: Collection[str], version: int
) -> list[ClipAlike]:
    """The clips of these sources that passed their proof and have a print of that version."""
    printed = _alikes(version, isouter=False).where(
        col(ClipRow.source_id).in_(source_ids),
        col(ClipRow.state) != ClipState.FAILED_PROOF.value,
    )
    return _found(session, printed.order_by(col(ClipRow.clip_id)))


def _alikes(version: int, *, isouter: bool) -> Select[Any]:
    """Clips with all that :class:`ClipAlike` holds; with ``isouter`` some without a print."""
    return (
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
            isouter=isouter,
        )
    )


def _found(session: Session, wanted: Select[Any]) -> list[ClipAlike]:
    return [
        _alike(clip, TimeSpan(start_ms=start_ms, end_ms=end_ms), row, hook or "")
        for clip, start_ms, end_ms, row, hook in session.execute(wanted).all()
    ]


def unmeasured_sources(session: Session, source_ids: Collection[str], version: int) -> list[str]:
    """Those of these sources some of whose pairs of clips with prints were not measured."""
    clips = (
        select(col(ClipRow.source_id), func.count().label("clips"))
        .join(ClipPrintRow, col(ClipPrintRow.clip_id) == col(ClipRow.clip_id))
        .where(
            col(ClipRow.source_id).in_(source_ids),
            col(ClipRow.state) != ClipState.FAILED_PROOF.value,
            col(ClipPrintRow.version) == version,
        )
        .group_by(col(ClipRow.source_id))
        .subquery()
    )
    pairs = (
        select(col(ClipRow.source_id), func.count().label("pairs"))
        .join(ClipDistanceRow, col(ClipDistanceRow.clip_id) == col(ClipRow.clip_id))
        .where(col(ClipRow.source_id).in_(source_ids), col(ClipDistanceRow.version) == version)
        .group_by(col(ClipRow.source_id))
        .subquery()
    )
    rows = session.execute(
        select(clips.c.source_id)
        .join(pairs, pairs.c.source_id == clips.c.source_id, isouter=True)
        .where(clips.c.clips * (clips.c.clips - 1) / 2 > func.coalesce(pairs.c.pairs, 0))
        .order_by(clips.c.source_id)
    )
    return [source_id for (source_id,) in rows]


def clip_distances(
    session: Session, source_ids: Collection[str], version: int
) -> list[ClipDistance]:
    """What was measured between clips of these sources."""
    rows = session.execute(
        select(
            col(ClipDistanceRow.clip_id),
            col(ClipDistanceRow.other_id),
            col(ClipDistanceRow.distance),
        )
        .join(ClipRow, col(ClipRow.clip_id) == col(ClipDistanceRow.clip_id))
        .where(col(ClipRow.source_id).in_(source_ids), col(ClipDistanceRow.version) == version)
        .order_by(col(ClipDistanceRow.clip_id), col(ClipDistanceRow.other_id))
    )
    return [
        ClipDistance(first=first, second=second, distance=distance)
        for first, second, distance in rows
    ]


def save_clip_distances(session: Session, pairs: Iterable[ClipDistance], version: int) -> None:
    """Keep what was measured; a later measurement of a pair takes the earlier one's place."""
    rows = [
        {
            "clip_id": min(pair.first, pair.second),
            "other_id": max(pair.first, pair.second),
            "version": version,
            "distance": pair.distance,
        }
        for pair in pairs
    ]
    # In one order everywhere, so that two planners cannot deadlock.
    rows.sort(key=lambda row: (row["clip_id"], row["other_id"]))
    save_rows(session, ClipDistanceRow, rows, found_by=("clip_id", "other_id"))


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
