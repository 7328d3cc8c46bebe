"""What a person decides about clips, in an open session: who opened it says whose there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import (
    ClipState,
    Decision,
    Moment,
    Post,
    PostState,
    Release,
    RenderedClip,
    Verdict,
    unsettled,
)
from clipping.publishing import gates
from clipping.publishing.steps import may_be_public

QUEUED: Final = (PostState.PLANNED, PostState.RESERVED, PostState.HELD)
BEING_CHANGED: Final = "it is being changed: "
"""How the reason begins for which a clip may not be posted while another film of it is made."""


def approve(
    session: Session, clip_ids: Sequence[str], by: str, note: str, now: datetime
) -> list[Verdict]:
    """Note that a person wants clips posted: all of them, or none.

    :raises Rejected: One is not there, failed its proof, is held for another reason, is being
        changed, or another one was made of it.
    """
    made = [
        Verdict(clip_id=clip_id, decision=Decision.APPROVED, person=by, why=note, at=now)
        for clip_id in dict.fromkeys(clip_ids)
    ]
    queries.changes.lock_clips(session, clip_ids)
    for verdict in made:
        _check(session, queries.clips.get_clip(session, verdict.clip_id))
        queries.verdicts.save_verdict(session, verdict)
    return made


def _check(session: Session, clip: RenderedClip) -> None:
    if clip.state is ClipState.HELD:
        raise Rejected(
            f"{clip.clip_id} is held, which comes first: clipper release {clip.clip_id} --by NAME"
        )
    if clip.state is ClipState.FAILED_PROOF:
        raise Rejected(
            f"{clip.clip_id} failed its proof ({failed_checks(clip)}): it cannot be approved."
        )
    refuse_replaced(session, clip.clip_id)


def refuse_replaced(session: Session, clip_id: str) -> None:
    """Rejected where a clip is being changed, or another one was made of it."""
    if change := queries.changes.open_change(session, clip_id):
        raise Rejected(f"{clip_id} is being changed by {change.by} ({change.wanted.told}).")
    # A client's own people see no changes, but whether there is one. Its verdict does not say:
    # who has rejected the clip before, or meanwhile, has said something else.
    if queries.changes.has_open_change(session, clip_id):
        raise Rejected(f"{clip_id} is being changed: what comes of it is shown in its place.")
    if other := queries.changes.superseded_by(session, clip_id):
        raise Rejected(f"{clip_id} was changed: {other} is there in its place.")


def is_being_changed(verdict: Verdict) -> bool:
    """Whether a clip may not be posted because another film of it is being made."""
    return verdict.rejects and verdict.why.startswith(BEING_CHANGED)


@dataclass(frozen=True)
class Rejection:
    """A rejected clip, and what follows of its posts."""

    verdict: Verdict
    cancelled: tuple[Post, ...] = ()
    """Their slots are free."""
    begun: tuple[Post, ...] = ()
    """Nothing more of them is sent, unless they may be public already."""


def reject(
    session: Session, clip_id: str, by: str, why: str, now: datetime, *, posts: bool = True
) -> Rejection:
    """Note that a clip must not be posted; its posts that are not begun are cancelled.

    Where no planner is kept off meanwhile, it may book a slot once more for what it has read
    before: the publisher does not send that, and the next plan gives the slot to another.

    :param posts: Whether posts are touched; who may not do that leaves them to the planner, which
        cancels them within the hour. The publisher sends nothing of them from now on.
    :raises Rejected: There is no such clip.
    """
    verdict = Verdict(clip_id=clip_id, decision=Decision.REJECTED, person=by, why=why, at=now)
    queries.changes.lock_clips(session, [clip_id])
    client = queries.clips.get_clip(session, clip_id).client
    queries.verdicts.save_verdict(session, verdict)
    if not posts:
        return Rejection(verdict)
    found = queries.posts.posts(session, client, clip_id=clip_id)
    cancelled = [one for post in found if (one := _cancelled(session, post, verdict, now))]
    gone = {post.post_id for post in cancelled}
    over = (PostState.CANCELLED, PostState.FAILED)
    begun = (post for post in found if post.post_id not in gone and post.state not in over)
    return Rejection(verdict, tuple(cancelled), tuple(begun))


def _cancelled(session: Session, seen: Post, verdict: Verdict, now: datetime) -> Post | None:
    """The post given up, where nothing of it was begun."""
    post = queries.posts.get_post(session, seen.post_id, lock=True)
    if not is_unbegun(post):
        return None
    after = gates.cancelled(post, f"{post.clip_id} may not be posted: {verdict.sentence}")
    queries.posts.save_post(session, post, after, now, by=verdict.person)
    return after


def is_unbegun(post: Post) -> bool:
    """Whether it is to come, and nothing of it was sent."""
    return post.state in QUEUED and post.begun_at is None and not may_be_public(post)


def release(session: Session, clip_id: str, by: str, note: str, now: datetime) -> None:
    """Note that a person agrees to what holds a clip; who agreed to the same first stays it.

    :raises Rejected: There is no such clip, nothing holds it, or its proof failed.
    """
    clip = queries.clips.get_clip(session, clip_id)
    moment = queries.detections.find_moment(session, clip.moment_id)
    if moment is None:
        raise Rejected(f"There is no moment {clip.moment_id} in the database.")
    _check_held(clip, moment)
    if unsettled(moment.holds, queries.releases.releases_of(session, clip.moment_id)):
        given = Release(clip_id=clip_id, holds=moment.holds, person=by, note=note, released_at=now)
        queries.releases.save_release(session, clip.moment_id, given)


def _check_held(clip: RenderedClip, moment: Moment) -> None:
    if clip.state is ClipState.FAILED_PROOF:
        raise Rejected(
            f"{clip.clip_id} failed its proof ({failed_checks(clip)}): it cannot be released."
        )
    if not moment.held:
        raise Rejected(f"{clip.clip_id} is not held: there is nothing to agree to.")


def failed_checks(clip: RenderedClip) -> str:
    """The names of the checks that a clip failed."""
    return ", ".join(check.name for check in clip.proof.failures)
