"""What people decide about clips before they are posted, and what becomes of their posts.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clipping.db import queries
from clipping.models import Account, DayPlan, Post, Verdict
from clipping.publishing import deciding
from clipping.publishing.moving import day_of
from clipping.publishing.steps import may_be_public
from tasks.planning import plan_client
from tasks.workplace import db_session, only_one, planning_of


def approve(clip_ids: Sequence[str], by: str, note: str, now: datetime) -> list[Verdict]:
    """As :func:`deciding.approve`."""
    with db_session() as session:
        return deciding.approve(session, clip_ids, by, note, now)


def release(clip_id: str, by: str, note: str, now: datetime) -> None:
    """As :func:`deciding.release`."""
    with db_session() as session:
        deciding.release(session, clip_id, by, note, now)


@dataclass(frozen=True)
class Rejection:
    """A rejected clip, and what follows."""

    verdict: Verdict
    cancelled: tuple[Post, ...]
    """Their slots are free."""
    begun: tuple[Post, ...]
    """Nothing more of them is sent, unless they may be public already."""
    plans: tuple[DayPlan, ...]
    """Of the days that had a slot of it, planned anew."""
    accounts: Mapping[str, Account]
    """Those of its client, by id."""

    @staticmethod
    def told(post: Post) -> str:
        """What becomes of a post that was begun."""
        if may_be_public(post):
            return "it may be public already, so a person has to take it down there."
        return "it stops before its next step."


def reject(clip_id: str, by: str, why: str, now: datetime) -> Rejection:
    """As :func:`deciding.reject`, while nobody plans; then the days that lost a post are planned.

    :raises Rejected: There is no such clip.
    """
    with db_session() as session:
        client = queries.clips.get_clip(session, clip_id).client
    # No planner books a slot for it that has read before that it may be posted.
    with only_one(planning_of(client)), db_session() as session:
        done = deciding.reject(session, clip_id, by, why, now)
        accounts = {one.account_id: one for one in queries.accounts.accounts(session, client)}
    days = {day_of(post, accounts[post.account_id]) for post in done.cancelled}
    freed = sorted(day for day in days if day is not None)
    return Rejection(
        verdict=done.verdict,
        cancelled=done.cancelled,
        begun=done.begun,
        plans=tuple(plan_client(client, day, now) for day in freed),
        accounts=accounts,
    )
