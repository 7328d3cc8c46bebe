"""What people decide about clips before they are posted, and what becomes of their posts.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import (
    Account,
    ClipState,
    DayPlan,
    Decision,
    Post,
    PostState,
    RenderedClip,
    Verdict,
)
from clipping.publishing import gates
from clipping.publishing.steps import may_be_public
from tasks.plan_changes import day_of
from tasks.planning import plan_client
from tasks.workplace import db_session, only_one

_QUEUED = (PostState.PLANNED, PostState.RESERVED, PostState.HELD)
_OVER = (PostState.CANCELLED, PostState.FAILED)


def approve(clip_ids: Sequence[str], by: str, note: str, now: datetime) -> list[Verdict]:
    """Note that a person wants clips posted: all of them, or none.

    :raises Rejected: One is not there, failed its proof, or is held for another reason.
    """
    made = [
        Verdict(clip_id=clip_id, decision=Decision.APPROVED, person=by, why=note, at=now)
        for clip_id in dict.fromkeys(clip_ids)
    ]
    with db_session() as session:
        for verdict in made:
            _check(queries.get_clip(session, verdict.clip_id))
            queries.save_verdict(session, verdict)
    return made


def _check(clip: RenderedClip) -> None:
    if clip.state is ClipState.HELD:
        raise Rejected(
            f"{clip.clip_id} is held, which comes first: clipper release {clip.clip_id} --by NAME"
        )
    if clip.state is ClipState.FAILED_PROOF:
        failed = ", ".join(check.name for check in clip.proof.failures)
        raise Rejected(f"{clip.clip_id} failed its proof ({failed}): it cannot be approved.")


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
    """Note that a clip must not be posted; its posts that are not begun are cancelled.

    :raises Rejected: There is no such clip.
    """
    verdict = Verdict(clip_id=clip_id, decision=Decision.REJECTED, person=by, why=why, at=now)
    with db_session() as session:
        client = queries.get_clip(session, clip_id).client
    # No planner books a slot for it that has read before that it may be posted.
    with only_one(f"plan:{client}"), db_session() as session:
        queries.save_verdict(session, verdict)
        posts = queries.posts(session, client, clip_id=clip_id)
        accounts = {one.account_id: one for one in queries.accounts(session, client)}
        days = {post.post_id: day_of(post, accounts[post.account_id]) for post in posts}
        cancelled = [one for post in posts if (one := _cancelled(session, post, verdict, now))]
    gone = {post.post_id for post in cancelled}
    freed = sorted({day for one in gone if (day := days[one]) is not None})
    return Rejection(
        verdict=verdict,
        cancelled=tuple(cancelled),
        begun=tuple(post for post in posts if post.post_id not in gone and post.state not in _OVER),
        plans=tuple(plan_client(client, day, now) for day in freed),
        accounts=accounts,
    )


def _cancelled(session: Session, seen: Post, verdict: Verdict, now: datetime) -> Post | None:
    """The post given up, where nothing of it was begun."""
    post = queries.get_post(session, seen.post_id, lock=True)
    if post.state not in _QUEUED or post.begun_at is not None or may_be_public(post):
        return None
    after = gates.cancelled(post, f"{post.clip_id} may not be posted: {verdict.sentence}")
    queries.save_post(session, post, after, now, by=verdict.person)
    return after
