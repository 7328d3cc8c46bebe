"""What ``clipper client`` does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clipping.errors import Rejected
from clipping.models import ClientSettings
from flows import console


def set_client(name: str, changes: Mapping[str, Any]) -> None:
    """Change what a client has decided, where something is given, and print all of it.

    :param changes: Fields of :class:`~clipping.models.ClientSettings`.
    :raises Rejected: Nothing is given, and nobody has heard of the client.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        decided = queries.client_settings(session, name)
        if changes:
            decided = decided.replace(**changes)
            queries.save_client_settings(session, name, decided)
        known = queries.clients(session)
    if not changes and name not in known:
        raise unknown(name, known)
    console.output.print(f"{name}: {_told(decided)}", markup=False)


def unknown(name: str, known: list[str]) -> Rejected:
    """Nobody has heard of the client; who is known is said."""
    others = f" Known are {', '.join(known)}." if known else ""
    return Rejected(f"There is no client {name} yet.{others}")


def _told(decided: ClientSettings) -> str:
    from clipping.claude.budget import dollars

    wanted = "required before anything is rendered" if decided.require_rights else "not required"
    budget = decided.monthly_budget_usd
    limit = "what it takes" if budget is None else f"up to {dollars(budget)} a month"
    return f"rights are {wanted}; Claude may cost {limit}"
