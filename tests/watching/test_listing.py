"""How much of a place is listed, and what of it is the newest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clipping.watching.listing import WHOLE, is_cut_off, is_playlist, most_to_list, newest_first
from tests.watching.items import NOW

CHANNEL = "https://www.youtube.com/@acme"
PLAYLIST = "https://www.youtube.com/playlist?list=PL0123456789"
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("place", "kept_by_hand"),
    [
        (CHANNEL, False),
        ("https://www.youtube.com/@acme/videos", False),
        ("https://www.youtube.com/playlist?list=UU0123456789", False),
        ("https://www.youtube.com/watch?v=abcdefghijk&list=PL0123456789", True),
        ("https://vimeo.com/showcase/123", True),
        (PLAYLIST, True),
    ],
)
def test_a_playlist_is_told_by_its_link(place: str, kept_by_hand: bool) -> None:
    assert is_playlist(place) is kept_by_hand


def test_a_playlist_is_listed_whole_and_a_channel_by_its_newest() -> None:
    assert [most_to_list(PLAYLIST, known, 10) for known in ((), ("a",))] == [WHOLE, WHOLE]
    assert [most_to_list(CHANNEL, known, 10) for known in ((), ("a",))] == [160, 50]


@pytest.mark.parametrize(
    ("new", "old", "cut_off"),
    [
        pytest.param(3, 47, False, id="comes to what is known"),
        pytest.param(50, 0, True, id="all is new"),
        pytest.param(48, 50, True, id="all of one tab is new but what is live"),
    ],
)
def test_more_is_listed_until_something_known_comes(new: int, old: int, cut_off: bool) -> None:
    known = [f"old {number}" for number in range(50)]
    listed = [f"new {number}" for number in range(new)] + known[:old]
    assert is_cut_off(listed, known, 50) is cut_off
    assert not is_cut_off(listed, (), 50)
    assert not is_cut_off(listed, known, WHOLE)


def test_the_newest_are_told_by_date_else_by_the_end_at_which_they_stand() -> None:
    dates = [NOW - DAY, NOW, NOW - 2 * DAY]
    assert newest_first(PLAYLIST, dates) == newest_first(CHANNEL, dates) == [1, 0, 2]
    assert newest_first(CHANNEL, [None, NOW, None]) == [0, 1, 2]
    assert newest_first(PLAYLIST, [None] * 3) == [2, 1, 0]
