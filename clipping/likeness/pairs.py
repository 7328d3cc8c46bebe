"""How far two clips of one source are from each other: four distances, and one of all."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from clipping.timing import TimeSpan

NEAR: Final = 0.35
"""Two clips that are nearer than this are the same to who scrolls past them."""

WEIGHTS: Final = {"sound": 0.5, "span": 0.2, "picture": 0.2, "hook": 0.1}
"""What is said is what makes a clip another one; one camera on one speaker always looks alike, and
another hook over the same words is a small difference."""


@dataclass(frozen=True)
class Distance:
    """From 0, the same, to 1, nothing in common; None where it cannot be measured."""

    span: float
    """Of the time of the source that either shows, the share that only one of them shows."""
    hook: float
    """The share of the hooks' words that do not stand in both in the same order."""
    picture: float | None
    """Of the quarters of a second that either shows, the share that only one of them shows."""
    sound: float | None
    """The same of the seconds that are heard."""

    @property
    def combined(self) -> float:
        """The weighted mean of what could be measured."""
        parts: dict[str, float | None] = {name: getattr(self, name) for name in WEIGHTS}
        known = {name: value for name, value in parts.items() if value is not None}
        weight = sum(WEIGHTS[name] for name in known)
        return sum(WEIGHTS[name] * value for name, value in known.items()) / weight

    @property
    def near(self) -> bool:
        """Whether a viewer would take one for the other."""
        return self.combined < NEAR


def span_distance(one: TimeSpan, other: TimeSpan) -> float:
    """Of the time of the source that either shows, the share that only one of them shows."""
    shared = one.overlap_ms(other)
    return 1 - shared / (one.duration_ms + other.duration_ms - shared)


def hook_distance(one: str, other: str) -> float:
    """The share of the words that do not stand in both in the same order; case and marks aside."""
    said, also = _words(one), _words(other)
    if not said and not also:
        return 0.0
    return 1 - SequenceMatcher(None, said, also, autojunk=False).ratio()


def _words(text: str) -> list[str]:
    bare = ("".join(filter(str.isalnum, word)) for word in text.casefold().split())
    return [word for word in bare if word]
