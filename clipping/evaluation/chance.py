"""What somebody finds who does not listen: runs of whole sentences, drawn by lot."""

from __future__ import annotations

from random import Random
from typing import Final

from clipping.evaluation.planted import PlantedTalk
from clipping.models import Detection, DetectOptions, Moment, make_id
from clipping.timing import TimeSpan

NAME: Final = "chance"
_USUAL_MS: Final = (20_000, 30_000)
"""About as long as the passages are: the lot is given what it can use."""
_TRIES: Final = 400


def draw(talk: PlantedTalk, options: DetectOptions, seed: int) -> Detection:
    """As many moments as are asked for, none overlapping, each of whole sentences."""
    chance = Random(f"{seed} {talk.name}")
    firsts = sorted(talk.sentence_firsts)
    spans: list[TimeSpan] = []
    for _ in range(_TRIES):
        span = _run(talk, firsts, chance.randrange(len(firsts)), chance.randint(*_USUAL_MS))
        fits = span is not None and options.min_ms <= span.duration_ms <= options.max_ms
        if span and fits and len(spans) < options.count and not any(map(span.overlap_ms, spans)):
            spans.append(span)
    moments = [_moment(talk, span, rank) for rank, span in enumerate(spans, start=1)]
    return Detection(detector=NAME, detector_version="1", moments=tuple(moments), rejections=())


def _run(talk: PlantedTalk, firsts: list[int], at: int, wanted_ms: int) -> TimeSpan | None:
    words = talk.transcript.words
    start_ms = words[firsts[at]].span.start_ms
    for following in [*firsts[at + 1 :], len(words)]:
        end_ms = words[following - 1].span.end_ms
        if end_ms - start_ms >= wanted_ms:
            return TimeSpan(start_ms=start_ms, end_ms=end_ms)
    return None


def _moment(talk: PlantedTalk, span: TimeSpan, rank: int) -> Moment:
    first, last = talk.words_in(span)
    text = " ".join(word.text for word in talk.transcript.words[first:last])
    return Moment(
        moment_id=make_id("mom", NAME, talk.name, span.start_ms),
        rank=rank,
        span=span,
        score=0,
        rubric=(),
        reason="Drawn by lot.",
        hook=text[:60],
        title=NAME,
        text=text,
    )
