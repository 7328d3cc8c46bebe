"""Where one shot ends and the next begins, told from very small pictures.

As in PySceneDetect's adaptive detector, a cut is a change that stands out from the changes around
it, so that motion which lasts, and a slow fade, are none. Three things are added. Pictures are
compared with some tolerance for place, so that a shaking camera changes little. A change must
reach most parts of the picture or change it thoroughly. And it must last: after a flash the old
picture is back, after a cut it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

THUMB_PX = (64, 36)
"""Width and height of the pictures that are compared; the shape of the source does not matter."""
NEAR_MS = 400
"""How far around a change one looks. What lasts shorter is a flash, not a shot."""

_LEAST_CHANGE = 5.0
"""Mean levels of 255 over the whole picture."""
_LEAST_RATIO = 3.5
"""Times the usual change around."""
_STILL = 0.4
"""Levels of change that even a still picture has: coding and noise."""
_LEAST_SHARE = 0.2
"""Of the picture's parts that a cut changes."""
_CHANGED_PART = 6.0
_RETURNED = 0.5
"""Share of the change below which an earlier picture is back ..."""
_MOST_RETURNED = 8.0
"""... and levels: after a flash everything differs less, another shot as well."""

Thumb = NDArray[np.int16]
"""THUMB_PX as height x width x 3."""


@dataclass(frozen=True)
class Change:
    """What is new in a picture: ``level`` is mean levels, ``share`` the part of it that changed."""

    level: float
    share: float


def change(before: Thumb, after: Thumb) -> Change:
    """How much two pictures differ, beyond what moved by a few small pixels."""
    low, high = _around(before)
    forth = np.maximum(after - high, low - after).clip(0)
    low, high = _around(after)
    back = np.maximum(before - high, low - before).clip(0)
    # Something that appears differs forth, something that disappears back.
    new = np.maximum(forth, back).mean(axis=2)
    height, width = new.shape
    parts = new[: height // 4 * 4, : width // 4 * 4].reshape(height // 4, 4, width // 4, 4)
    share = float((parts.mean(axis=(1, 3)) > _CHANGED_PART).mean())
    return Change(float(new.mean()), share)


def _around(thumb: Thumb) -> tuple[Thumb, Thumb]:
    """The lowest and the highest of each pixel and its eight neighbours."""
    edged = np.pad(thumb, ((1, 1), (1, 1), (0, 0)), mode="edge")
    low = np.minimum(np.minimum(edged[:-2], edged[1:-1]), edged[2:])
    high = np.maximum(np.maximum(edged[:-2], edged[1:-1]), edged[2:])
    return (
        np.minimum(np.minimum(low[:, :-2], low[:, 1:-1]), low[:, 2:]),
        np.maximum(np.maximum(high[:, :-2], high[:, 1:-1]), high[:, 2:]),
    )


@dataclass(frozen=True)
class Seen:
    """One small picture and how it differs from the one before."""

    time_ms: int
    thumb: Thumb
    change: Change


class CutFinder:
    """Takes pictures in order, and says of each, a little later, whether a shot begins with it."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._undecided = 0
        """Place in ``_seen`` of the first picture that was not yet decided on."""
        self._last_cut_ms: int | None = None

    def feed(self, time_ms: int, thumb: Thumb) -> list[bool]:
        """Add a picture; gives the verdicts on earlier ones that are certain now, in order."""
        last = self._seen[-1].thumb if self._seen else thumb
        self._seen.append(Seen(time_ms, thumb, change(last, thumb)))
        return self._decide(time_ms - 2 * NEAR_MS)

    def finish(self) -> list[bool]:
        """The verdicts on all pictures that are left."""
        return self._decide(None)

    def _decide(self, until_ms: int | None) -> list[bool]:
        verdicts = []
        while self._undecided < len(self._seen):
            time_ms = self._seen[self._undecided].time_ms
            if until_ms is not None and time_ms > until_ms:
                break
            verdicts.append(self._is_cut(self._undecided))
            if verdicts[-1]:
                self._last_cut_ms = time_ms
            self._undecided += 1
        self._forget()
        return verdicts

    def _forget(self) -> None:
        """Keep what the next verdict needs: the pictures shortly before, and one more."""
        first = self._undecided
        if first == len(self._seen):
            first -= 1
        now_ms = self._seen[first].time_ms if self._seen else 0
        while first > 0 and now_ms - self._seen[first].time_ms < NEAR_MS:
            first -= 1
        if first > 0:
            del self._seen[:first]
            self._undecided -= first

    def _is_cut(self, at: int) -> bool:
        here = self._seen[at]
        if self._last_cut_ms is not None and here.time_ms - self._last_cut_ms < NEAR_MS:
            return False
        # Of several changes that are too near to one another to hold a shot, the largest one.
        return self._lasts(at) and not any(
            self._seen[later].change.level > here.change.level and self._lasts(later)
            for later in self._near_after(at)
        )

    def _near_after(self, at: int) -> range:
        last = at + 1
        while (
            last < len(self._seen) and self._seen[last].time_ms - self._seen[at].time_ms < NEAR_MS
        ):
            last += 1
        return range(at + 1, last)

    def _lasts(self, at: int) -> bool:
        """Whether the change stands out from what is around it, and the old picture stays away."""
        here = self._seen[at]
        if at == 0 or here.change.level < _LEAST_CHANGE or here.change.share < _LEAST_SHARE:
            return False
        before = [s for s in self._seen[:at] if here.time_ms - s.time_ms < NEAR_MS]
        after = [self._seen[later] for later in self._near_after(at)]
        usual = max(_usual(before), _usual(after), _STILL)
        if here.change.level < _LEAST_RATIO * usual:
            return False
        return not _returns([*before, self._seen[at - 1]], [here, *after], here.change.level)


def _usual(around: Sequence[Seen]) -> float:
    return median(s.change.level for s in around) if around else 0.0


def _returns(before: Sequence[Seen], after: Sequence[Seen], level: float) -> bool:
    """Whether a picture from before is back after the change, as it is after a flash."""
    most = min(_MOST_RETURNED, _RETURNED * level)
    return any(change(old.thumb, new.thumb).level < most for old in before for new in after)


def largest_step(thumbs: Sequence[Thumb]) -> int:
    """The place of the picture that differs most from the one before it; at least two pictures."""
    steps = [change(one, other).level for one, other in pairwise(thumbs)]
    return 1 + int(np.argmax(steps))
