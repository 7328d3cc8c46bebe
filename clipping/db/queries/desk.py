"""What waits for a person beside posts, accounts and alerts: approvals, and slots without clips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, true
from sqlmodel import Session, col

from clipping.db.tables import ClientRow, ClipRow, PlanRow
from clipping.models import ClipState, EditorialPolicy, Shortage


@dataclass(frozen=True)
class WaitingClips:
    """So many clips of a client wait for a person."""

    client: str
    to_approve: int
    first_at: datetime | None
    """When the first of them was made."""
    held: int
    held_since: datetime | None


def waiting_clips_of_all(session: Session, since: datetime) -> list[WaitingClips]:
    """Clips made since then that nobody has decided about although their clients want that, and
    those that are held; by clients.
    """
    wants = func.coalesce(
        col(ClientRow.editorial_policy)["approval"].as_string(), EditorialPolicy().approval
    )
    counted = [
        select(func.count().label("clips"), func.min(col(ClipRow.rendered_at)).label("since"))
        .where(
            col(ClipRow.client_id) == col(ClientRow.client_id),
            col(ClipRow.state) == state.value,
            col(ClipRow.rendered_at) >= since,
            ~col(ClipRow.decided),
            condition,
        )
        .lateral(state.value)
        for state, condition in (
            (ClipState.READY, wants != "not_needed"),
            (ClipState.HELD, true()),
        )
    ]
    ready, held = counted
    wanted = (
        select(col(ClientRow.name), ready.c.clips, ready.c.since, held.c.clips, held.c.since)
        .select_from(ClientRow)
        .join(ready, true())
        .join(held, true())
        .where((ready.c.clips > 0) | (held.c.clips > 0))
        .order_by(col(ClientRow.name))
    )
    return [WaitingClips(*row) for row in session.execute(wanted).all()]


@dataclass(frozen=True)
class ShortDay:
    """A client's day that lacks posts."""

    client: str
    day: date
    shortages: tuple[Shortage, ...]
    moments_wanted: int


def short_days(session: Session, first: date, last: date) -> list[ShortDay]:
    """Days of these, both included, whose plans lack posts; in their order, by clients."""
    shortages = col(PlanRow.plan)["shortages"]
    wanted = (
        select(
            col(ClientRow.name),
            col(PlanRow.day),
            shortages,
            col(PlanRow.plan)["moments_wanted"].as_integer(),
        )
        .join(ClientRow, col(ClientRow.client_id) == col(PlanRow.client_id))
        .where(
            col(PlanRow.day).between(first, last),
            func.jsonb_array_length(shortages) > 0,
        )
        .order_by(col(PlanRow.day), col(ClientRow.name))
    )
    return [
        ShortDay(client, day, tuple(Shortage.model_validate(one) for one in found), wanting or 0)
        for client, day, found, wanting in session.execute(wanted).all()
    ]
