"""What people do to posts and to what may be posted: hold, cancel, retry, stop, resume.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Post, PostState, Receipt, Stage, Stop
from clipping.publishing import gates
from clipping.publishing.steps import may_be_public, state_of, waits_for_hands
from tasks.reviving import refusal
from tasks.workplace import db_session, only_one, planning_of

_OVER: Final = (PostState.POSTED, PostState.CANCELLED)


def hold(post_id: str, by: str, why: str, now: datetime) -> Post:
    """Keep a post back until somebody retries or cancels it.

    :raises Rejected: It may be public already, is over, or has failed.
    """

    def change(post: Post) -> Post:
        _refuse_public(post, "held")
        if post.state is PostState.FAILED:
            # Its slot and its clip may be others' by now.
            raise Rejected(f"{post_id} is failed: nothing of it goes on that could be held.")
        note = f"{by} holds it: {why.rstrip('.')}."
        return post.replace(state=PostState.HELD, note=note, failure=None, next_at=None)

    return _changed(post_id, by, now, change)


def cancel(post_id: str, by: str, why: str, now: datetime, *, not_public: bool = False) -> Post:
    """Give a post up; its slot and its clip are free again.

    :param not_public: Somebody has looked at the account, and it is not there.
    :raises Rejected: It may be public already, or is over.
    """

    def change(post: Post) -> Post:
        if not (not_public and waits_for_hands(post)):
            _refuse_public(post, "cancelled")
        return gates.cancelled(post, f"{by} cancelled it: {why.rstrip('.')}.")

    return _changed(post_id, by, now, change)


def retry(post_id: str, by: str, now: datetime) -> Post:
    """Let a post that was held, or has failed, go on from where it is, now or at its time.

    What may be public is looked for first, whatever its state.

    :raises Rejected: It is not held back, or its clip, its moment or one like it has another post
        by now.
    """
    with db_session() as session:
        known = queries.get_post(session, post_id)
    # What has failed is anybody's: no planner may choose its moment just now.
    failed = known.state is PostState.FAILED
    with only_one(planning_of(known.client)) if failed else nullcontext():
        return _retried(post_id, by, now)


def _retried(post_id: str, by: str, now: datetime) -> Post:
    with db_session() as session:
        before = queries.get_post(session, post_id, lock=True)
        waits = before.state in (PostState.HELD, PostState.FAILED, PostState.UNKNOWN)
        if not waits:
            raise Rejected(f"{post_id} is {before.state.value}: there is nothing to retry.")
        # Who asks for it now does not mind that its time went by.
        due_at = now if gates.missed(before, now) else before.due_at
        if before.state is PostState.FAILED:
            told = refusal(session, before, max(now, due_at))
            if told:
                raise Rejected(told)
        _, slot_taken = queries.taken_by_others(session, before)
        after = before.replace(
            state=state_of(before.receipt, begun=before.begun_at is not None),
            next_at=max(now, before.due_at),
            due_at=due_at,
            slot_id=None if slot_taken else before.slot_id,
            attempts=0,
            begun=0,
            renewed=False,
            failure=None,
            note=f"{by} lets it go on.",
        )
        if after.receipt.stage is Stage.ARMED:
            after = after.replace(state=PostState.UNKNOWN)
        queries.save_post(session, before, after, now, by=by)
    return after


def done(post_id: str, by: str, url: str, now: datetime) -> Post:
    """Note that a person has posted it, or has found it on the account; its alerts are seen to.

    :raises Rejected: It is not one that a person has to look after.
    """

    def change(post: Post) -> Post:
        if not waits_for_hands(post):
            raise Rejected(f"{post_id} is {post.state.value}: nobody waits for a person there.")
        receipt = Receipt(stage=Stage.POSTED, url=url, sent_bytes=post.receipt.sent_bytes)
        return post.replace(
            state=PostState.POSTED,
            receipt=receipt,
            posted_at=now,
            next_at=None,
            failure=None,
            note=f"{by} says that it is posted.",
        )

    after = _changed(post_id, by, now, change)
    with db_session() as session:
        # Whoever still reads there that it waits for hands might post it twice.
        queries.post_alerts_seen(session, post_id, by, now)
    return after


def _changed(post_id: str, by: str, now: datetime, change: Callable[[Post], Post]) -> Post:
    """Change a post as a person wants; a publisher that is at it finds so at its next step."""
    with db_session() as session:
        before = queries.get_post(session, post_id, lock=True)
        after = change(before)
        queries.save_post(session, before, after, now, by=by)
    return after


def _refuse_public(post: Post, what: str) -> None:
    if post.state in _OVER:
        raise Rejected(f"{post.post_id} is {post.state.value}.")
    if may_be_public(post) and post.state is not PostState.FAILED:
        raise Rejected(
            f"{post.post_id} may be public already, so it cannot be {what}: it is followed to "
            "its end."
        )


def stop(wanted: Stop) -> Stop:
    """Let nothing go on that it covers, from the next step of any post on.

    :raises Rejected: There is no such client, account or source, or it is stopped just so already.
    """
    with db_session() as session:
        if wanted.account_id:
            queries.get_account(session, wanted.account_id)
        if wanted.source_id:
            queries.get_source(session, wanted.source_id)
        if wanted.client and wanted.client not in queries.clients(session):
            raise Rejected(f"There is no client {wanted.client}.")
        if same := _same(queries.stops(session), wanted):
            raise Rejected(f"That is stopped already: {gates.stopped(same[0])}")
        return queries.add_stop(session, wanted)


@dataclass(frozen=True)
class Resumption:
    """What a resumption will do."""

    stops: tuple[Stop, ...]
    """That are lifted."""
    now: list[Post] = field(default_factory=list)
    """Go on at once: their time has come."""
    late: list[Post] = field(default_factory=list)
    """Are cancelled: their time went by."""
    later: list[Post] = field(default_factory=list)
    """Go out at their times."""
    stopped: list[Post] = field(default_factory=list)
    """Stay where they are, under another stop."""


def resumption(wanted: Stop, now: datetime) -> Resumption:
    """What lifting the stops of exactly this scope will do.

    :raises Rejected: There is none.
    """
    with db_session() as session:
        holding = queries.stops(session)
        lifted = _same(holding, wanted)
        if not lifted:
            others = "; ".join(gates.stopped(one).rstrip(".") for one in holding)
            raise Rejected(
                f"Nothing stops {wanted.covers}. {f'What is stopped: {others}.' if others else ''}"
            )
        found = Resumption(tuple(lifted))
        ids = {one.stop_id for one in lifted}
        for post in _queued(session, wanted):
            others_hold = any(one.stop_id not in ids for one in queries.stops_of(session, post))
            if others_hold:
                found.stopped.append(post)
            elif gates.missed(post, now):
                found.late.append(post)
            elif post.due_at <= now:
                found.now.append(post)
            else:
                found.later.append(post)
    return found


def resume(found: Resumption, by: str, now: datetime) -> None:
    """Lift the stops; what they held goes on."""
    with db_session() as session:
        for stop in found.stops:
            queries.lift_stop(session, stop.stop_id, by, now)
            queries.look_again(session, stop, now)
        for one in found.later:
            post = queries.get_post(session, one.post_id, lock=True)
            if post.state is PostState.HELD and post.next_at is not None:
                # Whoever plans sees that its time is its own again.
                queries.save_post(session, post, gates.released(post), now)


def _queued(session: Session, covering: Stop) -> list[Post]:
    found = queries.posts(
        session,
        covering.client or None,
        platform=covering.platform,
        account_id=covering.account_id or None,
        source_id=covering.source_id or None,
        states=(PostState.RESERVED, PostState.SUBMITTING, PostState.HELD),
    )
    return [post for post in found if post.next_at is not None and not may_be_public(post)]


def _same(holding: Sequence[Stop], wanted: Stop) -> list[Stop]:
    def scope(one: Stop) -> tuple[object, ...]:
        return one.client, one.platform, one.account_id, one.source_id

    return [one for one in holding if scope(one) == scope(wanted)]
