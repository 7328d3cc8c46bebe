"""A day's choice of clips as the solver sees it: numbers only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from clipping.scheduling.limits import AccountCap, Cap
from clipping.scheduling.worth import MOST

FRESH: Final = 2 * MOST
"""What a clip's first post is worth: more than any difference between two clips."""

Choice = tuple[int, int]
"""A slot and a clip, by their places."""


@dataclass(frozen=True)
class Problem:
    """Which clips may go into which slots, and what excludes what."""

    slots: int
    choices: Mapping[Choice, int]
    """What each is worth."""
    rivals: tuple[tuple[Choice, ...], ...]
    """Of each group at most one is chosen."""
    fresh: frozenset[int]
    """Clips that have been posted nowhere."""
    caps: tuple[Cap, ...] = ()
    account_caps: tuple[AccountCap, ...] = ()
    kept: Mapping[int, int] = field(default_factory=dict)
    """The clips of slots as they were planned before, where they may still go."""

    def value(self, chosen: Mapping[int, int]) -> tuple[int, int, int]:
        """How good a choice is: slots filled, kept as before, and what the clips are worth."""
        clips = set(chosen.values()) & self.fresh
        return (
            len(chosen),
            sum(chosen.get(slot) == clip for slot, clip in self.kept.items()),
            sum(self.choices[choice] for choice in chosen.items()) + FRESH * len(clips),
        )


def greedy(problem: Problem) -> dict[int, int]:
    """The best choice that is left, again and again: quick, and often not far from the best.

    What was planned before comes first, then fresh clips, then those that are posted elsewhere.
    """
    chosen = _Chosen(problem)
    for choice in problem.kept.items():
        chosen.take(choice)
    ordered = sorted(problem.choices, key=lambda choice: (-problem.choices[choice], choice))
    for fresh_only in (True, False):
        for slot, clip in ordered:
            if not fresh_only or (clip in problem.fresh and clip not in chosen.used):
                chosen.take((slot, clip))
    return chosen.clips


class _Chosen:
    """What has been taken, and what that rules out."""

    def __init__(self, problem: Problem) -> None:
        self.clips: dict[int, int] = {}
        self.used: set[int] = set()
        self._problem = problem
        self._groups: dict[Choice, list[int]] = defaultdict(list)
        for number, choices in enumerate(problem.rivals):
            for choice in choices:
                self._groups[choice].append(number)
        self._taken: set[int] = set()

    def take(self, choice: Choice) -> None:
        """Take it, if nothing stands against it."""
        slot, clip = choice
        groups = self._groups.get(choice, [])
        if slot in self.clips or not self._taken.isdisjoint(groups) or not self._room(slot):
            return
        self.clips[slot] = clip
        self.used.add(clip)
        self._taken.update(groups)

    def _room(self, slot: int) -> bool:
        return not any(
            slot in cap.slots and cap.full(self.clips) for cap in self._problem.caps
        ) and not any(cap.shuts_out(slot, self.clips) for cap in self._problem.account_caps)
