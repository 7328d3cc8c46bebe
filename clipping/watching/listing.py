"""How much of a channel or playlist is to be listed, and in which order it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

WHOLE = 5_000
"""More than a watch looks through."""

_LISTED = 50
_LISTED_AT_FIRST = 150
"""More, so that deleting some videos does not make an old one look new."""

STEP = 100
"""So much more is listed at a time: few enough that what is older than all that is known, and was
never looked at, does not come up as new."""

_LEFT_OUT = 20
"""Live and announced videos, at most, among those that were asked for."""

_PLAYLIST = re.compile(r"[?&]list=(?!UU)|/playlist/|/(?:album|showcase|collections?)s?/")
"""Kept by hand, in any order; a list ``UU...`` is what YouTube makes of a channel's uploads."""


def is_playlist(place: str) -> bool:
    """Whether a link leads to a list that somebody keeps, where what is new may stand last."""
    return _PLAYLIST.search(place) is not None


def most_to_list(place: str, known: Collection[str], first: int) -> int:
    """How many entries to ask for; of a playlist all."""
    if is_playlist(place):
        return WHOLE
    return _LISTED if known else first + _LISTED_AT_FIRST


def is_cut_off(listed: Sequence[str], known: Collection[str], most: int) -> bool:
    """Whether a listing may have ended before it came to what is known: then more are new.

    Tabs of a channel stand one after another, each cut off by itself, and live videos are left
    out of what was asked for.
    """
    if not known or most >= WHOLE:
        return False
    run = longest = 0
    for identity in listed:
        run = 0 if identity in known else run + 1
        longest = max(longest, run)
    return longest >= most - _LEFT_OUT


def newest_first(place: str, published: Sequence[datetime | None]) -> list[int]:
    """The places of entries in a listing, the newest first: by date where each one has one."""
    places = list(range(len(published)))
    dated = [at for at in published if at is not None]
    if len(dated) == len(published):
        return sorted(places, key=lambda place: dated[place], reverse=True)
    return places[::-1] if is_playlist(place) else places
