"""What an error says about an item, its watch, and the next try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clipping import errors
from clipping.models import Found, ItemState
from clipping.watching.outcomes import (
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    after_pass,
    anew,
    begun,
    done,
    failed,
    is_put_off,
    not_tried,
    pause,
)
from tests.watching.items import FOLDER, NOW, a_file, a_video, an_item

DOING, DONE, FAILED = ItemState.DOING, ItemState.DONE, ItemState.FAILED
REFUSED, WAITING = ItemState.REFUSED, ItemState.WAITING
TEN = timedelta(minutes=10)
ITEM = an_item(a_video(), DOING, attempts=1)


@pytest.mark.parametrize(
    ("error", "state", "again_in", "attempts"),
    [
        pytest.param(errors.NoSpeech("No."), REFUSED, None, 1, id="rejected"),
        pytest.param(errors.PrivateVideo("No."), REFUSED, None, 1, id="private"),
        pytest.param(errors.TooShort("No."), ItemState.TOO_SHORT, None, 1, id="too short"),
        pytest.param(errors.NothingToClip("No."), DONE, None, 1, id="nothing to clip"),
        pytest.param(errors.LiveStream("No."), WAITING, TEN, 0, id="live"),
        pytest.param(errors.ServiceUnavailable("No."), FAILED, TEN, 0, id="unavailable"),
        pytest.param(errors.RenderFailed("No."), FAILED, TEN, 1, id="our fault"),
        pytest.param(errors.LoginNeeded("No."), FAILED, TEN, 0, id="login"),
        pytest.param(errors.NeedsPerson("No."), FAILED, TEN, 0, id="needs a person"),
        pytest.param(errors.SiteChanged("No."), FAILED, TEN, 0, id="site changed"),
        pytest.param(errors.Interrupted("No."), FAILED, TEN, 1, id="killed"),
        pytest.param(ValueError("No."), FAILED, TEN, 1, id="foreign"),
        pytest.param(errors.RateLimited("No."), FAILED, TEN, 0, id="rate limited"),
        pytest.param(
            errors.RateLimited("No.", retry_after_s=7200),
            FAILED,
            timedelta(hours=2),
            0,
            id="asked to wait",
        ),
        pytest.param(errors.BotCheck("No."), FAILED, TEN, 0, id="bot check"),
        pytest.param(errors.NetworkDown("No."), FAILED, TEN, 0, id="network down"),
        pytest.param(errors.DiskFull("No."), FAILED, TEN, 0, id="disk full"),
        pytest.param(errors.RightsNotStated("No."), FAILED, TEN, 0, id="rights"),
    ],
)
def test_an_error_decides_about_the_next_try(
    error: Exception, state: ItemState, again_in: timedelta | None, attempts: int
) -> None:
    outcome = failed(ITEM, error, NOW, FOLDER)
    item = outcome.item
    assert (item.state, item.attempts) == (state, attempts)
    assert item.try_again_at == (None if again_in is None else NOW + again_in)
    assert item.reason.removeprefix("Unexpected ValueError: ").startswith("No")


def test_a_try_is_repeated_so_often_and_no_more() -> None:
    item, tries = an_item(a_video()), 0
    while item.state is not FAILED or item.try_again_at is not None:
        item = failed(begun(item), errors.RenderFailed("Not now."), NOW, FOLDER).item
        tries += 1
    assert tries == item.attempts == MOST_ATTEMPTS


@pytest.mark.parametrize(
    "error",
    [
        errors.BotCheck("A robot?"),
        errors.ServiceUnavailable("The store is down."),
        errors.SiteChanged("Nobody understands it."),
        errors.NeedsPerson("The scratch folder may not be written."),
        errors.LiveStream("It runs."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_that_is_not_the_item_s_is_waited_out_for_as_long_as_it_takes(
    error: Exception,
) -> None:
    item, pauses = an_item(a_video()), []
    for _ in range(5 * MOST_ATTEMPTS):
        item = failed(begun(item), error, NOW, FOLDER).item
        assert item.try_again_at is not None
        pauses.append(item.try_again_at - NOW)
    assert (pauses[:3], pauses[-1]) == ([TEN, 2 * TEN, 4 * TEN], timedelta(hours=6))
    # And what is its fault afterwards is its first.
    item = failed(begun(item), errors.FetchFailed("403."), NOW, FOLDER).item
    assert (item.attempts, item.try_again_at) == (1, NOW + TEN)


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (errors.BotCheck("No."), True),
        (errors.RateLimited("No."), True),
        (errors.NetworkDown("No."), True),
        (errors.ServiceUnavailable("No."), False),
        (errors.LoginNeeded("No."), False),
        (errors.NoSpeech("No."), False),
    ],
)
def test_what_the_next_item_would_meet_too_ends_the_pass(error: Exception, ends: bool) -> None:
    assert failed(ITEM, error, NOW, FOLDER).trouble == ("No." if ends else "")


def test_a_place_that_turns_us_away_is_left_alone_longer_each_time_until_it_does_not() -> None:
    watch = FOLDER
    for hours in (1, 1, 1, 80 / 60):
        watch = after_pass(watch, errors.RateLimited("Wait.", retry_after_s=3600), NOW)
        assert watch.not_before == NOW + timedelta(hours=hours)
    for error in (None, errors.RightsNotStated("Whose?"), errors.SiteChanged("Odd.")):
        after = after_pass(watch, error, NOW)
        assert (after.waits, after.not_before, bool(after.trouble)) == (0, None, bool(error))
    for _ in range(9):
        watch = after_pass(watch, errors.DiskFull("No space."), NOW)
        assert watch.not_before == NOW + TEN  # asked of nobody but this machine


def test_no_pause_is_longer_than_a_day_and_one_that_is_was_set_by_a_wrong_clock() -> None:
    slow = errors.RateLimited("Next year.", retry_after_s=1e12)
    assert after_pass(FOLDER, slow, NOW).not_before == NOW + LONGEST_WAIT
    assert is_put_off(NOW + LONGEST_WAIT, NOW)
    assert not is_put_off(NOW + LONGEST_WAIT + TEN, NOW)
    assert not is_put_off(NOW, NOW)
    assert not is_put_off(None, NOW)


def test_a_file_that_was_whole_and_cannot_be_read_is_tried_again() -> None:
    error = errors.UnreadableMedia("talk.mp4 cannot be read: Input/output error.")
    file = failed(begun(an_item(a_file())), error, NOW, FOLDER).item
    assert (file.state, file.attempts, file.try_again_at) == (FAILED, 1, NOW + TEN)
    assert failed(ITEM, error, NOW, FOLDER).item.state is REFUSED
    brief = failed(begun(an_item(a_file())), errors.TooShort("Brief."), NOW, FOLDER).item
    assert brief.state is ItemState.TOO_SHORT


def test_a_file_that_is_no_longer_what_was_begun_is_looked_at_again() -> None:
    item = not_tried(begun(an_item(a_file(), reason="It was cut short.")))
    assert (item.state, item.attempts, item.reason) == (WAITING, 0, "")


@pytest.mark.parametrize(
    ("found", "state", "after"),
    [
        (a_video(), FAILED, ItemState.SEEN),
        (a_video(), REFUSED, ItemState.SEEN),
        (a_file(), REFUSED, WAITING),
        (a_file(), DONE, DONE),
        (a_video(), ItemState.TOO_SHORT, ItemState.TOO_SHORT),
        (a_video(), ItemState.SKIPPED, ItemState.SKIPPED),
    ],
)
def test_what_was_given_up_can_be_had_anew(
    found: Found, state: ItemState, after: ItemState
) -> None:
    item = anew(an_item(found, state, attempts=6, reason="So it was."))
    assert (item.state, item.attempts) == (after, 6 if after is state else 0)


def test_what_kills_its_run_each_time_is_given_up() -> None:
    item = an_item(a_video())
    for _ in range(MOST_ATTEMPTS):
        item = begun(item)
        assert item.state is DOING
    item = begun(item)
    assert (item.state, item.try_again_at) == (FAILED, None)
    assert f"{MOST_ATTEMPTS} times" in item.reason


def test_what_went_well_leaves_no_reason() -> None:
    outcome = done(ITEM.replace(reason="It failed before."))
    assert (outcome.item.state, outcome.item.reason, outcome.trouble) == (DONE, "", "")


def test_pauses_grow_and_end_at_six_hours() -> None:
    minutes = [pause(attempts) / timedelta(minutes=1) for attempts in (0, 1, 2, 3, 6, 7, 10_000)]
    assert minutes == [10, 10, 20, 40, 320, 360, 360]
