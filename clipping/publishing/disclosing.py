"""What viewers are told by the posts of accounts, decided for several at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from clipping.db import queries
from clipping.models import Disclosure

_NAMES = ("paid_partnership", "own_brand", "ai_generated", "sponsors")


def disclose(
    session: Session, account_ids: Sequence[str], wanted: Disclosure, by: str, now: datetime
) -> int:
    """Have these accounts' posts say so from the next that is planned on; how many that changed.

    :param by: Who decides it; it stands in each account's history.
    :raises Rejected: There is no such account.
    """
    changed = 0
    # In one order everywhere, so that no two wait for each other.
    for account_id in sorted(set(account_ids)):
        before = queries.accounts.get_account(session, account_id, lock=True).disclosure
        if before == wanted:
            continue
        queries.accounts.set_disclosure(session, account_id, wanted)
        for name in _NAMES:
            old, new = (_said(getattr(one, name)) for one in (before, wanted))
            if old != new:
                was, reason = f"disclosure.{name}: {old}", f"{by} decided it"
                queries.accounts.note_event(
                    session, account_id, "settings", was, new, reason, at=now
                )
        changed += 1
    return changed


def _said(value: bool | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "yes" if value else "no"
