"""Whatever Claude answers about a planted talk, no promise about a clip is broken."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from clipping.claude import Question
from clipping.evaluation.composing import compose
from clipping.evaluation.planted import PlantedTalk
from clipping.evaluation.scoring import score
from clipping.models import DetectOptions
from clipping.moments import Footage
from clipping.moments.claude import ClaudeDetector, detector
from clipping.moments.talk import Talk
from tests.db.values import MEDIA
from tests.moments.claude.doors import FakeDoor, numbered, silent
from tests.moments.claude.test_any_answer import Noise

OPTIONS = DetectOptions(count=10)
JUNK = [-1, 0, 10**30, "7", None, 2.5, float("nan"), 101, True, [], {}, "sponsor"]
WASTE = ["", "{}", "[]", "{" * 300, "I would rather not."]


class Reckless(Noise):
    """Points at runs as long as clips, wherever they begin: within answers, adverts, greetings."""

    def _run(self, question: Question) -> tuple[Any, Any]:
        known = [number for number, _ in numbered(question)]
        first = self._chance.choice(known)
        return self._spoil(first), self._spoil(min(known[-1], first + self._chance.randint(2, 8)))


@lru_cache(maxsize=4)
def _studied(number: int, punctuated: bool) -> tuple[PlantedTalk, Footage, Talk]:
    talk = compose(11, number, punctuated=punctuated)
    footage = Footage(
        talk.name,
        talk.transcript,
        Path("talk.mkv"),
        MEDIA.replace(duration_ms=talk.duration_ms),
        OPTIONS,
    )
    return talk, footage, silent(footage, 1.0)


@pytest.mark.parametrize("punctuated", [True, False], ids=["written", "heard"])
@pytest.mark.parametrize(
    ("spoiled", "useless"), [(0.0, 0.0), (0.02, 0.0), (0.3, 0.0), (0.05, 0.4)], ids=str
)
def test_no_promise_about_a_clip_is_broken(
    punctuated: bool, spoiled: float, useless: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, footage, studied = _studied(3, punctuated)
    monkeypatch.setattr(detector, "listen", lambda *_: studied)
    for seed in range(2):
        door = FakeDoor(Reckless(seed, spoiled, useless, JUNK, WASTE))
        found = ClaudeDetector().detect(replace(footage, door=door))
        assert score(talk, found, OPTIONS, OPTIONS.count).violations == ()
        assert found.moments
        assert found.detector == "claude" or spoiled
