"""Stops and pauses, in an open session: setting them, and what goes out once they are lifted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Post, PostState, Stop
from clipping.publishing import gates, moving
from clipping.publishing.steps import may_be_public

_QUEUED: Final = (PostState.RESERVED, PostState.SUBMITTING, PostState.HELD)


@dataclass(frozen=True)
class Resumption:
    """What a resumption will do."""

    stops: tuple[Stop, ...] = ()
    """That are lifted."""
    now: list[Post] = field(default_factory=list)
    """Go on at once: their time has come."""
    late: list[Post] = field(default_factory=list)
    """Are cancelled: their time went by."""
    given_away: list[Post] = field(default_factory=list)
    """Are cancelled: their slots are other posts' by now."""
    later: list[Post] = field(default_factory=list)
    """Go out at their times."""
    stopped: list[Post] = field(default_factory=list)
    """Stay where they are, under another stop."""


def stop(session: Session, wanted: Stop) -> Stop:
    """Let nothing go on that it covers, from the next step of any post on.

    :raises Rejected: There is no such client, account or source, or it is stopped just so already.
    """
    if wanted.account_id:
        queries.accounts.get_account(session, wanted.account_id)
    if wanted.source_id:
        queries.sources.get_source(session, wanted.source_id)
    if wanted.client and wanted.client not in queries.clients.clients(session):
        raise Rejected(f"There is no client {wanted.client}.")
    if same := _same(queries.stops.stops(session), wanted):
        raise Rejected(f"That is stopped already: {gates.stopped(same[0])}")
    return queries.stops.add_stop(session, wanted)


def resumption(session: Session, wanted: Stop, now: datetime) -> Resumption:
    """What lifting the stops of exactly this scope will do.

    :raises Rejected: There is none.
    """
    holding = queries.stops.stops(session)
    lifted = _same(holding, wanted)
    if not lifted:
        others = "; ".join(gates.stopped(one).rstrip(".") for one in holding)
        told = f" There is: {others}." if others else ""
        raise Rejected(f"There is no stop of {wanted.covers}.{told}")
    ids = {one.stop_id for one in lifted}
    left = [one for one in holding if one.stop_id not in ids]
    return _sorted_out(session, _queued(session, wanted), tuple(lifted), left, now)


def unpausing(session: Session, account_id: str, now: datetime) -> Resumption:
    """What resuming an account that somebody has paused will do."""
    account = queries.accounts.get_account(session, account_id)
    wanted = Stop(account_id=account_id, client=account.client, by="", at=now, why="")
    return _sorted_out(session, _queued(session, wanted), (), queries.stops.stops(session), now)


def resume(session: Session, found: Resumption, by: str, now: datetime) -> None:
    """Lift the stops; what they held goes on."""
    for known in found.given_away:
        post = queries.posts.get_post(session, known.post_id, lock=True)
        if moving.is_given_away(session, post, now):
            after = gates.cancelled(post, "Its slot was given to another post while it was held.")
            queries.posts.save_post(session, post, after, now, by=by)
    later = {post.post_id for post in found.later}
    for one in found.stops:
        queries.stops.lift_stop(session, one.stop_id, by, now)
        queries.stops.look_again(session, one, now)
        # Of thousands that are planned the few that were held.
        held = [post for post in _queued(session, one, (PostState.HELD,)) if post.post_id in later]
        for known in held:
            post = queries.posts.get_post(session, known.post_id, lock=True)
            if post.state is PostState.HELD and post.next_at is not None:
                # Whoever plans sees that its time is its own again.
                queries.posts.save_post(session, post, gates.released(post), now)


def _sorted_out(
    session: Session,
    posts: Sequence[Post],
    lifted: tuple[Stop, ...],
    left: Sequence[Stop],
    now: datetime,
) -> Resumption:
    found = Resumption(lifted)
    for post in posts:
        if any(covers(one, post) for one in left):
            found.stopped.append(post)
        elif gates.missed(post, now):
            found.late.append(post)
        elif moving.is_given_away(session, post, now):
            found.given_away.append(post)
        elif post.due_at <= now:
            found.now.append(post)
        else:
            found.later.append(post)
    return found


def covers(stop: Stop, post: Post) -> bool:
    """Whether nothing of the post goes on while the stop holds."""
    wanted = (
        (stop.client, post.client),
        (stop.platform, post.platform),
        (stop.account_id, post.account_id),
        (stop.source_id, post.source_id),
    )
    return all(not named or named == theirs for named, theirs in wanted)


def kept_back(posts: Iterable[Post], holding: Sequence[Stop]) -> dict[str, str]:
    """By id, of the posts that do not go on under these stops: what each says, the post's own after
    it.
    """
    found = {}
    for post in posts:
        over = [gates.stopped(one) for one in holding if covers(one, post)]
        if over and post.state in _QUEUED and not may_be_public(post):
            own = [post.note] if post.note and post.note not in over else []
            found[post.post_id] = " ".join([*over, *own])
    return found


def _queued(session: Session, covering: Stop, states: Sequence[PostState] = _QUEUED) -> list[Post]:
    found = queries.posts.posts(
        session,
        covering.client or None,
        platform=covering.platform,
        account_id=covering.account_id or None,
        source_id=covering.source_id or None,
        states=states,
    )
    return [post for post in found if post.next_at is not None and not may_be_public(post)]


def _same(holding: Sequence[Stop], wanted: Stop) -> list[Stop]:
    def scope(one: Stop) -> tuple[object, ...]:
        return one.client, one.platform, one.account_id, one.source_id

    return [one for one in holding if scope(one) == scope(wanted)]
