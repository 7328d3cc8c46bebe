"""What a client has decided and wants, together: read, changed by one at a time, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import insert, update
from sqlmodel import Session, col, func, select

from clipping.db.queries.clients import (
    client_id,
    client_settings,
    editorial_policy,
    kept_policy,
    save_client,
)
from clipping.db.tables import ClientRow, PostRow, StrategyChangeRow
from clipping.errors import Rejected
from clipping.models import ClientSettings, EditorialPolicy, PostState

_LONGEST_NAME: Final = 100


@dataclass(frozen=True)
class Strategy:
    """What a client has decided and wants, as it was at one moment."""

    settings: ClientSettings
    policy: EditorialPolicy
    version: int
    """Goes up with each change."""


@dataclass(frozen=True)
class StrategyChange:
    """What somebody changed."""

    change_id: int
    at: datetime
    by: str
    changes: dict[str, tuple[Any, Any]]
    """By field what it was and what it became, as JSON."""


def strategy(session: Session, name: str) -> Strategy | None:
    """A client's; None for one that nobody has heard of, or that is not there for who asks."""
    version = session.exec(
        select(ClientRow.strategy_version).where(ClientRow.client_id == client_id(name))
    ).first()
    if version is None:
        return None
    return Strategy(client_settings(session, name), editorial_policy(session, name), version)


def change_strategy(
    session: Session,
    name: str,
    *,
    by: str,
    at: datetime,
    settings: ClientSettings | None = None,
    policy: EditorialPolicy | None = None,
    seen: int | None = None,
) -> dict[str, tuple[Any, Any]]:
    """Put what is given in the place of what was, and write down what that changed.

    :param by: Who changes it.
    :param seen: The version of which it was made; None for whichever is there.
    :returns: By field what it was and what it is.
    :raises Rejected: Somebody has changed it since that version.
    """
    known_as = client_id(name) if seen is not None else save_client(session, name)
    version = session.exec(
        select(ClientRow.strategy_version)
        .where(ClientRow.client_id == known_as)
        .with_for_update(key_share=True)
    ).first()
    if version is None:
        raise Rejected(f"There is no client {name} yet.")
    if seen not in (None, version):
        raise Rejected(_overtaken(session, name))
    old = client_settings(session, name), editorial_policy(session, name)
    settings, policy = settings or old[0], policy or old[1]
    before, after = _fields(*old), _fields(settings, policy)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changes:
        session.execute(
            insert(StrategyChangeRow).values(
                client_id=known_as, at=at, by=by[:_LONGEST_NAME], changes=changes
            )
        )
        session.execute(
            update(ClientRow)
            .where(col(ClientRow.client_id) == known_as)
            .values(
                **settings.model_dump(),
                editorial_policy=kept_policy(policy),
                strategy_version=version + 1,
            )
        )
    return changes


def strategy_changes(
    session: Session, name: str, limit: int, after: int | None = None
) -> list[StrategyChange]:
    """Who changed what, the latest first.

    :param after: Only those before the change with this id.
    """
    wanted = select(StrategyChangeRow).where(StrategyChangeRow.client_id == client_id(name))
    if after is not None:
        wanted = wanted.where(col(StrategyChangeRow.change_id) < after)
    rows = session.exec(wanted.order_by(col(StrategyChangeRow.change_id).desc()).limit(limit))
    return [
        StrategyChange(
            row.change_id or 0,
            row.at,
            row.by,
            {key: (was, now) for key, (was, now) in row.changes.items()},
        )
        for row in rows
    ]


def planned_posts(session: Session, name: str, now: datetime) -> int:
    """How many posts of a client have their places from now on."""
    found = session.exec(
        select(func.count()).where(
            PostRow.client_id == client_id(name),
            PostRow.state == PostState.RESERVED.value,
            col(PostRow.due_at) > now,
        )
    ).one()
    return int(found)


def _overtaken(session: Session, name: str) -> str:
    latest = strategy_changes(session, name, 1)
    told = "Somebody"
    if latest:
        at = latest[0].at.astimezone(UTC)
        told = f"{latest[0].by} (on {at:%Y-%m-%d} at {at:%H:%M} UTC)"
    return (
        f"{told} has changed the strategy of {name} since you opened it, and nothing of yours was "
        "saved: look at it as it is now."
    )


def _fields(settings: ClientSettings, policy: EditorialPolicy) -> dict[str, Any]:
    decided = settings.model_dump(mode="json")
    if settings.monthly_budget_usd is not None:
        decided["monthly_budget_usd"] = f"{settings.monthly_budget_usd.normalize():f}"
    return {**decided, **policy.model_dump(mode="json")}
