from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clipping.people.lockout import (
    ADDRESS,
    FORGOTTEN_AFTER,
    NAME,
    Failures,
    Rule,
    address_key,
    after_failure,
    name_key,
    wait,
)

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "seconds"),
    [
        pytest.param(0, 0, id="none"),
        pytest.param(4, 0, id="the last that is free"),
        pytest.param(5, 2, id="the first that costs"),
        pytest.param(6, 4, id="twice as long"),
        pytest.param(10, 64, id="again and again"),
        pytest.param(14, 900, id="no longer than the longest"),
        pytest.param(1_000_000, 900, id="whatever the number"),
    ],
)
def test_each_failure_of_a_name_makes_the_next_wait_twice_as_long(count: int, seconds: int) -> None:
    assert wait(NAME, Failures(count, NOW), NOW) == timedelta(seconds=seconds)


def test_a_wait_runs_from_the_last_failure_on() -> None:
    assert wait(NAME, Failures(6, NOW), NOW + timedelta(seconds=3)) == timedelta(seconds=1)
    assert wait(NAME, Failures(6, NOW), NOW + timedelta(seconds=4)) == timedelta()


def test_an_address_has_more_attempts_than_a_name() -> None:
    assert wait(ADDRESS, Failures(19, NOW), NOW) == timedelta()
    assert wait(ADDRESS, Failures(21, NOW), NOW) == timedelta(seconds=4)


def test_failures_are_forgotten_a_day_after_the_last_one() -> None:
    later = NOW + FORGOTTEN_AFTER
    assert after_failure(Failures(9, NOW), later - timedelta(seconds=1)).count == 10
    assert after_failure(Failures(9, NOW), later) == Failures(1, later)
    rule = Rule(1, timedelta(days=2), timedelta(days=2))
    assert wait(rule, Failures(9, NOW), later - timedelta(seconds=1)) > timedelta(days=1)
    assert wait(rule, Failures(9, NOW), later) == timedelta(0)


def test_a_name_counts_in_any_case_and_is_not_readable_in_its_key() -> None:
    assert name_key(" Jo  Doe") == name_key("JO DOE")
    assert name_key("jo") != name_key("joe")
    assert "jo" not in name_key("jo")
    assert name_key("10.0.0.1") != address_key("10.0.0.1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("10.0.0.1", "10.0.0.2", False, id="two machines"),
        pytest.param("::ffff:10.0.0.1", "10.0.0.1", True, id="one machine, told twice"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, id="one network"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", False, id="two networks"),
        pytest.param("", "testclient", False, id="no addresses"),
    ],
)
def test_an_address_counts_with_its_network(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same
