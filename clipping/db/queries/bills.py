"""What a month has cost, added up by Postgres: by client, purpose and day, and what was saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlmodel import Session, col

from clipping.claude.question import Usage
from clipping.db.queries.claude import month_span
from clipping.db.queries.clients import client_id
from clipping.db.tables import (
    BatchIntentRow,
    ClientRow,
    LedgerRow,
    PostRow,
    StoredBytesRow,
)
from clipping.models import PostState

_KINDS = tuple(Usage.model_fields)


@dataclass(frozen=True)
class Spent:
    """What was spent on something."""

    usd: Decimal
    calls: int


@dataclass(frozen=True)
class Priced:
    """What one model was asked on a day, in one way."""

    model: str
    day: date
    batch: bool
    usd: Decimal
    calls: int
    usage: Usage


@dataclass(frozen=True)
class Bill:
    """A month's ledger, each line of it counted once in each of these."""

    by_client: dict[str, Spent]
    """By id."""
    by_purpose: dict[str, Spent]
    by_day: dict[date, dict[str, Decimal]]
    """By day and purpose, in UTC."""
    by_model: tuple[Priced, ...]

    @property
    def usd(self) -> Decimal:
        """All of it."""
        return sum((one.usd for one in self.by_client.values()), Decimal(0))


@dataclass(frozen=True)
class ClientMonth:
    """A client, what it may spend, and what it has posted in a month."""

    client: str
    client_id: str
    budget_usd: Decimal | None
    reserved_usd: Decimal
    """What batches under way cost at most."""
    posts: int
    clips: int
    """Clips of them; one may be posted more than once."""


def bill(session: Session, month: str, client: str | None = None) -> Bill:
    """The month's ledger of a client, or of all, ``YYYY-MM`` in UTC; in one pass."""
    first, until = month_span(month)
    day = func.date(func.timezone("UTC", col(LedgerRow.asked_at))).label("day")
    whose, purpose = col(LedgerRow.client_id), col(LedgerRow.purpose)
    model, batch = col(LedgerRow.model), col(LedgerRow.batch)
    keys = (day, whose, purpose, model, batch)
    # A month has many lines and few that differ in these: each line is added up once.
    one = (
        select(
            *keys,
            func.sum(col(LedgerRow.cost_usd)).label("usd"),
            func.count().label("calls"),
            *(func.sum(getattr(LedgerRow, kind)).label(kind) for kind in _KINDS),
        )
        .where(*_within(first, until, client))
        .group_by(*keys)
        .subquery()
    )
    sets = func.grouping_sets(
        tuple_(one.c.client_id),
        tuple_(one.c.day, one.c.purpose),
        tuple_(one.c.model, one.c.day, one.c.batch),
    )
    rows = session.execute(
        select(
            func.grouping(one.c.client_id, one.c.purpose, one.c.model),
            one.c.client_id,
            one.c.purpose,
            one.c.model,
            one.c.batch,
            one.c.day,
            func.sum(one.c.usd),
            func.sum(one.c.calls),
            *(func.sum(one.c[kind]) for kind in _KINDS),
        ).group_by(sets)
    ).all()
    return _added_up(rows)


def _within(first: datetime, until: datetime, client: str | None) -> list[Any]:
    asked_at = col(LedgerRow.asked_at)
    wanted = [asked_at >= first, asked_at < until]
    return [*wanted, LedgerRow.client_id == client_id(client)] if client else wanted


# What ``grouping`` says of each of the sets: a bit for each column that is not in it.
_BY_CLIENT, _BY_DAY, _BY_MODEL = 0b011, 0b101, 0b110


def _added_up(rows: Any) -> Bill:
    by_client: dict[str, Spent] = {}
    purposes: dict[str, Spent] = {}
    by_day: dict[date, dict[str, Decimal]] = {}
    by_model: list[Priced] = []
    for kind, whose, purpose, model, batch, day, usd, counted, *tokens in rows:
        calls = int(counted)
        if kind == _BY_CLIENT:
            by_client[whose] = Spent(usd, calls)
        elif kind == _BY_DAY:
            by_day.setdefault(day, {})[purpose] = usd
            known = purposes.get(purpose, Spent(Decimal(0), 0))
            purposes[purpose] = Spent(known.usd + usd, known.calls + calls)
        elif kind == _BY_MODEL:
            usage = Usage(**dict(zip(_KINDS, map(int, tokens), strict=True)))
            by_model.append(Priced(model, day, batch, usd, calls, usage))
    return Bill(by_client, purposes, by_day, tuple(by_model))


def spent_between(
    session: Session, since: datetime, until: datetime, client: str | None = None
) -> dict[str, Decimal]:
    """Dollars that clients have spent between two times, by their ids."""
    rows = session.execute(
        select(col(LedgerRow.client_id), func.sum(LedgerRow.cost_usd))
        .where(*_within(since, until, client))
        .group_by(col(LedgerRow.client_id))
    )
    return {row[0]: row[1] for row in rows}


def client_months(session: Session, month: str, client: str | None = None) -> list[ClientMonth]:
    """What clients may spend, and have posted in a month; by their names."""
    first, until = month_span(month)
    posted = (
        select(
            col(PostRow.client_id),
            func.count().label("posts"),
            func.count(col(PostRow.clip_id).distinct()).label("clips"),
        )
        .where(
            col(PostRow.state) == PostState.POSTED.value,
            col(PostRow.posted_at) >= first,
            col(PostRow.posted_at) < until,
            *([col(PostRow.client_id) == client_id(client)] if client else []),
        )
        .group_by(col(PostRow.client_id))
        .subquery()
    )
    waits = (
        select(col(BatchIntentRow.client_id), func.sum(BatchIntentRow.most_usd).label("usd"))
        .where(col(BatchIntentRow.settled_at).is_(None))
        .group_by(col(BatchIntentRow.client_id))
        .subquery()
    )
    wanted = (
        select(
            col(ClientRow.name),
            col(ClientRow.client_id),
            col(ClientRow.monthly_budget_usd),
            func.coalesce(waits.c.usd, 0),
            func.coalesce(posted.c.posts, 0),
            func.coalesce(posted.c.clips, 0),
        )
        .outerjoin(posted, posted.c.client_id == col(ClientRow.client_id))
        .outerjoin(waits, waits.c.client_id == col(ClientRow.client_id))
        .order_by(col(ClientRow.name))
    )
    if client:
        wanted = wanted.where(col(ClientRow.client_id) == client_id(client))
    return [ClientMonth(*row) for row in session.execute(wanted).all()]


@dataclass(frozen=True)
class Stored:
    """How much of a client lay somewhere when all was swept last."""

    client_id: str
    place: str
    """``store`` or ``archive``."""
    kind: str
    files: int
    size_bytes: int
    seen_at: datetime


def stored_bytes(session: Session, client: str | None = None) -> list[Stored]:
    """What each client stores, by place and kind."""
    wanted = select(
        col(StoredBytesRow.client_id),
        col(StoredBytesRow.place),
        col(StoredBytesRow.kind),
        col(StoredBytesRow.files),
        col(StoredBytesRow.size_bytes),
        col(StoredBytesRow.seen_at),
    ).order_by(col(StoredBytesRow.client_id), col(StoredBytesRow.place), col(StoredBytesRow.kind))
    if client:
        wanted = wanted.where(col(StoredBytesRow.client_id) == client_id(client))
    return [Stored(*row) for row in session.execute(wanted).all()]
