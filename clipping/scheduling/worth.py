"""How much a clip is worth in a slot: its score, the hour, and the account's angle."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from clipping.models import Account, ClipCandidate, Slot

_HOUR_SHARE: Final = 0.3
"""Of a score, by how much the hour decides."""
_FIT_POINTS: Final = 25
"""Points of the score that a clip gains which fits the account's angle in full."""
_UNIT: Final = 1_000
_TIE: Final = 10
MOST: Final = (100 + _FIT_POINTS) * _UNIT + _TIE
"""More than any clip is worth anywhere."""


class Fitting:
    """How well clips fit the angles of accounts."""

    def __init__(self, clips: Sequence[ClipCandidate]) -> None:
        self._about = {clip.clip_id: _words(" ".join(clip.keywords)) for clip in clips}

    def fit(self, clip: ClipCandidate, account: Account) -> float:
        """0..1: what was judged, else the share of the angle's words that the clip is about.

        An account without an angle takes all alike.
        """
        if (judged := clip.fits.get(account.account_id)) is not None:
            return min(1.0, max(0.0, judged))
        wanted = _words(account.angle)
        return len(wanted & self._about[clip.clip_id]) / len(wanted) if wanted else 0.0

    def shared_words(self, clip: ClipCandidate, account: Account) -> list[str]:
        """The words of the angle that the clip is about."""
        return sorted(_words(account.angle) & self._about[clip.clip_id])


def points(clip: ClipCandidate, fit: float, slot: Slot) -> float:
    """What a clip is worth in a slot; the better it is, the more a good hour adds."""
    return clip.score * (1 - _HOUR_SHARE + _HOUR_SHARE * slot.worth) + _FIT_POINTS * fit


def worth(clip: ClipCandidate, fit: float, slot: Slot) -> int:
    """The same from 0 up to, not including, ``MOST``.

    Equals differ by a digit of chance that is the same each time, so that there is one best plan.
    """
    return int(points(clip, fit, slot) * _UNIT) // _TIE * _TIE + _chance(clip, slot)


def _chance(clip: ClipCandidate, slot: Slot) -> int:
    text = f"{clip.clip_id} {slot.slot_id}".encode()
    return hashlib.blake2b(text, digest_size=1).digest()[0] % _TIE


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))
