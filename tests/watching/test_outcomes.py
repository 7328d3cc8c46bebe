"""What an error says about an item, its watch, and the next try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clipping import errors
from clipping.models import ItemState
from clipping.watching.outcomes import MOST_ATTEMPTS, begun, done, failed, pause
from tests.watching.items import NOW, a_video, an_item

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
        pytest.param(errors.LiveStream("No."), WAITING, TEN, 1, id="live"),
        pytest.param(errors.ServiceUnavailable("No."), FAILED, TEN, 1, id="unavailable"),
        pytest.param(errors.RenderFailed("No."), FAILED, TEN, 1, id="our fault"),
        pytest.param(errors.LoginNeeded("No."), FAILED, TEN, 1, id="needs a person"),
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
    outcome = failed(ITEM, error, NOW)
    item = outcome.item
    assert (item.state, item.attempts) == (state, attempts)
    assert item.try_again_at == (None if again_in is None else NOW + again_in)
    assert "No." in item.reason
    # What is not the item's fault would meet the next one, too.
    assert bool(outcome.trouble) is (attempts == 0)


def test_a_try_is_repeated_so_often_and_no_more() -> None:
    item, tries = an_item(a_video()), 0
    while item.state is not FAILED or item.try_again_at is not None:
        item = failed(begun(item), errors.ServiceUnavailable("Not now."), NOW).item
        tries += 1
    assert tries == item.attempts == MOST_ATTEMPTS


def test_a_fault_that_is_not_the_item_s_is_waited_out_for_as_long_as_it_takes() -> None:
    item = an_item(a_video())
    for _ in range(5 * MOST_ATTEMPTS):
        item = failed(begun(item), errors.BotCheck("A robot?"), NOW).item
        assert item.try_again_at is not None


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
