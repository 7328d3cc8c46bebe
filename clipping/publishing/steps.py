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
    return post.receipt.stage not in BEFORE_ARMED


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
    forgotten = receipt.stage is Stage.INBOX and bool(receipt.handle) and next_at is None
    if forgotten:
        # A draft that lies there is not public; its owner may still post it, so its clip stays its.
        state = PostState.HELD
    return post.replace(
        receipt=receipt,
        state=state,
        next_at=next_at,
        attempts=post.attempts if _asks_nobody(step, receipt) else 0,
        renewed=post.renewed and not _lets_through(step, receipt),
        posted_at=now if posted and post.posted_at is None else post.posted_at,
        failure=None,
        note=_FORGOTTEN if forgotten else receipt.note,
    )


def _asks_nobody(step: Step, receipt: Receipt) -> bool:
    """Whether the step only armed the post: with most platforms that shows nothing of the way to
    them, and one whose last exchange never leaves would be armed and tried without end."""
    return step is Step.SUBMIT and receipt.stage is Stage.ARMED


def _lets_through(step: Step, receipt: Receipt) -> bool:
    """Whether the step shows that the token is good: a look before the last exchange does not."""
    return step is not Step.RECONCILE and receipt.stage is not Stage.ARMED


def _next_at(post: Post, receipt: Receipt, now: datetime) -> datetime | None:
    if receipt.stage is Stage.POSTED:
        return None
    if receipt.stage is Stage.INBOX:
        if not receipt.handle:
            # A package for a person: no platform knows of it.
            return None
        asked_since = post.begun_at or now
        return now + _INBOX_PAUSE if now < asked_since + _INBOX_ASKED else None
    return max(now, receipt.not_before or now)
