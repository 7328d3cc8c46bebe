"""An account's first public post: its warm-up counts from there, however the post was made."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session

from clipping.db import queries
from clipping.models import Account, Post


def begin_warm_up(session: Session, post: Post, account: Account | None = None) -> None:
    """Note the day of the account's first post; nothing where the post is not public, or not first.

    Whoever stores a post that has become public calls this in the same transaction.

    :param account: As it is known already; read unless given.
    """
    if post.posted_at is None:
        return
    account = account or queries.accounts.get_account(session, post.account_id)
    if account.first_post_on is None:
        queries.accounts.note_first_post(session, account.account_id, _day_of_slot(account, post))


def _day_of_slot(account: Account, post: Post) -> date:
    """Of its slot, not of the minute in which it became public: the days of its plan count so."""
    # Only when the first post is public: the planner's room costs its imports.
    from clipping.scheduling.waking import waking_day, zone_of

    return waking_day(account, zone_of(account) or ZoneInfo("UTC"), post.due_at)
