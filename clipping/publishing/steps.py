"""Which step a post takes next, and how it stands after one that went well."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from clipping.models import Post, PostState, Receipt, Stage

BEFORE_ARMED: Final = (Stage.NEW, Stage.SENDING, Stage.SENT)
"""Nothing can be public yet."""
ON_ITS_WAY: Final = (Stage.PROCESSING, Stage.INBOX)
_INBOX_PAUSE: Final = timedelta(hours=1)
_INBOX_ASKED: Final = timedelta(days=3)
"""After which nobody asks any more; TikTok does not say how long a draft lies there."""
_FORGOTTEN: Final = (
    "Its owner has not posted the draft within three days. Was it posted after all, say so with"
    " 'clipper posts done'; was it deleted, with 'clipper posts cancel --not-public'; 'clipper"
    " posts retry' asks TikTok once more."
)
_LEFT: Final = (
    "Nobody has said within three days that its package was posted. Was it, say so with 'clipper"
    " posts done'; if it was not and is not to be, with 'clipper posts cancel --not-public'."
)


class Step(StrEnum):
    """The three ways of asking a platform about a post."""

    SUBMIT = "submit"
    POLL = "poll"
    RECONCILE = "reconcile"
    """Only reading: whether one that was armed by somebody is public."""


STAGES: Final = {
    Step.SUBMIT: BEFORE_ARMED,
    Step.POLL: ON_ITS_WAY,
    Step.RECONCILE: (Stage.ARMED,),
}
"""What is found at these stages takes this step first."""


def next_step(receipt: Receipt, *, mine: bool) -> Step:
    """The step from here; ``mine`` says that this process has just armed it, and stored that."""
    if receipt.stage in ON_ITS_WAY:
        return Step.POLL
    if receipt.stage is Stage.ARMED and not mine:
        return Step.RECONCILE
    return Step.SUBMIT


def may_be_public(post: Post) -> bool:
    """Whether it has to be followed to its end, whatever is stopped."""
    return post.receipt.stage not in BEFORE_ARMED or post.receipt.unsettled


def looked_for_first(post: Post) -> Post:
    """The post where it is not gone on from at once: one whose earlier try may have become public
    after the look is asked for again before anything more of it is sent."""
    if post.receipt.stage in BEFORE_ARMED and post.receipt.unsettled:
        return post.replace(
            receipt=post.receipt.replace(stage=Stage.ARMED), state=PostState.UNKNOWN
        )
    return post


def is_package(receipt: Receipt) -> bool:
    """Whether it was left for a person to post, so that there is nobody to ask about it."""
    return receipt.stage is Stage.INBOX and not receipt.handle


def waits_for_hands(post: Post) -> bool:
    """Whether a person may say that it is posted, or that it is not: nobody else can tell."""
    is_draft = post.state is PostState.HELD and post.receipt.stage is Stage.INBOX
    return is_draft or post.state in (PostState.UNKNOWN, PostState.PROCESSING)


def state_of(receipt: Receipt, *, begun: bool) -> PostState:
    """How a post stands that nothing is in the way of."""
    states = {
        Stage.NEW: PostState.SUBMITTING if begun else PostState.RESERVED,
        Stage.PROCESSING: PostState.PROCESSING,
        Stage.INBOX: PostState.PROCESSING,
        Stage.POSTED: PostState.POSTED,
    }
    return states.get(receipt.stage, PostState.SUBMITTING)


def after_step(post: Post, step: Step, receipt: Receipt, now: datetime) -> Post:
    """The post after a step that its platform has answered."""
    state = state_of(receipt, begun=True)
    if step is Step.RECONCILE and receipt.stage is Stage.ARMED:
        # Nobody can tell yet.
        state = PostState.UNKNOWN
    posted, next_at = receipt.stage is Stage.POSTED, _next_at(post, receipt, now)
    note = receipt.note
    if receipt.stage is Stage.INBOX and next_at is None:
        # What lies there is not public; somebody may still post it, so its clip stays its.
        state, note = PostState.HELD, _FORGOTTEN if receipt.handle else _LEFT
    return post.replace(
        receipt=receipt,
        state=state,
        next_at=next_at,
        attempts=post.attempts if _shows_no_way(step, receipt) else 0,
        renewed=post.renewed and not _lets_through(step, receipt),
        posted_at=now if posted and post.posted_at is None else post.posted_at,
        failure=None,
        note=note,
    )


def _shows_no_way(step: Step, receipt: Receipt) -> bool:
    """Whether the step leaves open if the next exchange will leave.

    One that only armed the post does, with most platforms, and so does a look after which one in
    doubt goes on: else what cannot be sent would be armed, or looked for, and tried without end.
    """
    if step is Step.SUBMIT:
        return receipt.stage is Stage.ARMED
    return step is Step.RECONCILE and receipt.unsettled and receipt.stage in BEFORE_ARMED


def _lets_through(step: Step, receipt: Receipt) -> bool:
    """Whether the step shows that the token is good: a look before the last exchange does not."""
    return step is not Step.RECONCILE and receipt.stage is not Stage.ARMED


def _next_at(post: Post, receipt: Receipt, now: datetime) -> datetime | None:
    if receipt.stage is Stage.POSTED:
        return None
    if receipt.stage is Stage.INBOX:
        ends = (post.begun_at or now) + _INBOX_ASKED
        if now >= ends:
            return None
        # Of a package for a person no platform knows.
        return now + _INBOX_PAUSE if receipt.handle else ends
    return max(now, receipt.not_before or now)
