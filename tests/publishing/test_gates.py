"""What keeps a post from going on, how often platforms are asked, what else answers say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clipping.errors import AccountBlocked, AuthorizationExpired, ClippingError, PostRefused
from clipping.models import (
    Account,
    AccountStatus,
    Consent,
    PlatformName,
    PostState,
    Stage,
    Standing,
    Stop,
)
from clipping.publishing import gates, rates, troubles
from clipping.publishing.rates import Asking, Rate
from clipping.publishing.steps import Step
from tests.publishing.test_failing import NOW, a_post

A_WEEK_AGO = NOW - timedelta(days=7)

ACCOUNT = Account(
    account_id="account_1",
    client="acme",
    platform=PlatformName.X,
    handle="clips",
    consent=Consent(owner="Ada", given_at=NOW),
)
STOP = Stop(by="Ann", at=NOW, why="a mistake")


def standing(**changes: Any) -> Standing:
    known = {name: changes.pop(name) for name in list(changes) if name in Account.model_fields}
    return Standing(account=ACCOUNT.replace(**known), **changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, ""),
        ({"status": AccountStatus.WARNED}, ""),
        ({"stops": (STOP,)}, "Ann stopped everything: a mistake."),
        ({"paused": "holidays"}, "The account is paused: holidays."),
        ({"status": AccountStatus.SUSPENDED}, "Its platform has suspended or restricted"),
        ({"status": AccountStatus.BANNED}, "Its platform has banned the account."),
        ({"status": AccountStatus.REAUTHORISE}, "The account's owner has to connect it again."),
        ({"consent": None}, "The account's owner has not agreed to posts"),
        ({"rights_stated": False}, "Nobody has stated the rights in its source"),
        ({"clip_ready": False}, "Its clip is not approved"),
        ({"approved": False}, "Its client wants each clip approved, and nobody has approved"),
        ({"rejected": "Jo rejected it: no."}, "clip_1 may not be posted: Jo rejected it: no."),
        ({"proof_passed": False}, "Its clip has not passed its proof."),
    ],
)
def test_a_post_goes_on_only_while_nothing_is_in_its_way(
    changes: dict[str, Any], sentence: str
) -> None:
    found = gates.obstacle(a_post(Stage.SENT), standing(**changes))
    assert found.startswith(sentence)
    assert bool(found) is bool(sentence)
    # What may be public is followed to its end.
    assert gates.obstacle(a_post(Stage.ARMED), standing(**changes)) == ""


def test_what_is_held_goes_on_where_it_was_once_nothing_is_in_its_way() -> None:
    held = gates.held(a_post(Stage.SENT), "The account is paused.", NOW)
    assert (held.state, held.note) == (PostState.HELD, "The account is paused.")
    assert held.next_at is not None
    released = gates.released(held)
    assert (released.state, released.note) == (PostState.SUBMITTING, "")
    fresh = gates.held(a_post(Stage.NEW, begun_at=None), "No.", NOW)
    assert gates.released(fresh).state is PostState.RESERVED


@pytest.mark.parametrize(
    ("hours", "stage", "missed"),
    [
        (11.9, Stage.SENT, False),
        (12, Stage.SENT, True),
        (12, Stage.NEW, True),
        (30, Stage.ARMED, False),
        (30, Stage.PROCESSING, False),
    ],
)
def test_a_post_that_is_half_a_day_late_gives_its_slot_back(
    hours: float, stage: Stage, missed: bool
) -> None:
    assert gates.missed(a_post(stage), NOW + timedelta(hours=hours)) is missed
    assert gates.too_late(a_post(stage)).state is PostState.CANCELLED


def test_two_posts_of_an_account_are_not_begun_within_hours_of_each_other() -> None:
    fresh = a_post(Stage.NEW, begun_at=None)
    an_hour_ago = standing(last_begun_at=NOW - timedelta(hours=1))
    # Who has to wait waits for the whole distance.
    assert gates.waits_for(fresh, an_hour_ago, NOW) == NOW + timedelta(hours=10)
    assert gates.waits_for(fresh, standing(), NOW) is None
    assert gates.waits_for(a_post(Stage.NEW), an_hour_ago, NOW) is None
    begun_late = standing(last_begun_at=NOW - timedelta(hours=10, minutes=45))
    assert gates.waits_for(fresh, begun_late, NOW) is None


@pytest.mark.parametrize("most", [2, 15, 100])
def test_a_bucket_never_lets_more_than_the_rate_through_in_any_window(most: int) -> None:
    bucket = Rate(most, timedelta(hours=1)).bucket("x", premium=False, now=NOW)
    # As many as it can hold at once, and all that comes back within the window.
    assert bucket.most + bucket.per_s * 3_600 <= most + 1e-9
    assert bucket.most >= 1


def test_a_day_of_a_calendar_has_a_bucket_of_its_own() -> None:
    rate = Rate(100, zone="America/Los_Angeles")
    before = rate.bucket("youtube", premium=False, now=datetime(2026, 11, 26, 7, tzinfo=UTC))
    after = rate.bucket("youtube", premium=False, now=datetime(2026, 11, 26, 8, tzinfo=UTC))
    assert (before.key, after.key) == ("youtube:2026-11-25", "youtube:2026-11-26")
    assert (before.renewed_s, after.per_s) == (3_600, 0)


@pytest.mark.parametrize("platform", PlatformName)
@pytest.mark.parametrize("what", Asking)
def test_every_platform_has_rates(platform: PlatformName, what: Asking) -> None:
    found = rates.buckets(ACCOUNT.replace(platform=platform), what, NOW)
    assert len({one.key for one in found}) == len(found)


def test_what_a_step_asks_for_follows_from_where_it_begins() -> None:
    asked = [
        rates.asking(Step.SUBMIT, a_post(stage).receipt)
        for stage in (Stage.NEW, Stage.SENDING, Stage.ARMED)
    ]
    assert asked == [Asking.BEGIN, Asking.SEND, Asking.PUBLISH]
    assert rates.asking(Step.RECONCILE, a_post(Stage.ARMED).receipt) is Asking.LOOK


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AuthorizationExpired("no", code="401"), AccountStatus.REAUTHORISE),
        (AccountBlocked("no", code="auth_removed"), AccountStatus.REAUTHORISE),
        (
            AccountBlocked("no", code="spam_risk_user_banned_from_posting"),
            AccountStatus.BANNED,
        ),
        (AccountBlocked("no", code="channelSuspended"), AccountStatus.SUSPENDED),
        (AccountBlocked("no", code="4/2207051"), AccountStatus.SUSPENDED),
        (PostRefused("no", code="spam_risk"), AccountStatus.WARNED),
        (PostRefused("no", code="codec"), None),
    ],
)
def test_an_accounts_status_follows_from_its_platforms_answer(
    error: ClippingError, status: AccountStatus | None
) -> None:
    assert troubles.status_after(error) is status


@pytest.mark.parametrize(
    ("code", "concerns"), [("copyright", True), ("claim", True), ("codec", False), ("", False)]
)
def test_a_claim_concerns_the_whole_source(code: str, concerns: bool) -> None:
    assert troubles.concerns_source(PostRefused("no", code=code)) is concerns


@pytest.mark.parametrize(
    ("sources", "gone", "well_since", "away"),
    [
        ("aaa", 3, None, True),
        ("ab", 2, None, True),
        ("aa", 2, None, False),
        ("a", 1, None, False),
        ("abc", 2, None, False),
        ("abc", 3, A_WEEK_AGO, True),
        ("abc", 3, NOW, False),
    ],
    ids=[
        "three of a source",
        "two of two sources",
        "two of a source",
        "the only one",
        "all but one",
        "well before they were posted",
        "well since, and still gone",
    ],
)
def test_an_account_all_of_whose_posts_are_gone_at_once_is_away(
    sources: str, gone: int, well_since: datetime | None, away: bool
) -> None:
    posts = [
        a_post(Stage.POSTED, post_id=f"post_{number}", source_id=source, posted_at=NOW)
        for number, source in enumerate(sources)
    ]
    ids = {post.post_id for post in posts[:gone]}
    assert troubles.account_is_away(posts, ids, well_since) is away
