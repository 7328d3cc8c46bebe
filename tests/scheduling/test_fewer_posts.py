"""A client that wants fewer posts than its accounts may make: the pace is lowered, never raised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from clipping.models import Account, PlanPolicy, Slot
from clipping.scheduling import plan_day
from clipping.scheduling.slots import day_slots
from clipping.scheduling.waking import LEAST_GAP
from clipping.scheduling.warm_up import posts_due
from tests.scheduling.made import DAY, account, request
from tests.scheduling.test_slots import WARM_UP, slots_of_days

DAYS = 8
WANTED = {1: [1, 0], 2: [1, 1], 3: [2, 1], 4: [2, 2]}
"""Posts on a first and a second day, by how many are wanted in both."""


def wanting(most: int, **given: Any) -> dict[str, Any]:
    return {"policy": PlanPolicy(posts_in_two_days=most), **given}


def by_day(slots: Sequence[Slot], days: int, first: date = DAY) -> list[int]:
    return [sum(slot.day == first + timedelta(n) for slot in slots) for n in range(days)]


@pytest.mark.parametrize("most", WANTED)
def test_an_account_at_full_pace_makes_as_many_posts_as_its_client_wants(most: int) -> None:
    found = slots_of_days([account(first_post_on=DAY - timedelta(40))], DAY, DAYS, **wanting(most))
    assert by_day(found, DAYS) == WANTED[most] * (DAYS // 2)
    assert all(later.at - slot.at >= LEAST_GAP for slot, later in pairwise(found))


RISING = {
    1: [1, 0] * 12,
    2: [1, 0, 1, 0, 1, 0, 1, *[1] * 17],
    3: [*WARM_UP[:21], 1, 2, 1],
    4: WARM_UP,
}
"""Posts on each of an account's first 24 days, by how many are wanted in two days."""


@pytest.mark.parametrize("most", RISING)
def test_a_new_account_rises_to_what_its_client_wants_and_no_further(most: int) -> None:
    assert [posts_due(DAY + timedelta(n), DAY, most) for n in range(24)] == RISING[most]
    found = slots_of_days([account(first_post_on=DAY)], DAY, 24, **wanting(most))
    assert by_day(found, 24) == RISING[most]


def test_more_than_an_account_may_make_is_not_made_because_its_client_wants_it() -> None:
    newcomer = account(first_post_on=DAY)
    assert posts_due(DAY + timedelta(1), DAY, 4) == 0
    made = day_slots(request([newcomer], 0, day=DAY + timedelta(1), **wanting(4)))
    assert (made.slots, made.shortages) == ((), ())


def two_posts(one: Account) -> Any:
    plan = plan_day(request([one], 4))
    assert len(plan.assignments) == 2
    return plan


def test_what_is_planned_keeps_its_place_when_fewer_are_wanted() -> None:
    one = account()
    plan = two_posts(one)
    again = plan_day(request([one], 4, earlier=plan, **wanting(2)))
    assert again.assignments == plan.assignments
    assert (again.changes, again.shortages) == ((), ())
    # Of a day that nobody has planned yet there is only one.
    past = tuple(each.past for each in plan.assignments)
    tomorrow = plan_day(request([one], 4, day=DAY + timedelta(1), past=past, **wanting(2)))
    assert len(tomorrow.assignments) == 1


def test_a_slot_that_is_planned_is_kept_and_the_other_one_is_not_added() -> None:
    one = account()
    plan = two_posts(one)
    for kept in plan.assignments:
        earlier = plan.replace(assignments=(kept,))
        again = plan_day(request([one], 4, earlier=earlier, **wanting(2)))
        assert [each.slot.slot_id for each in again.assignments] == [kept.slot.slot_id]


def test_what_is_planned_beyond_an_accounts_own_pace_is_not_kept() -> None:
    plan = two_posts(account())
    slower = account(first_post_on=DAY - timedelta(8))
    assert posts_due(DAY, slower.first_post_on) == 1
    again = plan_day(request([slower], 4, earlier=plan, **wanting(1)))
    assert len(again.assignments) == 1


def test_fewer_posts_than_an_account_could_make_are_no_shortage() -> None:
    made = day_slots(request([account()], 0, **wanting(2)))
    assert (len(made.slots), made.shortages) == (1, ())
    # Of one that cannot post, only what is wanted is missing.
    (shortage,) = day_slots(request([account(consent=None)], 0, **wanting(2))).shortages
    assert shortage.missing == 1
