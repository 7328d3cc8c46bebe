"""The figures of a whole set of talks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import mean
from typing import Final

from clipping.evaluation.scoring import TalkScore
from clipping.models import Value

_EXACT_MS: Final = 0


class Evaluation(Value):
    """How a detector did on planted talks. Shares are 0..1."""

    detector: str
    detector_version: str
    seed: int
    k: int
    strong: int
    found: int
    recall: float
    """Share of the strong stories that the first ``k`` moments show."""
    precision: float
    """Share of those moments that show something worth a clip, questions with answers included."""
    exact_starts: float
    """Share of the moments that found something which begin on the passage's first word."""
    exact_ends: float
    start_off_s: float
    """Mean distance of their beginning from the passage's."""
    end_off_s: float
    repeats: int
    violations: dict[str, int]
    """How often each promise was broken; empty when none was."""
    talks: tuple[TalkScore, ...]


def summed_up(
    detector: str, version: str, seed: int, k: int, talks: Sequence[TalkScore]
) -> Evaluation:
    """The figures over all talks, each strong story and each moment counting the same."""
    strong, found = sum(one.strong for one in talks), sum(one.found for one in talks)
    moments, worth = sum(one.moments for one in talks), sum(one.worth for one in talks)
    starts = [off for one in talks for off in one.start_off_ms]
    ends = [off for one in talks for off in one.end_off_ms]
    broken = Counter(each.code for one in talks for each in one.violations)
    return Evaluation(
        detector=detector,
        detector_version=version,
        seed=seed,
        k=k,
        strong=strong,
        found=found,
        recall=_share(found, strong),
        precision=_share(worth, moments),
        exact_starts=_share(sum(off <= _EXACT_MS for off in starts), len(starts)),
        exact_ends=_share(sum(off <= _EXACT_MS for off in ends), len(ends)),
        start_off_s=_mean_s(starts),
        end_off_s=_mean_s(ends),
        repeats=sum(one.repeats for one in talks),
        violations=dict(sorted(broken.items())),
        talks=tuple(talks),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _mean_s(offs_ms: list[int]) -> float:
    return round(mean(offs_ms) / 1000, 2) if offs_ms else 0.0
