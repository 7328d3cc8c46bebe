"""Alerts as the page lists them: alike ones together, and what was done about those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, and_, any_, cast, func, select, update
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.tables import AlertRow, ClientRow


@dataclass(frozen=True)
class AlertGroup:
    """Alerts of one kind and client that say the same, which nobody has seen to."""

    kind: str
    client: str
    """Empty where they are about nobody's."""
    sentence: str
    count: int
    first_at: datetime
    last_at: datetime
    alert_ids: Sequence[int]
    """The latest first."""
    account_id: str
    post_id: str
    """Of the latest; empty where it is about none."""


@dataclass(frozen=True)
class SettledAlert:
    """An alert that somebody has seen to."""

    alert_id: int
    at: datetime
    kind: str
    client: str
    sentence: str
    seen_at: datetime
    seen_by: str
    note: str
    post_id: str


def is_open() -> Any:
    """What is still to be seen to."""
    return and_(col(AlertRow.seen_at).is_(None), col(AlertRow.resolved_at).is_(None))


def open_alerts(session: Session, most: int, client: str | None = None) -> list[AlertGroup]:
    """What nobody has seen to, alike ones together; the latest first."""
    newest_first = col(AlertRow.alert_id).desc()
    wanted = (
        select(
            col(AlertRow.kind),
            func.coalesce(col(ClientRow.name), ""),
            col(AlertRow.sentence),
            func.count(),
            func.min(col(AlertRow.at)),
            func.max(col(AlertRow.at)),
            func.array_agg(_ordered(col(AlertRow.alert_id), newest_first)),
            func.array_agg(_ordered(col(AlertRow.account_id), newest_first))[1],
            func.array_agg(_ordered(col(AlertRow.post_id), newest_first))[1],
        )
        .join(ClientRow, col(ClientRow.client_id) == col(AlertRow.client_id), isouter=True)
        .where(is_open())
        .group_by(col(AlertRow.kind), col(ClientRow.name), col(AlertRow.sentence))
        .order_by(func.max(col(AlertRow.alert_id)).desc())
        .limit(most)
    )
    if client is not None:
        wanted = wanted.where(col(AlertRow.client_id) == client_id(client))
    return [AlertGroup(*row) for row in session.execute(wanted).all()]


def _ordered(of: Any, by: Any) -> Any:
    from sqlalchemy.dialects.postgresql import aggregate_order_by

    return aggregate_order_by(of, by)


def settle_group(session: Session, group: AlertGroup, by: str, note: str, at: datetime) -> int:
    """Note that a person has seen to those of them that are open; to how many.

    Whatever they say by now; what came since they were listed stays open.
    """
    done = session.execute(
        update(AlertRow)
        .where(
            is_open(),
            col(AlertRow.alert_id) == any_(cast(list(group.alert_ids), ARRAY(BigInteger))),
        )
        .values(seen_at=at, seen_by=by, seen_note=note)
        .returning(col(AlertRow.alert_id))
    )
    return len(done.all())


def settled_alerts(
    session: Session, most: int, before: int | None = None, client: str | None = None
) -> list[SettledAlert]:
    """What somebody has seen to, the latest alerts first; ``before`` is the id of the last."""
    wanted = (
        select(
            col(AlertRow.alert_id),
            col(AlertRow.at),
            col(AlertRow.kind),
            func.coalesce(col(ClientRow.name), ""),
            col(AlertRow.sentence),
            col(AlertRow.seen_at),
            col(AlertRow.seen_by),
            col(AlertRow.seen_note),
            col(AlertRow.post_id),
        )
        .join(ClientRow, col(ClientRow.client_id) == col(AlertRow.client_id), isouter=True)
        .where(col(AlertRow.seen_at).is_not(None))
        .order_by(col(AlertRow.alert_id).desc())
        .limit(most)
    )
    if before is not None:
        wanted = wanted.where(col(AlertRow.alert_id) < before)
    if client is not None:
        wanted = wanted.where(col(AlertRow.client_id) == client_id(client))
    return [SettledAlert(*row) for row in session.execute(wanted).all()]
