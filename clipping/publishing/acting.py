"""What a person does to a post, in an open session: who opened it says whose posts there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Post, PostState
from clipping.publishing import changes, moving
from clipping.publishing.first_post import begin_warm_up
from clipping.publishing.reviving import refusal
from clipping.publishing.steps import may_be_public


def hold(session: Session, post_id: str, by: str, why: str, now: datetime) -> Post:
    """Keep a post back until somebody retries or cancels it.

    :raises Rejected: It may be public already, is over, or has failed.
    """
    return _changed(session, post_id, by, now, lambda post: changes.held_by(post, by, why))


def cancel(
    session: Session, post_id: str, by: str, why: str, now: datetime, *, not_public: bool = False
) -> Post:
    """Give a post up; its slot and its clip are free again.

    :param not_public: Somebody has looked at the account, and it is not there; its alerts are
        seen to.
    :raises Rejected: It may be public already, or is over.
    """

    def change(post: Post) -> Post:
        return changes.cancelled_by(post, by, why, not_public=not_public)

    after = _changed(session, post_id, by, now, change)
    if not_public:
        queries.alerts.post_alerts_seen(session, post_id, by, now)
    return after


def retry(session: Session, post_id: str, by: str, now: datetime) -> Post:
    """Let a post that was held, or has failed, go on from where it is, now or at its time.

    What may be public is looked for first, whatever its state. For one that has failed, or has no
    slot, nobody may plan its client's posts meanwhile: whoever calls holds ``planning_of`` its
    client.

    :raises Rejected: It is not held back, its clip, its moment or one like it has another post by
        now, or its slot has, or its account has one too near to its time.
    """
    before = queries.posts.get_post(session, post_id, lock=True)
    changes.refuse_to_go_on(before)
    at = max(now, changes.goes_on_at(before, now))
    # What lives counts for the planner at its own time alone, and what has failed not at all.
    elsewhere = at != before.due_at or before.slot_id is None
    unsent = elsewhere and not may_be_public(before)
    if (before.state is PostState.FAILED or unsent) and (told := refusal(session, before, at)):
        raise Rejected(told)
    _, slot_taken = queries.posts.taken_by_others(session, before)
    if (slot_taken or before.slot_id is None) and not may_be_public(before):
        moving.refuse_given_away(session, before, at, now)
    after = changes.gone_on(before, by, now, slot_taken=slot_taken)
    queries.posts.save_post(session, before, after, now, by=by)
    return after


def done(session: Session, post_id: str, by: str, url: str, now: datetime) -> Post:
    """Note that a person has posted it, or has found it on the account; its alerts are seen to.

    :raises Rejected: It is not one that a person has to look after.
    """

    def change(post: Post) -> Post:
        return changes.posted_by_hand(post, by, url, now)

    after = _changed(session, post_id, by, now, change)
    begin_warm_up(session, after)
    # Whoever still reads there that it waits for hands might post it twice.
    queries.alerts.post_alerts_seen(session, post_id, by, now)
    return after


def _changed(
    session: Session, post_id: str, by: str, now: datetime, change: Callable[[Post], Post]
) -> Post:
    """Change a post as a person wants; a publisher that is at it finds so at its next step."""
    before = queries.posts.get_post(session, post_id, lock=True)
    after = change(before)
    queries.posts.save_post(session, before, after, now, by=by)
    return after
