"""What follows for a post from each kind of failure, and from a step that went well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clipping.errors import (
    AuthorizationExpired,
    ClippingError,
    DiskFull,
    MalformedReply,
    ServiceUnavailable,
)
from clipping.models import (
    Consent,
    PlatformName,
    Post,
    PostCopy,
    PostState,
    Receipt,
    Stage,
)
from clipping.platforms.failures import FailureKind, failure, unarmed
from clipping.publishing.failing import after_error, is_stuck, kind_of_failure
from clipping.publishing.steps import Step, after_step, next_step

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
K = FailureKind
S = PostState


def a_post(stage: Stage = Stage.SENDING, **changes: Any) -> Post:
    values: dict[str, Any] = {
        "post_id": "post_1",
        "client": "acme",
        "account_id": "account_1",
        "platform": PlatformName.X,
        "clip_id": "clip_1",
        "moment_id": "mom_1",
        "source_id": "src_1",
        "slot_id": "slot_1",
        "due_at": NOW,
        "begun_at": NOW,
        "words": PostCopy(platform=PlatformName.X, title="", caption="Why", hashtags=()),
        "consent": Consent(owner="Ada", given_at=NOW),
        "receipt": Receipt(stage=stage, handle={"media_id": "1"}),
        "next_at": NOW,
    }
    return Post(**values | changes)


def after(post: Post, kind: FailureKind, step: Step = Step.SUBMIT, **details: Any) -> Post:
    error = failure(kind, "It was refused.", **details)
    return after_error(post, step, error, NOW, lambda: 0.5)


def test_a_transient_failure_is_tried_three_times_with_pauses_that_grow() -> None:
    post, pauses = a_post(), []
    while post.state is not S.FAILED:
        post = after(post, K.RETRY_BACKOFF)
        pauses.append(post.next_at and (post.next_at - NOW).total_seconds())
    assert pauses == [60, 240, 960, None]
    assert post.failure is not None
    assert post.failure.sentence == "It was refused."


def test_pauses_of_those_who_failed_together_differ() -> None:
    error = failure(K.RETRY_BACKOFF, "It fails.")
    one, other = (
        after_error(a_post(), Step.SUBMIT, error, NOW, chance)
        for chance in (lambda: 0.0, lambda: 0.9)
    )
    assert one.next_at != other.next_at


@pytest.mark.parametrize("stage", [Stage.ARMED, Stage.PROCESSING])
def test_what_may_be_public_is_never_given_up(stage: Stage) -> None:
    step = Step.RECONCILE if stage is Stage.ARMED else Step.POLL
    post = a_post(stage)
    for _ in range(9):
        post = after(post, K.RETRY_BACKOFF, step)
    assert post.state is (S.UNKNOWN if stage is Stage.ARMED else S.PROCESSING)
    assert post.next_at == NOW + timedelta(hours=1)
    assert post.receipt == a_post(stage).receipt


def test_an_answer_that_never_came_is_looked_for_before_anything_else() -> None:
    post = after(a_post(Stage.ARMED), K.UNKNOWN_OUTCOME)
    assert post.state is S.UNKNOWN
    assert post.receipt.stage is Stage.ARMED
    assert post.next_at is not None
    assert next_step(post.receipt, mine=False) is Step.RECONCILE


def test_a_lost_upload_is_begun_anew_twice() -> None:
    post, begun = a_post(), 0
    while post.state is not S.FAILED:
        post = after(post.replace(receipt=a_post().receipt), K.RETRY_NEW_CONTAINER)
        begun += post.receipt.stage is Stage.NEW
    assert begun == 2


@pytest.mark.parametrize(
    ("kind", "details", "expected_s"),
    [
        (K.RETRY_AFTER, {"retry_after_s": 300}, 300),
        (K.RETRY_AFTER, {}, 60),
        (K.QUOTA_UNTIL, {"until": NOW + timedelta(hours=5)}, 18_000),
        (K.QUOTA_UNTIL, {}, 3_600),
    ],
    ids=["said", "not said", "until", "nobody knows"],
)
def test_a_rate_or_quota_waits_for_its_window_and_counts_as_no_try(
    kind: FailureKind, details: dict[str, Any], expected_s: float
) -> None:
    post = after(a_post(), kind, **details)
    assert (post.state, post.attempts) == (S.SUBMITTING, 0)
    assert post.next_at is not None
    assert expected_s <= (post.next_at - NOW).total_seconds() <= expected_s + 30


def test_a_refused_token_is_renewed_once_and_then_waits_for_its_owner() -> None:
    once = after(a_post(), K.REAUTH)
    assert (once.renewed, once.next_at, once.state) == (True, NOW, S.SUBMITTING)
    twice = after(once, K.REAUTH)
    assert twice.state is S.HELD
    assert twice.next_at is not None
    good = after_step(once, Step.SUBMIT, once.receipt, NOW)
    assert good.renewed is False


@pytest.mark.parametrize(
    ("stage", "step", "kind", "code", "state"),
    [
        (Stage.SENDING, Step.SUBMIT, K.PERMANENT_METADATA, "unheard_of", S.FAILED),
        (Stage.ARMED, Step.SUBMIT, K.PERMANENT_METADATA, "unheard_of", S.FAILED),
        # It says itself that it may be out.
        (Stage.ARMED, Step.SUBMIT, K.PERMANENT_METADATA, "506/0", S.UNKNOWN),
        (Stage.ARMED, Step.SUBMIT, K.PERMANENT_METADATA, "duplicate", S.UNKNOWN),
        # The look was refused, which says nothing of the post.
        (Stage.ARMED, Step.RECONCILE, K.PERMANENT_METADATA, "unheard_of", S.UNKNOWN),
        (Stage.PROCESSING, Step.POLL, K.PERMANENT_METADATA, "unheard_of", S.UNKNOWN),
        # The post was refused, as the look found out.
        (Stage.PROCESSING, Step.POLL, K.PERMANENT_METADATA, "spam_risk", S.FAILED),
        (Stage.PROCESSING, Step.POLL, K.PERMANENT_MEDIA, "copyright", S.FAILED),
        (Stage.SENDING, Step.SUBMIT, K.BILLING, "402", S.HELD),
        (Stage.SENDING, Step.SUBMIT, K.APP_MISCONFIGURED, "", S.HELD),
    ],
)
def test_a_refusal_ends_the_post_or_waits_for_a_person_and_never_loops(
    stage: Stage, step: Step, kind: FailureKind, code: str, state: PostState
) -> None:
    post = after(a_post(stage), kind, step, code=code)
    assert (post.state, post.next_at) == (state, None)
    assert post.failure is not None
    assert post.failure.code == code


@pytest.mark.parametrize("kind", [K.ACCOUNT_BLOCKED, K.BILLING, K.APP_MISCONFIGURED])
def test_trouble_of_the_account_or_app_does_not_hold_what_may_be_public(kind: FailureKind) -> None:
    post = after(a_post(Stage.ARMED), kind, Step.RECONCILE)
    assert (post.state, post.next_at) == (S.UNKNOWN, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("kind", "state", "waits"),
    [
        (K.QUOTA_UNTIL, S.SUBMITTING, timedelta(hours=1)),
        (K.RETRY_AFTER, S.SUBMITTING, timedelta(minutes=1)),
        (K.ACCOUNT_BLOCKED, S.HELD, timedelta(minutes=30)),
        (K.BILLING, S.HELD, None),
        (K.PERMANENT_METADATA, S.FAILED, None),
    ],
)
@pytest.mark.parametrize("stage", [Stage.ARMED, Stage.PROCESSING])
def test_what_its_platform_says_is_not_public_waits_or_is_held_like_one_that_was_not_armed(
    stage: Stage, kind: FailureKind, state: PostState, waits: timedelta | None
) -> None:
    error = unarmed(failure(kind, "It has failed."), Receipt(tries=1))
    step = Step.RECONCILE if stage is Stage.ARMED else Step.POLL
    post = after_error(a_post(stage), step, error, NOW, lambda: 0.0)
    assert (post.state, post.receipt) == (state, Receipt(tries=1))
    assert post.next_at == (None if waits is None else NOW + waits)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (AuthorizationExpired("closed"), K.REAUTH),
        (ServiceUnavailable("away"), K.RETRY_BACKOFF),
        (DiskFull("full"), K.APP_MISCONFIGURED),
        (MalformedReply("odd"), K.APP_MISCONFIGURED),
        (failure(K.BILLING, "pay"), K.BILLING),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_error_that_no_platform_made_has_a_kind_too(
    error: ClippingError, kind: FailureKind
) -> None:
    assert kind_of_failure(error) is kind


@pytest.mark.parametrize(
    ("stage", "state", "asked_again"),
    [
        (Stage.SENDING, S.SUBMITTING, True),
        (Stage.SENT, S.SUBMITTING, True),
        (Stage.ARMED, S.SUBMITTING, True),
        (Stage.PROCESSING, S.PROCESSING, True),
        (Stage.INBOX, S.PROCESSING, True),
        (Stage.POSTED, S.POSTED, False),
    ],
)
def test_the_state_follows_from_the_stage(
    stage: Stage, state: PostState, asked_again: bool
) -> None:
    receipt = Receipt(stage=stage, handle={"publish_id": "1"})
    post = after_step(a_post(attempts=2), Step.SUBMIT, receipt, NOW)
    assert (post.state, post.failure) == (state, None)
    # Who has only armed it has not asked its platform.
    assert post.attempts == (2 if stage is Stage.ARMED else 0)
    assert (post.next_at is not None) is asked_again


def test_looks_for_what_may_be_public_are_counted_by_themselves() -> None:
    lost = failure(K.UNKNOWN_OUTCOME, "No answer.")
    post = after_error(a_post(Stage.ARMED, attempts=3), Step.SUBMIT, lost, NOW, lambda: 0.5)
    assert (post.state, post.attempts) == (S.UNKNOWN, 0)


def test_what_is_in_doubt_and_cannot_be_sent_is_told_however_well_it_can_be_looked_for() -> None:
    post, looks = a_post(Stage.SENT), 0
    in_doubt = post.receipt.replace(unsettled=True)
    post = post.replace(receipt=in_doubt)
    while not is_stuck(post := after(post, K.RETRY_BACKOFF), NOW):
        assert post.receipt.stage is Stage.ARMED
        post, looks = after_step(post, Step.RECONCILE, in_doubt, NOW), looks + 1
        assert looks < 9
    assert (looks, post.next_at) == (3, NOW + timedelta(hours=1))


def test_one_of_which_nobody_can_tell_yet_is_unknown() -> None:
    receipt = Receipt(stage=Stage.ARMED, not_before=NOW + timedelta(seconds=30))
    post = after_step(a_post(Stage.ARMED), Step.RECONCILE, receipt, NOW)
    assert (post.state, post.next_at) == (S.UNKNOWN, receipt.not_before)


def test_a_draft_is_asked_about_for_three_days() -> None:
    receipt = Receipt(stage=Stage.INBOX, handle={"publish_id": "1"})
    late = a_post(Stage.INBOX, begun_at=NOW - timedelta(days=3))
    assert after_step(late, Step.POLL, receipt, NOW).next_at is None


@pytest.mark.parametrize("code", ["challenge", "signed_out", "other_account"])
def test_what_only_the_owner_can_do_is_not_tried_with_another_token(code: str) -> None:
    held = after(a_post(), K.REAUTH, code=code)
    assert (held.state, held.renewed) == (S.HELD, False)
    armed = after(a_post(Stage.ARMED), K.REAUTH, code=code)
    assert (armed.state, armed.next_at) == (S.UNKNOWN, NOW + timedelta(hours=1))
    assert after(a_post(), K.REAUTH, code="expired").renewed
