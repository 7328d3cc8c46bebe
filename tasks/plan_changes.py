"""What people change in a plan: hold, cancel or move one post; the rest of the day stays.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Account, DayPlan, Post, PostState
from clipping.publishing.steps import may_be_public
from clipping.scheduling import slot_id
from tasks import post_changes
from tasks.plan_request import LEAD
from tasks.planning import plan_client
from tasks.workplace import db_session

_LEAST_GAP: Final = timedelta(hours=11)
_OVER: Final = (PostState.CANCELLED, PostState.FAILED)


def hold(post_id: str, by: str, why: str, now: datetime) -> DayPlan | None:
    """Keep a post back, give its slot to another clip, and plan that; None without a slot.

    :raises Rejected: It may be public already, or is over.
    """
    day = _day_of(post_id)
    post_changes.hold(post_id, by, why, now)
    with db_session() as session:
        before = queries.get_post(session, post_id, lock=True)
        # Its clip stays its own; only the time is another one's.
        queries.save_post(session, before, before.replace(slot_id=None), now, by=by)
    return None if day is None else plan_client(before.client, day, now)


def cancel(post_id: str, by: str, why: str, now: datetime) -> DayPlan | None:
    """Give a post up and plan its slot anew; None without a slot.

    :raises Rejected: It may be public already, or is over.
    """
    day = _day_of(post_id)
    post = post_changes.cancel(post_id, by, why, now)
    return None if day is None else plan_client(post.client, day, now)


def move(post_id: str, to: datetime, by: str, now: datetime) -> Post:
    """Let a post go out at another time of its day; nothing else moves.

    :param to: UTC; without seconds.
    :raises Rejected: It is on its way or over, or its account may not post then.
    """
    to = to.replace(second=0, microsecond=0)
    with db_session() as session:
        before = queries.get_post(session, post_id, lock=True)
        if before.state is not PostState.RESERVED or may_be_public(before):
            raise Rejected(f"{post_id} is {before.state.value}: only what is reserved can move.")
        account = queries.get_account(session, before.account_id)
        others = queries.posts(
            session,
            account_id=before.account_id,
            since=to - timedelta(days=1),
            until=to + timedelta(days=1),
        )
        _check_time(before, account, to, now, others)
        note = f"{by} moved it from {before.due_at:%Y-%m-%d %H:%M} UTC."
        after = before.replace(due_at=to, next_at=to, note=note)
        queries.save_post(session, before, after, now, by=by)
    return after


def _check_time(
    post: Post, account: Account, to: datetime, now: datetime, others: list[Post]
) -> None:
    from clipping.scheduling.waking import waking_hours

    if to <= now + LEAD:
        raise Rejected(f"{to:%Y-%m-%d %H:%M} UTC is over, or too soon to be planned.")
    day = day_of(post, account)
    if day is not None:
        awake = waking_hours(account, ZoneInfo(account.timezone), day)
        if not awake.start <= to < awake.end:
            raise Rejected(
                f"@{account.handle} is awake from {awake.start:%H:%M} to {awake.end:%H:%M} UTC on "
                f"{day}, and {to:%Y-%m-%d %H:%M} is outside of that."
            )
    near = [
        one
        for one in others
        if one.post_id != post.post_id
        and one.state not in _OVER
        and one.slot_id is not None
        and abs(to - one.due_at) < _LEAST_GAP
    ]
    if near:
        raise Rejected(
            f"@{account.handle} posts at {near[0].due_at:%Y-%m-%d %H:%M} UTC, less than 11 hours "
            "from there."
        )


def _day_of(post_id: str) -> date | None:
    """The day whose plan a post is part of."""
    with db_session() as session:
        post = queries.get_post(session, post_id)
        return day_of(post, queries.get_account(session, post.account_id))


def day_of(post: Post, account: Account) -> date | None:
    """The day of the account's clock that has the post's slot; None when it has none."""
    if post.slot_id is None:
        return None
    around = post.due_at.date()
    # Waking hours may span midnight, and a clock be half a day off.
    days = (around + timedelta(days=number) for number in range(-2, 3))
    slots = {slot_id(account.account_id, day, number): day for day in days for number in (0, 1)}
    return slots.get(post.slot_id)
