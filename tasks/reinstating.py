"""A person has seen that a platform lets an account post again."""

from __future__ import annotations

from datetime import datetime

from clipping.models import Account
from clipping.publishing import reinstating
from tasks.workplace import db_session


def reinstate(account_id: str, by: str, now: datetime) -> Account:
    """As :func:`reinstating.reinstate`."""
    with db_session() as session:
        return reinstating.reinstate(session, account_id, by, now)
