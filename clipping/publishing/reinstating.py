"""A person has seen that a platform lets an account post again; in an open session."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Account, AccountStatus, Stop

ENDED_BY_A_PERSON: Final = (
    AccountStatus.WARNED,
    AccountStatus.SUSPENDED,
    AccountStatus.BANNED,
)
"""No platform tells when these are over."""


def reinstate(session: Session, account_id: str, by: str, now: datetime) -> Account:
    """Take an account for well again; its posts that are held are looked at now.

    No platform tells it: what it answers to reading calls says nothing about posts.

    :raises Rejected: It is active, or its owner has to connect it again.
    """
    account = queries.accounts.get_account(session, account_id, lock=True)
    if account.status not in ENDED_BY_A_PERSON:
        hint = "" if account.status is AccountStatus.ACTIVE else ": connect it again"
        raise Rejected(f"{account_id} is {account.status.value}{hint}.")
    told = f"{by} says that its platform lets it post again."
    queries.accounts.change_status(session, account_id, AccountStatus.ACTIVE, told, at=now)
    covered = Stop(account_id=account_id, by=by, at=now, why=told)
    queries.stops.look_again(session, covered, now)
    return account.replace(status=AccountStatus.ACTIVE)
