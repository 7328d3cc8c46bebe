"""What Claude answered, what it cost, and what it is still asked in batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pydantic import Field
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, func, select

from clipping.claude.door import Entry, Intent
from clipping.claude.question import Reply, Usage
from clipping.db.queries.clients import client_id, save_client
from clipping.db.queries.upsert import save_row
from clipping.db.tables import BatchIntentRow, LedgerRow, ReplyRow
from clipping.models import Value, make_id

REPLIES_KEPT = timedelta(days=30)
_BATCHES_LISTED = timedelta(days=60)
"""The API keeps a batch's results for 29 days; it is gone from its list some time later."""


class CostLine(Value):
    """What a client spent on a day for one purpose with one model."""

    day: date
    """In UTC."""
    purpose: str
    model: str
    batch: bool
    calls: int = Field(ge=0)
    usage: Usage
    cost_usd: Decimal


def find_reply(session: Session, client: str, fingerprint: str, now: datetime) -> Reply | None:
    """The reply that the client had to this question within the last 30 days."""
    row = session.get(ReplyRow, _reply_id(client, fingerprint))
    if row is None or row.saved_at is None or row.saved_at < now - REPLIES_KEPT:
        return None
    return Reply.model_validate(row.reply)


def save_reply(session: Session, client: str, fingerprint: str, reply: Reply) -> None:
    """Keep a reply; a later one to the same question takes its place."""
    values = {
        "reply_id": _reply_id(client, fingerprint),
        "client_id": save_client(session, client),
        "fingerprint": fingerprint,
        "reply": reply.model_dump(mode="json"),
    }
    save_row(session, ReplyRow, values, found_by=("reply_id",), touch="saved_at")


def forget_old_replies(session: Session, now: datetime) -> None:
    """Let go of replies that are no longer given, and of batches that the API has let go."""
    session.execute(delete(ReplyRow).where(col(ReplyRow.saved_at) < now - REPLIES_KEPT))
    session.execute(
        delete(BatchIntentRow).where(
            col(BatchIntentRow.settled_at).is_not(None),
            col(BatchIntentRow.begun_at) < now - _BATCHES_LISTED,
        )
    )


def save_entry(session: Session, entry: Entry) -> None:
    """Enter a reply into the ledger; one that is in it already stays as it was entered."""
    values = {
        "message_id": entry.message_id,
        "client_id": save_client(session, entry.client),
        "purpose": entry.purpose,
        "model": entry.model,
        **entry.usage.model_dump(),
        "cost_usd": entry.cost_usd,
        "request_id": entry.request_id,
        "batch": entry.batch,
        "asked_at": entry.at,
    }
    session.execute(insert(LedgerRow).values(values).on_conflict_do_nothing())


def spent_usd(session: Session, client: str, month: str) -> Decimal:
    """Dollars that the ledger holds for the client in a month, ``YYYY-MM`` in UTC."""
    first, next_first = month_span(month)
    spent = session.exec(
        select(func.coalesce(func.sum(LedgerRow.cost_usd), 0)).where(
            LedgerRow.client_id == client_id(client),
            col(LedgerRow.asked_at) >= first,
            col(LedgerRow.asked_at) < next_first,
        )
    ).one()
    return Decimal(spent)


def costs(session: Session, client: str, month: str) -> list[CostLine]:
    """The client's month by day, purpose, model and way of asking, in this order."""
    first, next_first = month_span(month)
    day = func.date(func.timezone("UTC", LedgerRow.asked_at))
    kinds = list(Usage.model_fields)
    by = (day, col(LedgerRow.purpose), col(LedgerRow.model), col(LedgerRow.batch))
    rows = session.execute(
        select(  # type: ignore[call-overload]
            *by,
            func.count(),
            func.sum(LedgerRow.cost_usd),
            *(func.sum(getattr(LedgerRow, kind)) for kind in kinds),
        )
        .where(
            LedgerRow.client_id == client_id(client),
            col(LedgerRow.asked_at) >= first,
            col(LedgerRow.asked_at) < next_first,
        )
        .group_by(*by)
        .order_by(*by)
    )
    return [
        CostLine(
            day=row[0],
            purpose=row[1],
            model=row[2],
            batch=row[3],
            calls=row[4],
            cost_usd=row[5],
            usage=Usage(**{kind: int(row[6 + place]) for place, kind in enumerate(kinds)}),
        )
        for row in rows
    ]


def month_span(month: str) -> tuple[datetime, datetime]:
    """The first moments of a month, ``YYYY-MM`` in UTC, and of the next one."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return first, (first + timedelta(days=32)).replace(day=1)


def save_intents(session: Session, client: str, intents: Sequence[Intent]) -> None:
    """Keep questions that are about to go out."""
    known_as = save_client(session, client)
    rows = [{**one.model_dump(), "client_id": known_as} for one in intents]
    if rows:
        session.execute(insert(BatchIntentRow), rows)


def open_intents(session: Session, client: str) -> list[Intent]:
    """Those of the client that are not settled, in the order in which they went out."""
    rows = session.exec(
        select(BatchIntentRow)
        .where(
            BatchIntentRow.client_id == client_id(client),
            col(BatchIntentRow.settled_at).is_(None),
        )
        .order_by(col(BatchIntentRow.begun_at), col(BatchIntentRow.custom_id))
    )
    return [Intent.model_validate(row.model_dump(exclude=_OURS)) for row in rows]


_OURS = {"client_id", "settled_at"}


def reserved_usd(session: Session, client: str) -> Decimal:
    """Dollars that the client's open questions cost at most."""
    reserved = session.exec(
        select(func.coalesce(func.sum(BatchIntentRow.most_usd), 0)).where(
            BatchIntentRow.client_id == client_id(client),
            col(BatchIntentRow.settled_at).is_(None),
        )
    ).one()
    return Decimal(reserved)


def note_batch(session: Session, submission: str, batch_id: str) -> None:
    """A submission has become this batch."""
    session.execute(
        update(BatchIntentRow)
        .where(col(BatchIntentRow.submission) == submission)
        .values(batch_id=batch_id)
    )


def settle_intents(session: Session, custom_ids: Sequence[str]) -> None:
    """Nothing more comes of these."""
    session.execute(
        update(BatchIntentRow)
        .where(
            col(BatchIntentRow.custom_id).in_(custom_ids),
            col(BatchIntentRow.settled_at).is_(None),
        )
        .values(settled_at=func.clock_timestamp())
    )


def batch_ids(session: Session) -> set[str]:
    """Ids of all batches of all clients that are still kept."""
    found = session.exec(
        select(BatchIntentRow.batch_id).where(col(BatchIntentRow.batch_id).is_not(None)).distinct()
    )
    return {batch_id for batch_id in found if batch_id is not None}


def _reply_id(client: str, fingerprint: str) -> str:
    return make_id("reply", client_id(client), fingerprint)
