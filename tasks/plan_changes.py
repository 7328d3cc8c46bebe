"""What people change in a plan: hold, cancel or move one post; the rest of the day stays.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from datetime import date, datetime

from clipping.db import queries
from clipping.models import DayPlan, Post
from clipping.publishing import moving
from tasks import post_changes
from tasks.planning import plan_client
from tasks.workplace import db_session


def hold(post_id: str, by: str, why: str, now: datetime) -> DayPlan | None:
    """Keep a post back, give its slot to another clip, and plan that; None without a slot.

    :raises Rejected: It may be public already, or is over.
    """
    day = _day_of(post_id)
    post_changes.hold(post_id, by, why, now)
    with db_session() as session:
        before = queries.posts.get_post(session, post_id, lock=True)
        # Its clip stays its own; only the time is another one's.
        queries.posts.save_post(session, before, before.replace(slot_id=None), now, by=by)
    return None if day is None else plan_client(before.client, day, now)


def cancel(post_id: str, by: str, why: str, now: datetime) -> DayPlan | None:
    """Give a post up and plan its slot anew; None without a slot.

    :raises Rejected: It may be public already, or is over.
    """
    day = _day_of(post_id)
    post = post_changes.cancel(post_id, by, why, now)
    return None if day is None else plan_client(post.client, day, now)


def move(post_id: str, to: datetime, by: str, now: datetime) -> Post:
    """As :func:`moving.move`, while nobody plans what has lost its slot."""
    with db_session() as session:
        known = queries.posts.get_post(session, post_id)
    with post_changes.unplanned(known), db_session() as session:
        return moving.move(session, post_id, to, by, now)


def _day_of(post_id: str) -> date | None:
    """The day whose plan a post is part of."""
    with db_session() as session:
        post = queries.posts.get_post(session, post_id)
        return moving.day_of(post, queries.accounts.get_account(session, post.account_id))
