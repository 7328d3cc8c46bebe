"""What a person may do to a post: what is offered, and that none of it can post twice."""

from __future__ import annotations

from itertools import product

import pytest

from clipping.errors import Rejected
from clipping.models import Post, PostState, Stage
from clipping.publishing import changes
from clipping.publishing.changes import Offer, offers
from clipping.publishing.steps import BEFORE_ARMED, Step, may_be_public, next_step
from tests.publishing.test_failing import NOW, a_post

EVERY = [a_post(stage, state=state) for state, stage in product(PostState, Stage)]
GOES_ON = (Offer.RETRY, Offer.ASK)


@pytest.mark.parametrize(
    ("state", "stage", "expected"),
    [
        (PostState.RESERVED, Stage.NEW, (Offer.MOVE, Offer.HOLD, Offer.CANCEL)),
        (PostState.SUBMITTING, Stage.SENDING, (Offer.HOLD, Offer.CANCEL)),
        (PostState.SUBMITTING, Stage.ARMED, ()),
        (PostState.PROCESSING, Stage.PROCESSING, (Offer.PUBLIC, Offer.NOT_PUBLIC)),
        (PostState.PROCESSING, Stage.INBOX, (Offer.PUBLIC, Offer.NOT_PUBLIC)),
        (PostState.UNKNOWN, Stage.ARMED, (Offer.PUBLIC, Offer.NOT_PUBLIC, Offer.ASK)),
        (PostState.HELD, Stage.NEW, (Offer.RETRY, Offer.CANCEL)),
        (PostState.HELD, Stage.SENDING, (Offer.RETRY, Offer.CANCEL)),
        (PostState.HELD, Stage.INBOX, (Offer.ASK, Offer.PUBLIC, Offer.NOT_PUBLIC)),
        (PostState.FAILED, Stage.SENT, (Offer.RETRY,)),
        (PostState.FAILED, Stage.PROCESSING, (Offer.ASK,)),
        (PostState.POSTED, Stage.POSTED, ()),
        (PostState.CANCELLED, Stage.NEW, ()),
    ],
)
def test_of_each_state_only_what_is_safe_is_offered(
    state: PostState, stage: Stage, expected: tuple[Offer, ...]
) -> None:
    assert offers(a_post(stage, state=state)) == expected


def test_what_is_held_can_be_moved_while_nothing_of_it_was_sent() -> None:
    held = a_post(Stage.NEW, state=PostState.HELD, begun_at=None)
    assert offers(held) == (Offer.RETRY, Offer.MOVE, Offer.CANCEL)


def done(offer: Offer, post: Post) -> Post | None:
    """The post after what was offered; None where that also asks the account's clock."""
    if offer is Offer.HOLD:
        return changes.held_by(post, "Ann", "wait")
    if offer in (Offer.CANCEL, Offer.NOT_PUBLIC):
        return changes.cancelled_by(post, "Ann", "no", not_public=offer is Offer.NOT_PUBLIC)
    if offer is Offer.PUBLIC:
        return changes.posted_by_hand(post, "Ann", "", NOW)
    if offer in GOES_ON:
        return changes.gone_on(post, "Ann", NOW, slot_taken=False)
    return None


def test_nothing_that_is_offered_is_refused() -> None:
    for post in EVERY:
        for offer in offers(post):
            done(offer, post)


def test_what_may_be_public_is_asked_about_before_it_could_be_sent_again() -> None:
    for post in filter(may_be_public, EVERY):
        offered = offers(post)
        assert not {Offer.MOVE, Offer.HOLD, Offer.CANCEL, Offer.RETRY} & set(offered), post
        if Offer.ASK in offered:
            after = done(Offer.ASK, post)
            assert after is not None
            assert next_step(after.receipt, mine=False) is not Step.SUBMIT or (
                after.receipt.stage is Stage.POSTED
            )
            assert after.state is not PostState.RESERVED


def test_what_is_surely_not_public_is_never_said_to_be_asked_about() -> None:
    for post in EVERY:
        if post.receipt.stage in BEFORE_ARMED:
            assert Offer.ASK not in offers(post)


@pytest.mark.parametrize("state", [PostState.POSTED, PostState.CANCELLED, PostState.RESERVED])
def test_what_does_not_wait_cannot_be_let_go_on(state: PostState) -> None:
    with pytest.raises(Rejected, match="nothing to retry"):
        changes.gone_on(a_post(Stage.NEW, state=state), "Ann", NOW, slot_taken=False)


def test_a_stop_covers_a_post_by_all_that_it_names() -> None:
    from clipping.models import PlatformName, Stop
    from clipping.publishing.stopping import covers

    post = a_post(Stage.NEW)
    assert covers(Stop(by="Ann", at=NOW, why="x"), post)
    assert covers(Stop(client=post.client, account_id=post.account_id, by="", at=NOW, why=""), post)
    assert not covers(Stop(client="another", by="", at=NOW, why=""), post)
    other = next(name for name in PlatformName if name is not post.platform)
    assert not covers(Stop(client=post.client, platform=other, by="", at=NOW, why=""), post)
