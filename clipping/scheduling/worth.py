"""How much a clip is worth in a slot: its score, the hour, and the account's angle."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final

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


class Fitting:
    """How well clips fit the angles of accounts."""

    def __init__(self, clips: Sequence[ClipCandidate], accounts: Iterable[Account]) -> None:
        self._about = {clip.clip_id: _words(" ".join(clip.keywords)) for clip in clips}
        self._angles = {account.account_id: _words(account.angle) for account in accounts}

    def fit(self, clip: ClipCandidate, account_id: str) -> float:
        """0..1: what was judged, else the share of the angle's words that the clip is about.

        An account without an angle takes all alike.
        """
        if (judged := clip.fits.get(account_id)) is not None:
            return min(1.0, max(0.0, judged))
        wanted = self._angles[account_id]
        return len(wanted & self._about[clip.clip_id]) / len(wanted) if wanted else 0.0

    def shared_words(self, clip: ClipCandidate, account_id: str) -> list[str]:
        """The words of the angle that the clip is about."""
        return sorted(self._angles[account_id] & self._about[clip.clip_id])


def points(clip: ClipCandidate, fit: float, slot: Slot) -> float:
    """What a clip is worth in a slot; the better it is, the more a good hour adds."""
    return clip.score * (1 - _HOUR_SHARE + _HOUR_SHARE * slot.worth) + _FIT_POINTS * fit


def worth(clip: ClipCandidate, fit: float, slot: Slot) -> int:
    """The same from 0 up to, not including, ``MOST``.

    Equals differ by a digit of chance that is the same each time: no order of the input decides.
    """
    return int(points(clip, fit, slot) * _UNIT) // TIE * TIE + _chance(clip, slot)


def _chance(clip: ClipCandidate, slot: Slot) -> int:
    text = f"{clip.clip_id} {slot.slot_id}".encode()
    return hashlib.blake2b(text, digest_size=1).digest()[0] % TIE


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))
