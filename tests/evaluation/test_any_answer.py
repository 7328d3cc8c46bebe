"""Whatever Claude answers about a planted talk, no promise about a clip is broken."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from clipping.claude import Question
from clipping.evaluation.chance import draw
from clipping.evaluation.composing import compose
from clipping.evaluation.planted import PlantedTalk
from clipping.evaluation.scoring import Violation, score
from clipping.models import Detection, DetectOptions
from clipping.moments import Footage
from clipping.moments.claude import ClaudeDetector, detector
from clipping.moments.claude.places import Places
from clipping.moments.talk import Talk
from clipping.timing import TimeSpan
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


@pytest.mark.parametrize(
    ("spoiled", "useless"), [(0.0, 0.0), (0.02, 0.0), (0.3, 0.0), (0.05, 0.4)], ids=str
)
def test_no_promise_about_a_clip_is_broken(
    spoiled: float, useless: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, footage, studied = _studied(3, punctuated=True)
    monkeypatch.setattr(detector, "listen", lambda *_: studied)
    door = FakeDoor(Reckless(1, spoiled, useless, JUNK, WASTE))
    found = ClaudeDetector().detect(replace(footage, door=door))
    assert score(talk, found, OPTIONS, OPTIONS.count).violations == ()
    assert found.moments
    assert found.detector == "claude" or spoiled


@pytest.mark.parametrize("number", [0, 3, 6])
def test_nor_where_nothing_but_pauses_tells_sentences_apart(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, footage, studied = _studied(number, punctuated=False)
    monkeypatch.setattr(detector, "listen", lambda *_: studied)
    door = FakeDoor(Reckless(2, 0.02, 0.0, JUNK, WASTE))
    found = ClaudeDetector().detect(replace(footage, door=door))
    assert found.moments
    assert score(talk, found, OPTIONS, OPTIONS.count).violations == ()


@pytest.mark.parametrize("punctuated", [True, False])
def test_whatever_can_be_pointed_at_in_a_talk_is_cut_with_every_promise_kept(
    punctuated: bool,
) -> None:
    talk, _, studied = _studied(3, punctuated)
    places = Places(studied, OPTIONS)
    sentences = range(len(studied.sentences.items))
    pointed = [(first, last) for first in sentences for last in sentences[first : first + 9]]
    found = {places.fit(*run) for run in pointed}
    assert len(found) > len(sentences) / 2
    for window in found - {None}:
        assert window is not None
        codes = {one.code for one in _broken(talk, places.span(window))}
        # A speaker who thanks for an introduction in words that no list knows needs a reader.
        assert codes <= (set() if punctuated else {"housekeeping"}), places.sentences(window)


_MOMENT = draw(compose(11, 3), OPTIONS, 1).moments[0]


def _broken(talk: PlantedTalk, span: TimeSpan) -> tuple[Violation, ...]:
    moment = _MOMENT.replace(span=span)
    alone = Detection(detector="one", detector_version="1", moments=(moment,), rejections=())
    return score(talk, alone, OPTIONS, OPTIONS.count).violations
