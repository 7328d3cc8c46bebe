"""When accounts post: the minutes that are drawn, the pace of new ones, and who cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import (
    Account,
    AccountLimits,
    AccountStatus,
    Cause,
    PastPost,
    PlanRequest,
    PlatformName,
    PostState,
    Slot,
)
from clipping.scheduling import plan_day
from clipping.scheduling.drawing import APART_ON_PLATFORM
from clipping.scheduling.slots import day_slots, places
from clipping.scheduling.waking import LEAST_GAP, WINDOW, waking_hours, windows, zone_of
from clipping.scheduling.warm_up import posts_due
from tests.scheduling.made import DAY, account, request

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC")


def posted(slot: Slot) -> PastPost:
    name = slot.slot_id
    return PastPost(
        clip_id=name,
        moment_id=name,
        account_id=slot.account_id,
        platform=slot.platform,
        at=slot.at,
    )


def slots_of_days(accounts: Sequence[Account], first: date, days: int, **given: Any) -> list[Slot]:
    past: list[PastPost] = []
    found: list[Slot] = []
    for number in range(days):
        made = day_slots(
            request(accounts, 0, day=first + timedelta(number), past=tuple(past), **given)
        )
        found += made.slots
        past += map(posted, made.slots)
    return found


@settings(max_examples=25)
@given(
    zone=st.sampled_from(ZONES),
    first=st.sampled_from(
        [date(2026, 3, 27), date(2026, 10, 23), date(2026, 3, 6), date(2026, 10, 30)]
    ),
    wakes=st.integers(0, 23 * 60 + 59),
    awake=st.integers(1, 24 * 60),
    seed=st.integers(0, 2**40),
)
def test_posts_fall_in_waking_hours_and_at_least_11_hours_apart_also_when_clocks_change(
    zone: str, first: date, wakes: int, awake: int, seed: int
) -> None:
    at, until = divmod(wakes, 60), divmod((wakes + awake) % (24 * 60), 60)
    one = account(timezone=zone, wakes_at=time(*at), sleeps_at=time(*until))
    found = slots_of_days([one], first, 5, seed=seed)
    assert all(later.at - slot.at >= LEAST_GAP for slot, later in pairwise(found))
    for slot in found:
        there = zone_of(one)
        assert there is not None
        waking = waking_hours(one, there, slot.day)
        assert waking.start <= slot.at < waking.end
        assert slot.local.astimezone(UTC) == slot.at
        assert slot.at.second == slot.at.microsecond == 0


@pytest.mark.parametrize("first", [date(2026, 3, 27), date(2026, 10, 23)], ids=str)
def test_an_account_at_full_pace_posts_twice_a_day_also_when_clocks_change(first: date) -> None:
    accounts = [account(n, timezone="Europe/Berlin") for n in range(30)]
    assert len(slots_of_days(accounts, first, 4)) == 4 * 60


def test_minutes_are_drawn_within_the_window_and_differ_by_day_seed_and_account() -> None:
    one = account()
    shares, zone = places([one]), zone_of(one)
    assert zone is not None
    drawn = {}
    for seed in range(4):
        for slot in slots_of_days([one], DAY, 8, seed=seed):
            waking = waking_hours(one, zone, slot.day)
            window = windows(waking, shares[one.account_id])[slot.number]
            assert window.start <= slot.at < window.start + WINDOW
            drawn[seed, slot.day, slot.number] = slot.at - window.start
    assert len(set(drawn.values())) > 15


def test_the_same_request_draws_the_same_minutes_and_so_does_another_order_of_accounts() -> None:
    accounts = [account(number) for number in range(12)]
    made = day_slots(request(accounts, 0, seed=7))
    assert day_slots(request(accounts, 0, seed=7)) == made
    assert day_slots(request(accounts[::-1], 0, seed=7)) == made
    assert day_slots(request(accounts, 0, seed=8)) != made


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_accounts_of_a_client_are_staggered(seed: int) -> None:
    made = day_slots(request(30, 0, seed=seed)).slots
    assert len({slot.at for slot in made}) == len(made) == 60
    for first, second in combinations(made, 2):
        if first.platform is second.platform:
            assert abs(first.at - second.at) >= APART_ON_PLATFORM


def test_thirty_accounts_of_one_platform_share_no_minute() -> None:
    accounts = [account(number, platform=PlatformName.X) for number in range(30)]
    assert len({slot.at for slot in day_slots(request(accounts, 0)).slots}) == 60


def test_accounts_without_room_to_keep_apart_all_have_their_slots() -> None:
    short = {"platform": PlatformName.X, "wakes_at": time(8), "sleeps_at": time(8, 10)}
    accounts = [account(number, **short) for number in range(15)]
    times = [slot.at for slot in day_slots(request(accounts, 0)).slots]
    assert len(times) == 15
    assert len(set(times)) == 10


def test_the_places_of_a_platforms_accounts_are_spread_evenly() -> None:
    accounts = [account(number) for number in range(32)]
    shares = places(accounts)
    assert sorted(shares.values()) == [number / 32 for number in range(32)]
    for platform in PlatformName:
        own = sorted(shares[one.account_id] for one in accounts if one.platform is platform)
        assert {round(b - a, 6) for a, b in pairwise(own)} == {1 / 8}


def test_a_new_account_and_a_pause_move_nobody_else() -> None:
    accounts = [account(number) for number in range(12)]
    before = {slot.slot_id: slot.at for slot in day_slots(request(accounts, 0)).slots}
    newcomer = account(13, account_id="a_newcomer", first_post_on=DAY - timedelta(days=30))
    more = day_slots(request([newcomer, *accounts], 0)).slots
    assert {s.slot_id: s.at for s in more if s.account_id != "a_newcomer"} == before
    paused = day_slots(request(accounts, 0, stopped={"account_000": "Stopped by hand."}))
    assert {slot.slot_id: slot.at for slot in paused.slots} == {
        slot_id: at
        for slot_id, at in before.items()
        if slot_id not in {s.slot_id for s in more if s.account_id == "account_000"}
    }


def test_a_late_post_pushes_the_next_one_back_and_the_one_after_is_in_its_window_again() -> None:
    one = account()
    normal = day_slots(request([one], 0)).slots
    late = posted(normal[0]).replace(at=normal[0].at - timedelta(hours=10, minutes=15))
    pushed = day_slots(request([one], 0, past=(late,))).slots
    assert pushed[0].at == late.at + LEAST_GAP
    assert pushed[1].at - pushed[0].at >= LEAST_GAP


def test_an_empty_slot_that_is_filled_moves_no_post_of_its_account() -> None:
    """A person has moved the evening's post; the morning's slot had no clip until now."""
    one = account()
    plan = plan_day(request([one], 2))
    morning, evening = plan.assignments
    to = evening.slot.at - timedelta(hours=3)
    moved = evening.replace(state=PostState.RESERVED, slot=evening.slot.replace(at=to))
    earlier = plan.replace(assignments=(moved,), empty=(morning.slot,))
    again = plan_day(request([one], 2, earlier=earlier))
    assert again.assignments == (moved,)
    assert again.changes == ()
    assert [shortage.cause for shortage in again.shortages] == [Cause.HOURS]


def test_two_posts_of_a_day_both_move_back_after_a_late_one() -> None:
    one = account()
    plan = plan_day(request([one], 2))
    times = [made.slot.at for made in plan.assignments]
    late = posted(plan.assignments[0].slot).replace(at=times[0] - timedelta(hours=9))
    again = day_slots(request([one], 2, past=(late,), earlier=plan)).slots
    assert again[0].at >= late.at + LEAST_GAP > times[0]
    assert again[1].at - again[0].at >= LEAST_GAP
    assert again[1].at > times[1]


def test_a_post_of_the_next_day_is_kept_clear_of_too() -> None:
    one = account(wakes_at=time(8), sleeps_at=time(23))
    normal = day_slots(request([one], 0)).slots
    tomorrow = posted(normal[1]).replace(at=normal[1].at + timedelta(hours=5))
    assert [slot.number for slot in day_slots(request([one], 0, past=(tomorrow,))).slots] == [0]


WARM_UP = [1, 0, 1, 0, 1, 0, 1, *[1] * 7, 2, 1, 2, 1, 2, 1, 2, 2, 2, 2]


def test_a_new_account_rises_from_one_post_in_two_days_to_full_pace_in_three_weeks() -> None:
    pace = [posts_due(DAY + timedelta(n), DAY) for n in range(len(WARM_UP))]
    assert pace == WARM_UP
    assert posts_due(DAY, None) == 1
    assert posts_due(DAY - timedelta(1), DAY) == 0


def test_the_warm_up_counts_from_the_first_post_there_is() -> None:
    newcomer = account(first_post_on=None, timezone="Europe/Berlin")
    found = slots_of_days([newcomer], DAY, len(WARM_UP))
    assert [sum(s.day == DAY + timedelta(n) for s in found) for n in range(len(WARM_UP))] == WARM_UP
    one_a_day = [slot.number for slot in found if slot.day < DAY + timedelta(14)]
    assert len(set(one_a_day)) == 1


def test_a_night_account_warms_up_by_the_days_of_its_slots() -> None:
    night = {"wakes_at": time(18), "sleeps_at": time(10), "first_post_on": None}
    for number in range(4):
        found = slots_of_days([account(number, **night)], DAY, len(WARM_UP))
        pace = [sum(s.day == DAY + timedelta(n) for s in found) for n in range(len(WARM_UP))]
        assert pace == WARM_UP
        assert found[1].at - found[0].at >= timedelta(hours=47)


def test_a_new_accounts_post_stays_when_a_later_day_is_planned_too() -> None:
    newcomer = account(first_post_on=None)
    first = plan_day(request([newcomer], 4))
    later = plan_day(request([newcomer], 4, day=DAY + timedelta(2),
                             past=tuple(one.past for one in first.assignments)))  # fmt: skip
    assert len(first.assignments) == len(later.assignments) == 1
    past = tuple(one.past for one in later.assignments)
    again = plan_day(request([newcomer], 4, past=past, earlier=first))
    assert again.assignments == first.assignments
    assert again.changes == ()


@pytest.mark.parametrize(
    ("given_", "more", "said"),
    [
        ({"consent": None}, {}, "has not agreed"),
        ({"status": AccountStatus.SUSPENDED}, {}, "suspended"),
        ({"status": AccountStatus.BANNED}, {}, "banned"),
        ({"status": AccountStatus.REAUTHORISE}, {}, "has to connect it again"),
        ({"timezone": "Mars/Olympus"}, {}, "Mars/Olympus"),
        ({}, {"stopped": {"account_000": "Stopped by hand."}}, "Stopped by hand."),
        ({}, {"limits": {"account_000": AccountLimits(blocked="Not today.")}}, "Not today."),
    ],
    ids=["consent", "suspended", "banned", "reauthorise", "time zone", "stopped", "blocked"],
)
def test_an_account_that_cannot_post_has_no_slot_and_the_plan_says_why(
    given_: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    made = day_slots(request([account(**given_)], 0, **more))
    assert made.slots == ()
    (shortage,) = made.shortages
    assert (shortage.cause, shortage.missing) == (Cause.ACCOUNT, 2)
    assert said in shortage.sentence


def test_a_warned_account_still_posts() -> None:
    assert len(day_slots(request([account(status=AccountStatus.WARNED)], 0)).slots) == 2


def test_waking_hours_without_room_for_two_posts_are_a_shortage() -> None:
    made = day_slots(request([account(wakes_at=time(8), sleeps_at=time(18))], 0))
    assert len(made.slots) == 1
    assert [(one.cause, one.missing) for one in made.shortages] == [(Cause.HOURS, 1)]
    assert "08:00 to 18:00" in made.shortages[0].sentence


def test_nothing_is_planned_before_now() -> None:
    asked: PlanRequest = request(4, 0, now=datetime(2026, 3, 10, 14, 0, tzinfo=UTC))
    made = day_slots(asked)
    assert [slot.number for slot in made.slots] == [1, 1, 1, 1]
    assert {(one.cause, one.missing) for one in made.shortages} == {(Cause.PAST, 1)}
