"""States that somebody has to hear of while they last: each is raised, and ended, by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from clipping.db import queries
from clipping.errors import ClippingError
from clipping.health import alarming, sentence
from tasks.health import idle_pools, look_at_all
from tasks.keyless import SUBJECT, missing_key
from tasks.room import note_disks
from tasks.workplace import db_session

_log = logging.getLogger(__name__)

STUCK: Final = timedelta(minutes=15)
"""Posts that are due for so long, and that nobody is at, are stuck."""
NEARLY: Final = Decimal("0.9")
"""Of a budget."""


def note_all(now: datetime) -> dict[str, int]:
    """Look at all of them; how many states of each kind last.

    What cannot be looked at keeps no other from it.
    """
    found = {"disk": _counted(lambda: note_disks(now))}
    found["api"] = _counted(lambda: note_services(now))
    found["worker"] = _counted(lambda: note_workers(now))
    found["queue"] = _counted(lambda: _note("queue", stuck_posts(now), now))
    found["budget"] = _counted(lambda: note_budgets(now))
    found["vault"] = _counted(lambda: note_vault(now))
    return found


def note_vault(now: datetime) -> list[str]:
    """Whether accounts cannot be posted to because the vault lacks their key."""
    said = missing_key()
    return _note("vault", {SUBJECT: said} if said else {}, now)


def note_services(now: datetime) -> list[str]:
    """Services outside that are known to be away."""
    away = {one.service: sentence(one) for one in look_at_all(now) if alarming(one, now)}
    return _note("api", away, now)


def note_workers(now: datetime) -> list[str]:
    """Pools that no worker asks for runs."""
    told = {
        pool: f"No worker asks the pool {pool} for runs: start one, or see its log."
        for pool in idle_pools()
    }
    return _note("worker", told, now)


def stuck_posts(now: datetime) -> dict[str, str]:
    """What is due for long and nobody is at."""
    with db_session() as session:
        count, since = queries.health.stuck_posts(session, now - STUCK, now)
    if not count or since is None:
        return {}
    many = f"{count} posts are" if count > 1 else "A post is"
    return {
        "posts": f"{many} due since {since:%Y-%m-%d %H:%M} UTC and nobody is at it: see whether "
        "publish-due runs."
    }


def note_budgets(now: datetime) -> list[str]:
    """Clients that have spent nearly all of their month's budget."""
    told: dict[str, str] = {}
    month = f"{now:%Y-%m}"
    with db_session() as session:
        for client in queries.clients.clients(session):
            budget = queries.clients.client_settings(session, client).monthly_budget_usd
            if budget is None:
                continue
            spent = queries.claude.spent_usd(session, client, month)
            if spent >= budget * NEARLY:
                told[client] = f"{client} has spent {spent:.2f} of the {budget:.2f} USD of {month}."
    return _note("budget", told, now, of_client=True)


def _note(
    kind: str, told: Mapping[str, str], now: datetime, *, of_client: bool = False
) -> list[str]:
    with db_session() as session:
        for subject, said in told.items():
            client = subject if of_client else ""
            queries.alerts.raise_alert(session, kind, subject, said, now, client=client)
        queries.alerts.resolve_alerts(session, kind, now, but=tuple(told))
    return sorted(told.values())


def _counted(look: Callable[[], list[str]]) -> int:
    try:
        return len(look())
    except ClippingError as error:
        _log.warning("Something was not looked at: %s", error)
        return 0
