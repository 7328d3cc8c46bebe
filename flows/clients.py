"""What ``clipper client`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from clipping.errors import Rejected
from clipping.models import ClientSettings
from flows import console

if TYPE_CHECKING:
    from sqlmodel import Session

_NAMED: Final = 12


def set_client(
    name: str, changes: Mapping[str, Any], *, by: str = "", as_json: bool = False
) -> None:
    """Change what a client has decided, where something is given, and print all of it.

    A client that nobody has heard of is named as new, so that a slip of the pen is seen.

    :param changes: Fields of :class:`~clipping.models.ClientSettings`.
    :param by: Who changes them.
    :raises Rejected: Nothing is given, and nobody has heard of the client.
    """
    from clipping.db import queries
    from clipping.db.queries.strategies import change_strategy, strategy
    from tasks.workplace import db_session

    with db_session() as session:
        known = queries.clients.clients(session)
        if not changes and name not in known:
            raise unknown(name, known)
        # What is saved on a page meanwhile must not be lost.
        found = strategy(session, name)
        decided = found.settings if found else queries.clients.client_settings(session, name)
        if changes:
            decided, seen = decided.replace(**changes), found.version if found else None
            change_strategy(session, name, by=by, at=datetime.now(UTC), settings=decided, seen=seen)
    tell_if_new(name, known)
    if as_json:
        budget = decided.monthly_budget_usd
        shown = {
            "client": name,
            "require_rights": decided.require_rights,
            "monthly_budget_usd": None if budget is None else f"{budget.normalize():f}",
        }
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
    else:
        console.output.print(f"{name}: {_told(decided)}", markup=False)


def tell_if_new(name: str, known: list[str]) -> None:
    """Say on stderr that the client is a new one, when it is and there are others."""
    if known and name not in known:
        console.errors.print(f"{name} is a new client; known were {', '.join(known)}.")


def unknown(name: str, known: list[str]) -> Rejected:
    """Nobody has heard of the client; who is known is said, as long as they are few."""
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    others = f" Known are {', '.join(known[:_NAMED])}{more}." if known else ""
    return Rejected(f"There is no client {name} yet.{others}")


def refuse_unknown(session: Session, name: str | None) -> None:
    """Go on only with a client that somebody has heard of, or with none.

    :raises Rejected: Nobody has; a slip of the pen would else look like an empty list.
    """
    from clipping.db import queries

    if name is None:
        return
    known = queries.clients.clients(session)
    if name not in known:
        raise unknown(name, known)


def _told(decided: ClientSettings) -> str:
    from clipping.claude.budget import dollars

    wanted = "required before anything is rendered" if decided.require_rights else "not required"
    budget = decided.monthly_budget_usd
    limit = "what it takes" if budget is None else f"up to {dollars(budget)} a month"
    return f"rights are {wanted}; Claude may cost {limit}"
