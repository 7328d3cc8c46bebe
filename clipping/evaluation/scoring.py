"""How well a detection of a planted talk is: what it found, and which promises it broke."""

from __future__ import annotations

from bisect import bisect_left
from itertools import combinations

from pydantic import Field

from clipping.evaluation.planted import WORTH_CLIPPING, Kind, Planted, PlantedTalk
from clipping.models import Detection, DetectOptions, Moment, Value

_COVERED = 0.6
"""A moment shows a passage when it holds this share of it ..."""
_DEVOTED = 0.5
"""... and this share of the moment is that passage."""
_MUCH = 0.5


class Violation(Value):
    """A promise about every clip that one moment does not keep."""

    code: str
    """``starts_mid_sentence``, ``ends_mid_sentence``, ``cuts_a_word``, ``no_question``,
    ``outside``, ``wrong_length``, ``overlaps``, ``sponsor``, ``housekeeping``."""
    rank: int
    text: str
    """The beginning of what the moment says."""


class Missed(Value):
    """A strong passage that no moment shows."""

    text: str
    codes: tuple[str, ...]
    """Why candidates that begin in it were dropped, as the detection says."""


class TalkScore(Value):
    """One talk's figures, counted over the first ``k`` moments."""

    talk: str
    detector: str
    """Who chose; a detector that cannot do its work may let another one do it."""
    k: int
    strong: int
    """Strong stories planted; a story told twice counts once."""
    found: int
    moments: int
    worth: int
    """Moments that show something worth a clip."""
    repeats: int
    """Moments that tell what a better one tells already."""
    start_off_ms: tuple[int, ...] = Field(default=())
    """How far each moment that found something begins from the passage's first word."""
    end_off_ms: tuple[int, ...] = Field(default=())
    violations: tuple[Violation, ...] = ()
    missed: tuple[Missed, ...] = ()


def score(talk: PlantedTalk, detection: Detection, options: DetectOptions, k: int) -> TalkScore:
    """The figures of a detection, whose moments are taken in the order of their ranks."""
    chosen = sorted(detection.moments, key=lambda moment: moment.rank)[:k]
    shown = [_shown(talk, moment) for moment in chosen]
    worth = [one for one in shown if one is not None]
    groups = [one.group for one in worth]
    strong = {one.group: one for one in talk.of_kind({Kind.STRONG, Kind.TWICE})}
    starts, ends = [], []
    for moment, passage in zip(chosen, shown, strict=True):
        if passage is not None:
            first, last = talk.words_in(moment.span)
            starts.append(_apart_ms(talk, first, passage.first))
            ends.append(_apart_ms(talk, last - 1, passage.last - 1))
    return TalkScore(
        talk=talk.name,
        detector=detection.detector,
        k=k,
        strong=len(strong),
        found=len(strong.keys() & set(groups)),
        moments=len(chosen),
        worth=len(worth),
        repeats=len(groups) - len(set(groups)),
        start_off_ms=tuple(starts),
        end_off_ms=tuple(ends),
        violations=tuple(_violations(talk, chosen, options)),
        missed=tuple(
            _missed(talk, one, detection) for one in strong.values() if one.group not in groups
        ),
    )


def _shown(talk: PlantedTalk, moment: Moment) -> Planted | None:
    """The passage worth a clip that a moment shows, None when it shows none."""
    for one in talk.of_kind(WORTH_CLIPPING):
        shared = moment.span.overlap_ms(one.span)
        covered = shared >= _COVERED * one.span.duration_ms
        if covered and shared >= _DEVOTED * moment.span.duration_ms:
            return one
    return None


def _apart_ms(talk: PlantedTalk, one: int, other: int) -> int:
    words = talk.transcript.words
    return abs(words[one].span.start_ms - words[other].span.start_ms)


def _missed(talk: PlantedTalk, one: Planted, detection: Detection) -> Missed:
    inside = [
        dropped.code
        for dropped in detection.rejections
        if one.span.start_ms - 1_000 <= dropped.span.start_ms < one.span.end_ms - 1_000
    ]
    return Missed(text=_text(talk, one.first, one.last), codes=tuple(inside))


def _text(talk: PlantedTalk, first: int, last: int) -> str:
    words = [word.text for word in talk.transcript.words[first : min(last, first + 12)]]
    return " ".join(words)


def _violations(talk: PlantedTalk, chosen: list[Moment], options: DetectOptions) -> list[Violation]:
    found: list[Violation] = []
    for moment in chosen:
        first, last = talk.words_in(moment.span)
        broken = [*_of_span(talk, moment, options), *_of_words(talk, first, last)]
        text = _text(talk, first, last)
        found += [Violation(code=code, rank=moment.rank, text=text) for code in broken]
    for one, other in combinations(chosen, 2):
        if one.span.overlap_ms(other.span):
            found.append(Violation(code="overlaps", rank=other.rank, text=other.text[:60]))
    return found


def _of_span(talk: PlantedTalk, moment: Moment, options: DetectOptions) -> list[str]:
    span, words = moment.span, talk.transcript.words
    codes = []
    if span.end_ms > talk.duration_ms:
        codes.append("outside")
    if not options.min_ms <= span.duration_ms <= options.max_ms:
        codes.append("wrong_length")
    for edge_ms in (span.start_ms, span.end_ms):
        at = bisect_left(words, edge_ms, key=lambda word: word.span.end_ms)
        if at < len(words) and words[at].span.start_ms < edge_ms < words[at].span.end_ms:
            codes.append("cuts_a_word")
    return codes


def _of_words(talk: PlantedTalk, first: int, last: int) -> list[str]:
    if first == last:
        return ["outside"]
    codes = []
    if first not in talk.sentence_firsts:
        codes.append("starts_mid_sentence")
    if last != len(talk.transcript.words) and last not in talk.sentence_firsts:
        codes.append("ends_mid_sentence")
    for one in talk.planted:
        shared = min(last, one.last) - max(first, one.first)
        if shared <= 0:
            continue
        if one.kind is Kind.ANSWER and first >= one.question_last:
            codes.append("no_question")
        if one.kind is Kind.SPONSOR:
            codes.append("sponsor")
        if one.kind is Kind.HOUSEKEEPING and shared >= _MUCH * (last - first):
            codes.append("housekeeping")
    return codes
