"""Waking hours on ordinary days and on those when the clocks change, and the windows in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.scheduling.waking import (
    LEAST_GAP,
    WINDOW,
    Waking,
    Window,
    waking_hours,
    windows,
    zone_of,
)
from tests.scheduling.made import account

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
DAY_LONG = ("08:00", "23:00")
NIGHT = ("20:00", "10:00")


@pytest.mark.parametrize(
    ("zone", "day", "hours", "start", "end"),
    [
        (BERLIN, "2026-03-28", DAY_LONG, "2026-03-28T07:00", "2026-03-28T22:00"),
        (BERLIN, "2026-03-29", DAY_LONG, "2026-03-29T06:00", "2026-03-29T21:00"),
        (BERLIN, "2026-10-25", DAY_LONG, "2026-10-25T07:00", "2026-10-25T22:00"),
        # 14 hours by the clock on the wall: 13 and 15 in truth.
        (BERLIN, "2026-03-28", NIGHT, "2026-03-28T19:00", "2026-03-29T08:00"),
        (BERLIN, "2026-10-24", NIGHT, "2026-10-24T18:00", "2026-10-25T09:00"),
        (NEW_YORK, "2026-03-07", NIGHT, "2026-03-08T01:00", "2026-03-08T14:00"),
        (NEW_YORK, "2026-10-31", NIGHT, "2026-11-01T00:00", "2026-11-01T15:00"),
        # Half past two does not exist that night: as long after the skip.
        (BERLIN, "2026-03-29", ("02:30", "18:00"), "2026-03-29T01:30", "2026-03-29T16:00"),
        # It comes twice that night: the first.
        (BERLIN, "2026-10-25", ("02:30", "18:00"), "2026-10-25T00:30", "2026-10-25T17:00"),
        ("UTC", "2026-03-10", ("06:00", "06:00"), "2026-03-10T06:00", "2026-03-11T06:00"),
    ],
    ids=[
        "berlin", "berlin spring", "berlin autumn", "berlin spring night", "berlin autumn night",
        "new york spring night", "new york autumn night", "a time that is skipped",
        "a time that comes twice", "always awake",
    ],
)  # fmt: skip
def test_waking_hours_are_local_and_a_stretch_of_real_time(
    zone: str, day: str, hours: tuple[str, str], start: str, end: str
) -> None:
    wakes, sleeps = map(time.fromisoformat, hours)
    one = account(wakes_at=wakes, sleeps_at=sleeps)
    waking = waking_hours(one, ZoneInfo(zone), date.fromisoformat(day))
    assert waking.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert waking.end == datetime.fromisoformat(end).replace(tzinfo=UTC)


@given(st.integers(1, 24 * 60), st.floats(0, 0.999))
def test_windows_lie_in_the_waking_hours_and_any_two_minutes_of_them_11_hours_apart(
    minutes: int, share: float
) -> None:
    start = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
    waking = Waking(start, start + timedelta(minutes=minutes))
    found = windows(waking, share)
    assert len(found) == (2 if minutes > 11 * 60 else 1)
    for window in found:
        assert waking.start <= window.start < window.end <= waking.end
        assert window.end - window.start <= WINDOW
    if len(found) == 2:
        assert found[1].start - (found[0].end - timedelta(minutes=1)) >= LEAST_GAP
    if minutes >= 12 * 60 + 30:
        assert found[1].start - found[0].start == timedelta(hours=12)
        assert all(window.end - window.start == WINDOW for window in found)


def test_an_account_that_hardly_wakes_has_no_window() -> None:
    now = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
    assert windows(Waking(now, now), 0.5) == []
    assert windows(Waking(now, now + timedelta(minutes=5)), 0.5) == [
        Window(now, now + timedelta(minutes=5))
    ]


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_a_time_zone_that_does_not_exist_is_none(name: str) -> None:
    assert zone_of(account(timezone=name)) is None
    assert zone_of(account(timezone=BERLIN)) == ZoneInfo(BERLIN)
