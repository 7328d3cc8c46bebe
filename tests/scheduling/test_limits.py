"""What platforms let accounts and apps post in a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clipping.models import (
    Account,
    AccountLimits,
    AppUse,
    Cause,
    PastPost,
    PlatformName,
    PostingMethod,
)
from clipping.scheduling import plan_day
from clipping.scheduling.limits import LIMITS
from tests.scheduling.made import DAY, account, request

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TIKTOK, INSTAGRAM, YOUTUBE, X = PlatformName


def others(number: int, at: datetime) -> tuple[tuple[str, datetime], ...]:
    return tuple((f"other_{n}", at) for n in range(number))


def past(one: Account, times: int, at: datetime) -> tuple[PastPost, ...]:
    return tuple(
        PastPost(
            clip_id=f"old_{number}",
            moment_id=f"old_{number}",
            account_id=one.account_id,
            platform=one.platform,
            at=at,
        )
        for number in range(times)
    )


def test_every_platform_has_a_dated_line() -> None:
    assert set(LIMITS) == set(PlatformName)
    assert all(date(2025, 1, 1) < line.read_on < date(2026, 12, 1) for line in LIMITS.values())


def posts(accounts: list[Account], **more: Any) -> list[int]:
    plan = plan_day(request(accounts, 20, **more))
    limited = [one for one in plan.shortages if one.cause is Cause.LIMIT]
    assert sum(one.missing for one in limited) == plan.missing
    assert plan.clips_wanted == 0
    return [len(plan.assignments), plan.missing]


@pytest.mark.parametrize(
    ("platform", "used", "expected"),
    [
        (YOUTUBE, AppUse(platform=YOUTUBE, posted=others(97, NOON)), [3, 1]),
        # Yesterday by the clock in California.
        (YOUTUBE, AppUse(platform=YOUTUBE, posted=others(99, datetime(2026, 3, 10, 6, tzinfo=UTC))),
         [4, 0]),
        (YOUTUBE, AppUse(platform=YOUTUBE, posted=others(99, NOON), most_posts=1_000), [4, 0]),
        (X, AppUse(platform=X, posted=others(9_998, NOON - timedelta(hours=6))), [2, 2]),
        (X, AppUse(platform=X, posted=others(9_999, NOON - timedelta(hours=36))), [4, 0]),
        (TIKTOK, AppUse(platform=TIKTOK, posted=others(4, NOON), most_accounts=5), [2, 2]),
        (TIKTOK, AppUse(platform=TIKTOK, posted=others(5, NOON), most_accounts=5), [0, 4]),
        (TIKTOK, AppUse(platform=TIKTOK, posted=others(50, NOON), most_posts=52), [2, 2]),
        (INSTAGRAM, AppUse(platform=INSTAGRAM, posted=others(500, NOON)), [4, 0]),
    ],
    ids=["youtube", "youtube yesterday", "youtube extended", "x", "x two days ago",
         "tiktok not audited", "tiktok full", "tiktok granted", "instagram has none"],
)  # fmt: skip
def test_the_app_posts_no_more_than_its_platform_lets_it(
    platform: PlatformName, used: AppUse, expected: list[int]
) -> None:
    assert posts([account(n, platform=platform) for n in range(2)], apps=(used,)) == expected


def test_each_app_has_a_limit_of_its_own() -> None:
    accounts = [account(n, platform=YOUTUBE, app=app) for n, app in enumerate(("", "second"))]
    full = AppUse(platform=YOUTUBE, posted=others(100, NOON))
    assert posts(accounts, apps=(full,)) == [2, 2]
    more = AppUse(platform=YOUTUBE, app="second", posted=others(99, NOON))
    assert posts(accounts, apps=(full, more)) == [1, 3]


def test_posts_that_do_not_go_through_the_app_do_not_count() -> None:
    by_hand = [account(n, platform=YOUTUBE, method=PostingMethod.MANUAL) for n in range(2)]
    full = AppUse(platform=YOUTUBE, posted=others(100, NOON))
    assert posts(by_hand, apps=(full,)) == [4, 0]


@pytest.mark.parametrize(
    ("given", "used", "expected"),
    [
        ({"platform": TIKTOK}, 14, [1, 1]),
        ({"platform": TIKTOK, "method": PostingMethod.INBOX}, 5, [0, 2]),
        ({"platform": INSTAGRAM}, 49, [1, 1]),
        ({"platform": X}, 49, [1, 1]),
        ({"platform": X, "premium": True}, 49, [2, 0]),
        ({"platform": YOUTUBE}, 60, [2, 0]),
    ],
    ids=["tiktok", "tiktok inbox", "instagram", "x", "x premium", "youtube has none"],
)
def test_an_account_posts_no_more_than_its_platform_lets_it(
    given: dict[str, Any], used: int, expected: list[int]
) -> None:
    one = account(**given)
    before = past(one, used, datetime(2026, 3, 9, 22, 30, tzinfo=UTC))
    assert posts([one], past=before) == expected


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (AccountLimits(posts_left=0), [0, 2]),
        (AccountLimits(posts_left=1), [1, 1]),
        (AccountLimits(posts_left=0, resets_at=datetime(2026, 3, 10, 15, tzinfo=UTC)), [1, 1]),
        (AccountLimits(posts_left=2), [2, 0]),
        (AccountLimits(), [2, 0]),
    ],
    ids=["none left", "one left", "none until the afternoon", "enough", "not told"],
)
def test_what_is_read_live_holds(live: AccountLimits, expected: list[int]) -> None:
    assert posts([account()], limits={"account_000": live}, day=DAY) == expected


def test_what_is_planned_for_later_counts_against_what_is_left() -> None:
    now, until = datetime(2026, 3, 10, 7, tzinfo=UTC), datetime(2026, 3, 11, 12, tzinfo=UTC)
    live = {"account_000": AccountLimits(posts_left=2, resets_at=until)}
    tomorrow = past(account(), 1, datetime(2026, 3, 11, 8, 10, tzinfo=UTC))
    assert posts([account()], limits=live, now=now) == [2, 0]
    assert posts([account()], limits=live, now=now, past=tomorrow) == [1, 1]
