"""What a person may do to a post, and how it stands then. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from clipping.errors import Rejected
from clipping.models import Post, PostState, Receipt, Stage
from clipping.publishing import gates
from clipping.publishing.steps import may_be_public, state_of, waits_for_hands

_OVER: Final = (PostState.POSTED, PostState.CANCELLED)
_MAY_GO_ON: Final = (PostState.HELD, PostState.FAILED, PostState.UNKNOWN)


class Offer(StrEnum):
    """What a person is offered to do with a post."""

    MOVE = "move"
    """To another time of its day, or of any once it has lost its slot."""
    HOLD = "hold"
    """Keep it back until somebody lets it go on."""
    CANCEL = "cancel"
    """Give it up before anything of it is public."""
    RETRY = "retry"
    """Let it go on; surely nothing of it is public."""
    ASK = "ask"
    """Ask its platform what became of it, before anything else."""
    PUBLIC = "public"
    """Say that it is on the account."""
    NOT_PUBLIC = "not_public"
    """Say that it is not on the account, and give it up."""


_OFFERS: Final[dict[PostState, tuple[Offer, ...]]] = {
    PostState.PLANNED: (Offer.HOLD, Offer.CANCEL),
    PostState.RESERVED: (Offer.MOVE, Offer.HOLD, Offer.CANCEL),
    PostState.SUBMITTING: (Offer.HOLD, Offer.CANCEL),
    PostState.PROCESSING: (Offer.PUBLIC, Offer.NOT_PUBLIC),
    PostState.UNKNOWN: (Offer.PUBLIC, Offer.NOT_PUBLIC, Offer.ASK),
    PostState.HELD: (
        Offer.RETRY,
        Offer.MOVE,
        Offer.ASK,
        Offer.PUBLIC,
        Offer.NOT_PUBLIC,
        Offer.CANCEL,
    ),
    PostState.FAILED: (Offer.RETRY, Offer.ASK),
    PostState.POSTED: (),
    PostState.CANCELLED: (),
}
"""By state; of these what a post is really offered also depends on how far it has come."""


def can_move(post: Post) -> bool:
    """Whether it may go out at another time: nothing of it was sent, and it is not over."""
    begun = state_of(post.receipt, begun=post.begun_at is not None) is not PostState.RESERVED
    held = post.state is PostState.HELD and not begun
    return (held or post.state is PostState.RESERVED) and not may_be_public(post)


def is_planners(post: Post) -> bool:
    """Whether a planner may choose its clip or its time: what has failed, or has lost its slot.

    Whoever lets it go on keeps planners of its client out meanwhile.
    """
    return post.state is PostState.FAILED or post.slot_id is None


_IF: Final[dict[Offer, Callable[[Post], bool]]] = {
    Offer.MOVE: can_move,
    Offer.HOLD: lambda post: not may_be_public(post),
    Offer.CANCEL: lambda post: not may_be_public(post),
    Offer.RETRY: lambda post: not may_be_public(post),
    Offer.ASK: may_be_public,
    Offer.PUBLIC: waits_for_hands,
    Offer.NOT_PUBLIC: waits_for_hands,
}


def offers(post: Post) -> tuple[Offer, ...]:
    """What is safe to do with a post just now; nothing that could post it twice."""
    return tuple(offer for offer in _OFFERS[post.state] if _IF[offer](post))


def held_by(post: Post, by: str, why: str) -> Post:
    """The post that a person keeps back.

    :raises Rejected: It may be public already, is over, or has failed.
    """
    _refuse_public(post, "held")
    if post.state is PostState.FAILED:
        # Its slot and its clip may be others' by now.
        raise Rejected(f"{post.post_id} is failed: nothing of it goes on that could be held.")
    note = f"{by} holds it: {why.rstrip('.')}."
    return post.replace(state=PostState.HELD, note=note, failure=None, next_at=None)


def cancelled_by(post: Post, by: str, why: str, *, not_public: bool = False) -> Post:
    """The post that a person gives up.

    :param not_public: Somebody has looked at the account, and it is not there.
    :raises Rejected: It may be public already, or is over.
    """
    if not (not_public and waits_for_hands(post)):
        if post.receipt.stage is Stage.INBOX and waits_for_hands(post):
            raise Rejected(
                f"{post.post_id} may be public already, because its owner, or whoever it was given "
                "to, may have posted it: look there, and if it was not, cancel it with "
                "--not-public."
            )
        _refuse_public(post, "cancelled")
    return gates.cancelled(post, f"{by} cancelled it: {why.rstrip('.')}.")


def refuse_to_go_on(post: Post) -> None:
    """Nothing, for a post that can go on.

    :raises Rejected: It is not held back.
    """
    if post.state not in _MAY_GO_ON:
        raise Rejected(f"{post.post_id} is {post.state.value}: there is nothing to retry.")


def goes_on_at(post: Post, now: datetime) -> datetime:
    """When a post that goes on is due: who asks for it now does not mind that its time went by."""
    return now if gates.missed(post, now) else post.due_at


def gone_on(post: Post, by: str, now: datetime, *, slot_taken: bool) -> Post:
    """The post that a person lets go on from where it is.

    :param slot_taken: Whether another one has its slot by now.
    :raises Rejected: It is not held back.
    """
    refuse_to_go_on(post)
    after = post.replace(
        state=state_of(post.receipt, begun=post.begun_at is not None),
        next_at=max(now, post.due_at),
        due_at=goes_on_at(post, now),
        slot_id=None if slot_taken else post.slot_id,
        attempts=0,
        begun=0,
        renewed=False,
        failure=None,
        note=f"{by} lets it go on.",
    )
    # What may be public is looked for first.
    armed = after.receipt.stage is Stage.ARMED
    return after.replace(state=PostState.UNKNOWN) if armed else after


def posted_by_hand(post: Post, by: str, url: str, now: datetime) -> Post:
    """The post that a person has posted, or has found on the account.

    :raises Rejected: It is not one that a person has to look after.
    """
    if not waits_for_hands(post):
        raise Rejected(f"{post.post_id} is {post.state.value}: nobody waits for a person there.")
    return post.replace(
        state=PostState.POSTED,
        receipt=Receipt(stage=Stage.POSTED, url=url, sent_bytes=post.receipt.sent_bytes),
        posted_at=now,
        next_at=None,
        failure=None,
        note=f"{gates.begins(by)} says that it is posted.",
    )


def _refuse_public(post: Post, what: str) -> None:
    if post.state in _OVER:
        raise Rejected(f"{post.post_id} is {post.state.value}.")
    if may_be_public(post) and post.state is not PostState.FAILED:
        raise Rejected(
            f"{post.post_id} may be public already, so it cannot be {what}: it is followed to "
            "its end."
        )
