"""Figures of a detection: what counts as found, and every broken promise by its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clipping.evaluation import evaluate
from clipping.evaluation.chance import draw
from clipping.evaluation.composing import compose
from clipping.evaluation.planted import Kind, Planted, PlantedTalk
from clipping.evaluation.scoring import TalkScore, score
from clipping.models import Detection, DetectOptions, Moment
from clipping.moments import detect
from clipping.timing import TimeSpan

OPTIONS = DetectOptions(count=10)


@pytest.fixture(scope="module")
def talk() -> PlantedTalk:
    return compose(1, 0)


def _of(talk: PlantedTalk, kind: Kind) -> Planted:
    return talk.of_kind({kind})[0]


def _scored(
    talk: PlantedTalk, *spans: tuple[int, int], options: DetectOptions = OPTIONS
) -> TalkScore:
    moments = tuple(
        Moment(
            moment_id=f"mom_{rank}",
            rank=rank,
            span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
            score=50,
            rubric=(),
            reason="",
            hook="",
            title="",
            text="",
        )
        for rank, (start_ms, end_ms) in enumerate(spans, start=1)
    )
    found = Detection(detector="fake", detector_version="1", moments=moments, rejections=())
    return score(talk, found, options, 10)


def _words(talk: PlantedTalk, first: int, last: int) -> tuple[int, int]:
    words = talk.transcript.words
    return words[first].span.start_ms - 5, words[last - 1].span.end_ms + 5


def test_a_detection_that_shows_every_passage_exactly_is_perfect(talk: PlantedTalk) -> None:
    kinds = {Kind.STRONG, Kind.ANSWER}
    spans = [_words(talk, one.first, one.last) for one in talk.of_kind(kinds)]
    spans.append(_words(talk, _of(talk, Kind.TWICE).first, _of(talk, Kind.TWICE).last))
    found = _scored(talk, *spans)
    assert (found.strong, found.found, found.worth, found.moments) == (7, 7, 9, 9)
    assert set(found.start_off_ms) == set(found.end_off_ms) == {0}
    assert (found.violations, found.missed, found.repeats) == ((), (), 0)


def test_a_story_shown_twice_counts_once_and_as_a_repeat(talk: PlantedTalk) -> None:
    both = [_words(talk, one.first, one.last) for one in talk.of_kind({Kind.TWICE})]
    found = _scored(talk, *both)
    assert (found.found, found.worth, found.repeats) == (1, 2, 1)
    assert len(found.missed) == 6


def test_half_a_story_is_not_found(talk: PlantedTalk) -> None:
    one = _of(talk, Kind.STRONG)
    middle_ms = (one.span.start_ms + one.span.end_ms) // 2
    assert _scored(talk, (one.span.start_ms, middle_ms)).found == 0


def _after_question(talk: PlantedTalk) -> tuple[int, int]:
    one = _of(talk, Kind.ANSWER)
    return _words(talk, one.question_last, one.last)


def _whole(kind: Kind) -> Callable[[PlantedTalk], tuple[int, int]]:
    return lambda talk: _words(talk, _of(talk, kind).first, _of(talk, kind).last)


@pytest.mark.parametrize(
    ("span", "code"),
    [
        (_after_question, "no_question"),
        (_whole(Kind.SPONSOR), "sponsor"),
        (_whole(Kind.HOUSEKEEPING), "housekeeping"),
    ],
)
def test_broken_promises_are_named(
    talk: PlantedTalk, span: Callable[[PlantedTalk], tuple[int, int]], code: str
) -> None:
    assert [each.code for each in _scored(talk, span(talk)).violations] == [code]


def test_bounds_within_sentences_and_words_are_named(talk: PlantedTalk) -> None:
    one, words = _of(talk, Kind.STRONG), talk.transcript.words
    span = (words[one.first + 1].span.start_ms + 60, words[one.last - 2].span.end_ms + 5)
    codes = {each.code for each in _scored(talk, span).violations}
    assert codes == {"starts_mid_sentence", "ends_mid_sentence", "cuts_a_word"}


def test_spans_outside_too_long_or_overlapping_are_named(talk: PlantedTalk) -> None:
    end_ms = talk.duration_ms
    found = _scored(talk, (end_ms - 20_000, end_ms + 900), (end_ms - 30_000, end_ms - 10_000))
    assert {"outside", "overlaps"} <= {each.code for each in found.violations}
    short = DetectOptions(count=10, min_ms=15_000, max_ms=18_000)
    long = _scored(talk, (0, 25_000), options=short)
    assert "wrong_length" in {each.code for each in long.violations}


def test_lots_are_drawn_of_whole_sentences_and_do_not_overlap(talk: PlantedTalk) -> None:
    drawn = draw(talk, OPTIONS, 1)
    assert len(drawn.moments) == 10
    codes = {each.code for each in score(talk, drawn, OPTIONS, 10).violations}
    assert not codes & {"starts_mid_sentence", "ends_mid_sentence", "overlaps", "wrong_length"}


def test_the_local_detector_finds_most_strong_moments_and_breaks_no_promise() -> None:
    figures, chance = evaluate(lambda footage: detect("local", footage), talks=2, seed=11)
    assert figures.detector == "local"
    assert figures.violations == {}
    assert figures.recall >= 0.75
    assert figures.recall > chance.recall + 0.3
    assert figures.precision > chance.precision + 0.3
