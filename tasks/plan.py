"""Plan: a client's clips, accounts and posts become a day of reserved posts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from prefect import task

from clipping.db import queries
from clipping.models import MomentAsk
from tasks import planning
from tasks.days import days_to_plan
from tasks.retry import POLICY
from tasks.workplace import db_session


@task(name="find days to plan", **POLICY)
def find_days(client: str | None = None) -> list[tuple[str, date]]:
    """(Client, day) of all clients that have accounts, or of one."""
    now = datetime.now(UTC)
    with db_session() as session:
        names = queries.clients.clients(session) if client is None else [client]
        accounts = {name: queries.accounts.accounts(session, name) for name in names}
    return [(name, day) for name, own in accounts.items() for day in days_to_plan(own, now)]


@task(name="plan a day", **POLICY)
def plan_one(client: str, day: date) -> dict[str, Any]:
    """Plan a client's day and reserve its posts; how many there are, and are missing."""
    plan = planning.plan_client(client, day, datetime.now(UTC))
    return {"posts": len(plan.assignments), "missing": plan.missing, "changed": len(plan.changes)}


@task(name="find who is asked for moments", **POLICY)
def find_asks(client: str, day: date) -> list[dict[str, Any]]:
    """The sources that are asked for more moments because of a client's day, as JSON."""
    return [ask.model_dump(mode="json") for ask in planning.asks_for(client, day)]


@task(name="keep who was asked", **POLICY)
def keep_asks(client: str, day: date, asks: list[dict[str, Any]]) -> None:
    """Keep that these sources were asked, all at once."""
    planning.note_asks(client, day, [MomentAsk.model_validate(ask) for ask in asks])
