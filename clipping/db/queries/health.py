"""How services outside stand, and what is stuck."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.claude.door import Outage
from clipping.db.queries.claims import CLAIMABLE
from clipping.db.tables import OutageRow, PostRow
from clipping.health import Look


def looks(session: Session) -> list[Look]:
    """All services of which anything was ever noted, by name."""
    rows = session.exec(select(OutageRow).order_by(col(OutageRow.service)))
    return [Look.model_validate(row.model_dump()) for row in rows]


def note_service(session: Session, service: str, at: datetime, said: str) -> None:
    """When a service was asked last, and what it said if it failed."""
    values = {"looked_at": at, "said": said}
    session.execute(
        insert(OutageRow)
        .values(service=service, failures=0, **values)
        .on_conflict_do_update(index_elements=["service"], set_=values)
    )


def stuck_posts(session: Session, before: datetime, now: datetime) -> tuple[int, datetime | None]:
    """How many posts were due before then and nobody is at, and since when."""
    row = session.execute(
        select(func.count(), func.min(col(PostRow.next_at))).where(
            col(PostRow.next_at) < before,
            col(PostRow.state).in_([state.value for state in CLAIMABLE]),
            or_(col(PostRow.lease_until).is_(None), col(PostRow.lease_until) < now),
        )
    ).one()
    return int(row[0]), row[1]


def outage(
    session: Session, service: str, change: Callable[[Outage], Outage] | None = None
) -> Outage:
    """What is known of a service's health; the row is locked while it is changed."""
    if change is None:
        return _outage(session.get(OutageRow, service))
    session.execute(insert(OutageRow).values(service=service, failures=0).on_conflict_do_nothing())
    row = session.get(OutageRow, service, with_for_update=True, populate_existing=True)
    before = _outage(row)
    after = change(before)
    if after != before:
        values = after.model_dump()
        if not after.failures:
            values |= {"since": None, "said": ""}
        elif not before.failures:
            values |= {"since": func.clock_timestamp()}
        session.execute(update(OutageRow).where(col(OutageRow.service) == service).values(values))
    return after


def _outage(row: OutageRow | None) -> Outage:
    if row is None:
        return Outage()
    return Outage(failures=row.failures, closed_until=row.closed_until)
