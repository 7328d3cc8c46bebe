"""How much a clip is worth in a slot: its score, the hour, and the account's angle."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from clipping.models import Account, ClipCandidate, Slot

_HOUR_SHARE: Final = 0.3
"""Of a score, by how much the hour decides."""
_FIT_POINTS: Final = 25
"""Points of the score that a clip gains which fits the account's angle in full."""
_UNIT: Final = 1_000
TIE: Final = 10
"""What is worth less than this apart counts as equal: a hundredth of a point of the score."""
MOST: Final = (100 + _FIT_POINTS) * _UNIT + TIE
"""More than any clip is worth anywhere."""


Figures = npt.NDArray[np.float64]


class Fitting:
    """How well clips, told by their places, fit the angles of accounts."""

    def __init__(self, clips: Sequence[ClipCandidate], accounts: Iterable[Account]) -> None:
        self._clips = clips
        self._about: dict[str, list[int]] = defaultdict(list)
        for place, clip in enumerate(clips):
            for word in _words(" ".join(clip.keywords)):
                self._about[word].append(place)
        self._angles = {account.account_id: _words(account.angle) for account in accounts}
        self._judged: dict[str, dict[int, float]] = defaultdict(dict)
        for place, clip in enumerate(clips):
            for account_id, fit in clip.fits.items():
                self._judged[account_id][place] = min(1.0, max(0.0, fit))
        self._fits: dict[str, Figures] = {}

    def fits(self, account_id: str) -> Figures:
        """0..1 for each clip: what was judged, else the share of the angle's words it is about.

        An account without an angle takes all alike.
        """
        if account_id not in self._fits:
            fits, wanted = np.zeros(len(self._clips)), self._angles[account_id]
            for word in wanted:
                fits[self._about.get(word, [])] += 1 / len(wanted)
            for place, fit in self._judged.get(account_id, {}).items():
                fits[place] = fit
            self._fits[account_id] = fits
        return self._fits[account_id]

    def shared_words(self, place: int, account_id: str) -> list[str]:
        """The words of the angle that a clip is about."""
        wanted = self._angles[account_id]
        return sorted(word for word in wanted if place in self._about.get(word, []))


_Figure = TypeVar("_Figure", float, Figures)


def points(score: _Figure, fit: _Figure, hour: float) -> _Figure:
    """What a clip is worth at an hour; the better it is, the more a good hour adds."""
    return score * (1 - _HOUR_SHARE + _HOUR_SHARE * hour) + _FIT_POINTS * fit


def worth(clip: ClipCandidate, fit: float, slot: Slot) -> int:
    """The same from 0 up to, not including, ``MOST``.

    Equals differ by a digit of chance that is the same each time: no order of the input decides.
    """
    return int(points(float(clip.score), fit, slot.worth) * _UNIT) // TIE * TIE + _chance(
        clip, slot
    )


def _chance(clip: ClipCandidate, slot: Slot) -> int:
    text = f"{clip.clip_id} {slot.slot_id}".encode()
    return hashlib.blake2b(text, digest_size=1).digest()[0] % TIE


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))
