"""What a look makes of what it finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clipping.errors import TooShort
from clipping.models import Found, ItemState, Watch, WatchedItem
from clipping.watching.looking import (
    CHANNEL_PAUSE,
    PATIENCE,
    after_look,
    gone,
    is_due,
    is_fresh,
    is_settled,
    not_whole,
    turns,
    whole,
)
from clipping.watching.outcomes import begun, failed
from tests.watching.items import CHANNEL, FOLDER, NOW, a_file, a_video, a_watch, an_item

DOING, DONE, FAILED = ItemState.DOING, ItemState.DONE, ItemState.FAILED
REFUSED, SEEN, SKIPPED = ItemState.REFUSED, ItemState.SEEN, ItemState.SKIPPED
TOO_SHORT, WAITING = ItemState.TOO_SHORT, ItemState.WAITING
SETTLE = timedelta(seconds=30)
LATER = NOW + timedelta(hours=1)
SECOND = timedelta(seconds=1)


def states(
    watch: Watch, known: list[WatchedItem], found: list[Found], first: int = 10
) -> list[ItemState]:
    return [item.state for item in after_look(watch, known, found, LATER, first)]


@pytest.mark.parametrize(
    ("watch", "known", "found", "state"),
    [
        pytest.param(FOLDER, [], a_file(), WAITING, id="a new file may still grow"),
        pytest.param(CHANNEL, [], a_video(), SEEN, id="a new video"),
        pytest.param(CHANNEL, [], a_video(duration_ms=None), SEEN, id="of unknown length"),
        pytest.param(CHANNEL, [], a_video(duration_ms=59_000), TOO_SHORT, id="too short"),
        pytest.param(CHANNEL, [], a_video(duration_ms=60_000), SEEN, id="just long enough"),
        *(
            pytest.param(FOLDER, [an_item(a_file(), state)], a_file(), state, id=f"still {state}")
            for state in ItemState
        ),
        *(
            pytest.param(FOLDER, [an_item(a_file(), state)], other, WAITING, id=f"{state}, {what}")
            for state in ItemState
            for what, other in (("larger", a_file(size=2_000)), ("written to", a_file(changed=6)))
        ),
        pytest.param(
            CHANNEL,
            [an_item(a_video(duration_ms=90_000), DONE)],
            a_video(duration_ms=10),
            DONE,
            id="done is done",
        ),
    ],
)
def test_a_look_tells_what_is_new(
    watch: Watch, known: list[WatchedItem], found: Found, state: ItemState
) -> None:
    assert states(watch, known, [found]) == [state]


def test_a_file_is_waited_for_from_the_look_at_which_it_last_changed() -> None:
    (first,) = after_look(FOLDER, [], [a_file()], NOW, 0)
    (same,) = after_look(FOLDER, [first], [a_file()], LATER, 0)
    (grown,) = after_look(FOLDER, [same.replace(attempts=3)], [a_file(size=2_000)], LATER, 0)
    assert same.unchanged_since == NOW
    assert (grown.unchanged_since, grown.attempts) == (LATER, 0)


def test_a_watch_of_a_channel_begins_with_its_newest_videos_and_leaves_older_ones_alone() -> None:
    listed = [a_video(name) for name in "dcba"]
    items = after_look(CHANNEL, [], listed, NOW, 2)
    assert [item.state for item in items] == [SEEN, SEEN, SKIPPED, SKIPPED]
    assert states(CHANNEL, items, [a_video("e"), *listed], 0) == [SEEN, SEEN, SEEN, *[SKIPPED] * 2]


def test_a_watch_of_a_folder_begins_with_all_that_is_there() -> None:
    assert states(FOLDER, [], [a_file(name) for name in "abc"], 1) == [WAITING] * 3


@pytest.mark.parametrize(
    ("state", "asked_s", "after"),
    [
        (TOO_SHORT, 30, SEEN),
        (TOO_SHORT, 60, TOO_SHORT),
        (SEEN, 60, TOO_SHORT),
        (DONE, 60, DONE),
        (SKIPPED, 30, SKIPPED),
    ],
)
def test_a_watch_that_asks_for_another_length_judges_anew_what_is_not_done(
    state: ItemState, asked_s: int, after: ItemState
) -> None:
    watch = a_watch(CHANNEL.place, min_seconds=asked_s)
    known = an_item(a_video(duration_ms=40_000), state)
    assert states(watch, [known], [a_video(duration_ms=40_000)]) == [after]


def test_what_its_file_showed_to_be_too_short_is_not_had_again_for_what_its_channel_says() -> None:
    listed = a_video(duration_ms=60_000)
    fetched = begun(an_item(listed))
    known = failed(fetched, TooShort("It runs 0:59."), NOW, CHANNEL).item
    for _ in range(3):
        (known,) = after_look(CHANNEL, [known], [listed], LATER, 0)
        assert (known.state, known.reason) == (TOO_SHORT, "It runs 0:59.")
    less = a_watch(CHANNEL.place, min_seconds=59)
    assert states(less, [known], [listed]) == [SEEN]


def test_a_video_that_was_listed_too_short_is_judged_by_what_is_listed_later() -> None:
    (known,) = after_look(CHANNEL, [], [a_video(duration_ms=10_000)], NOW, 9)
    assert known.state is TOO_SHORT
    assert states(CHANNEL, [known], [a_video(duration_ms=900_000)]) == [SEEN]


def test_times_that_lie_ahead_since_the_clock_was_set_back_stop_nothing() -> None:
    ahead = NOW + timedelta(days=400)
    assert is_due(CHANNEL.replace(asked_at=ahead), NOW)
    failed_then = an_item(a_video(), FAILED, try_again_at=ahead)
    assert turns([failed_then], NOW) == [failed_then]
    waiting = an_item(a_file(), WAITING, unchanged_since=ahead)
    (item,) = after_look(FOLDER, [waiting], [a_file()], NOW, 0)
    assert is_settled(item, NOW + SETTLE, SETTLE)


@pytest.mark.parametrize("state", list(ItemState))
def test_a_file_that_has_gone_is_forgotten_unless_it_was_done_with(state: ItemState) -> None:
    item = an_item(a_file(), state)
    lost = state in (SEEN, WAITING, DOING, FAILED)
    assert gone([item], []) == ([item] if lost else [])
    assert gone([item], [a_file(size=1)]) == []


@pytest.mark.parametrize(
    ("watch", "asked_ago", "due"),
    [
        pytest.param(FOLDER, SECOND, True, id="a folder"),
        pytest.param(CHANNEL, None, True, id="a new channel"),
        pytest.param(CHANNEL, CHANNEL_PAUSE - SECOND, False, id="a channel asked just now"),
        pytest.param(CHANNEL, CHANNEL_PAUSE, True, id="a channel asked an hour ago"),
    ],
)
def test_a_channel_is_not_asked_all_the_time(
    watch: Watch, asked_ago: timedelta | None, due: bool
) -> None:
    asked_at = None if asked_ago is None else NOW - asked_ago
    assert is_due(watch.replace(asked_at=asked_at), NOW) is due


@pytest.mark.parametrize(
    ("item", "since", "fresh", "settled"),
    [
        pytest.param(an_item(a_file(), WAITING), 29, True, False, id="just seen"),
        pytest.param(an_item(a_file(), WAITING), 30, False, True, id="unchanged for long"),
        pytest.param(an_item(a_file(), SEEN), 5, False, False, id="found whole"),
        pytest.param(an_item(a_file(), DONE), 99, False, False, id="done"),
        pytest.param(an_item(a_video(), WAITING), 99, False, False, id="a stream, not a file"),
    ],
)
def test_a_file_settles_when_it_does_not_change(
    item: WatchedItem, since: int, fresh: bool, settled: bool
) -> None:
    now = NOW + timedelta(seconds=since)
    assert is_fresh(item, now, SETTLE) is fresh
    assert is_settled(item, now, SETTLE) is settled


def test_a_whole_file_is_taken_in_when_it_is_long_enough() -> None:
    item = an_item(a_file(), WAITING, reason="It was cut short.")
    long, short = whole(item, FOLDER, 60_000), whole(item, FOLDER, 59_999)
    assert (long.state, long.reason, long.duration_ms) == (SEEN, "", 60_000)
    assert short.state is TOO_SHORT
    assert "1:00" in short.reason


def test_a_file_that_is_not_whole_is_waited_for_and_given_up_after_a_day() -> None:
    item = an_item(a_file(), WAITING)
    young = not_whole(item, "Cut short.", NOW + PATIENCE - SECOND)
    old = not_whole(item, "Cut short.", NOW + PATIENCE)
    assert (young.state, young.reason) == (WAITING, "Cut short.")
    assert (old.state, old.reason) == (REFUSED, "Cut short.")


def _turn(name: str, state: ItemState, **changes: Any) -> WatchedItem:
    return an_item(a_video(name), state, **changes)


def test_new_items_come_first_and_then_those_whose_time_has_come_the_longest_due_first() -> None:
    past = {"try_again_at": NOW}
    items = [
        _turn("again", FAILED, try_again_at=NOW + SECOND),
        _turn("long due", FAILED, **past),
        _turn("new", SEEN),
        _turn("killed", DOING),
        _turn("streamed", WAITING, **past),
        _turn("not yet", FAILED, try_again_at=LATER + SECOND),
        _turn("given up", FAILED),
        _turn("growing", WAITING),
        *(_turn(state, state) for state in (DONE, REFUSED, SKIPPED, TOO_SHORT)),
    ]
    order = [item.identity for item in turns(items, LATER)]
    assert order == ["new", "killed", "long due", "streamed", "again"]
