"""Sentences from timed words: by punctuation where there is any, else by pauses and markers.

Works on captions written with care, on automatic captions without a full stop, and on what a
recogniser gives: lower case, no punctuation, only words and times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from clipping.models import Sentence, Word
from clipping.moments.english import DISCOURSE_MARKERS, HANGING, STRONG_MARKERS
from clipping.moments.lexicon import join, plain
from clipping.moments.punctuation import CLOSERS, marks_of
from clipping.timing import TimeSpan

MAX_WORDS = 40
MAX_MS = 20_000
SOFT_WORDS = 24
SOFT_MS = 10_000
LEAST_WORDS = 4
TOPIC_GAP_MS = 4_000
"""A silence this long ends a sentence whatever was written."""

_EVENT_WORDS = re.compile(
    r"music|applau|laugh|cheer|clap|silence|noise|singing|blank.?audio|chuckl|♪|♫|instrumental",
    re.IGNORECASE,
)


class Break(StrEnum):
    """What ended a sentence, the surest first."""

    MARK = "mark"
    SPEAKER = "speaker"
    PAUSE = "pause"
    MARKER = "marker"
    LENGTH = "length"
    """Nothing did: it was cut because it grew too long, so it is not finished."""


@dataclass(frozen=True)
class Sentences:
    """The sentences of a talk and what ended each; ``events[i]`` marks words such as "[Music]"."""

    items: tuple[Sentence, ...]
    breaks: tuple[Break, ...]
    punctuated: bool
    events: tuple[bool, ...]


def split(words: Sequence[Word]) -> Sentences:
    """The talk's sentences, in order; every spoken word lies in exactly one of them.

    No sentence has more than ``MAX_WORDS`` words or lasts longer than ``MAX_MS`` unless it is a
    single word. Words that name a sound ("[Music]", "(applause)", "♪") belong to none.
    """
    events = sound_events(words)
    marks = marks_of(words)
    spoken = len(words) - sum(events)
    punctuated = spoken > 0 and sum(marks) * 45 >= spoken
    strong_gap_ms = _strong_gap_ms(words)
    items: list[Sentence] = []
    breaks: list[Break] = []
    for first, last, kind in _pieces(words, marks, events):
        for start, stop, why in _refine(words, first, last, kind, punctuated, strong_gap_ms):
            items.append(_sentence(len(items), words, start, stop))
            breaks.append(why)
    return Sentences(tuple(items), tuple(breaks), punctuated, events)


def sound_events(words: Sequence[Word]) -> tuple[bool, ...]:
    """Which words are no speech but the name of a sound, over brackets of several words too."""
    events = [False] * len(words)
    at = 0
    while at < len(words):
        stop = _bracket_end(words, at)
        inside = " ".join(word.text for word in words[at:stop])
        if stop > at and _EVENT_WORDS.search(inside):
            events[at:stop] = [True] * (stop - at)
        at = max(stop, at + 1)
    return tuple(events)


def _bracket_end(words: Sequence[Word], at: int) -> int:
    """One past the word that closes the bracket opened at ``at``; ``at`` when none opens."""
    text = words[at].text.strip()
    if text and all(char in "♪♫" for char in text):
        return at + 1
    closing = {"[": "]", "(": ")", "*": "*", "♪": "♪"}.get(text[:1])
    if closing is None:
        return at
    for stop in range(at, min(len(words), at + 6)):
        body = words[stop].text.strip().rstrip(".,!?")
        if body.endswith(closing) and (stop > at or len(body) > 1):
            return stop + 1
    return at


def _pieces(
    words: Sequence[Word], marks: Sequence[bool], events: Sequence[bool]
) -> list[tuple[int, int, Break]]:
    """Runs of words that end at a mark, another speaker, a sound event or a long silence."""
    pieces: list[tuple[int, int, Break]] = []
    first = 0
    for at, word in enumerate(words):
        if events[at]:
            if at > first:
                pieces.append((first, at, Break.PAUSE))
            first = at + 1
            continue
        kind = Break.MARK if marks[at] else _outer_break(words, at, word)
        if kind is not None:
            pieces.append((first, at + 1, kind))
            first = at + 1
    return pieces


def _outer_break(words: Sequence[Word], at: int, word: Word) -> Break | None:
    if at + 1 == len(words):
        return Break.PAUSE
    following = words[at + 1]
    if following.speaker != word.speaker and None not in (following.speaker, word.speaker):
        return Break.SPEAKER
    if following.span.start_ms - word.span.end_ms >= TOPIC_GAP_MS:
        return Break.PAUSE
    return None


def _strong_gap_ms(words: Sequence[Word]) -> float:
    """A pause that ends a sentence for this speaker: the longest tenth of the pauses."""
    if len(words) < 2:
        return 600.0
    gaps = [b.span.start_ms - a.span.end_ms for a, b in pairwise(words)]
    return float(np.clip(np.percentile(gaps, 91), 380, 750))


def _refine(
    words: Sequence[Word],
    first: int,
    last: int,
    kind: Break,
    punctuated: bool,
    strong_gap_ms: float,
) -> list[tuple[int, int, Break]]:
    """Break a piece where it has no marks of its own: at pauses, markers, or for its length."""
    long = _too_long(words, first, last)
    if punctuated and not long:
        return [(first, last, kind)]
    soft_words, soft_ms = (MAX_WORDS, MAX_MS) if punctuated else (SOFT_WORDS, SOFT_MS)
    done: list[tuple[int, int, Break]] = []
    start = first
    for at in range(first, last):
        ends = at + 1 == last
        if ends or (not punctuated and _pause_ends(words, start, at, strong_gap_ms)):
            why = kind if ends else Break.PAUSE
            shorter = _shorten(words, start, at + 1, soft_words, soft_ms)
            if punctuated:
                # Whoever writes full stops has not ended a sentence at a comma.
                shorter = [(a, b, Break.LENGTH) for a, b, _ in shorter]
            done += [*shorter[:-1], (*shorter[-1][:2], why)]
            start = at + 1
    return done


def _pause_ends(words: Sequence[Word], start: int, at: int, strong_gap_ms: float) -> bool:
    gap_ms = words[at + 1].span.start_ms - words[at].span.end_ms
    if gap_ms >= 1_500:
        return True
    if gap_ms < strong_gap_ms or at - start + 1 < LEAST_WORDS - 1:
        return False
    return plain(words[at].text) not in HANGING


def _shorten(
    words: Sequence[Word], first: int, last: int, soft_words: int, soft_ms: int
) -> list[tuple[int, int, Break]]:
    """Cut a run into sentences of bearable length, always moving forward."""
    done: list[tuple[int, int, Break]] = []
    start = first
    while last - start > soft_words or _lasts_ms(words, start, last) > soft_ms:
        soft_stop = _reach(words, start, last, soft_words, soft_ms)
        stop, score = _best_cut(words, start, soft_stop, last)
        if score < 0.9:
            if not _too_long(words, start, last):
                break
            stop, score = _best_cut(
                words, start, _reach(words, start, last, MAX_WORDS, MAX_MS), last
            )
        kind = Break.MARKER if score >= 0.9 else Break.LENGTH
        done.append((start, stop, kind))
        start = stop
    done.append((start, last, Break.PAUSE))
    return done


def _too_long(words: Sequence[Word], first: int, last: int) -> bool:
    long = last - first > MAX_WORDS or _lasts_ms(words, first, last) > MAX_MS
    return long and last - first > 1


def _lasts_ms(words: Sequence[Word], first: int, last: int) -> int:
    return words[last - 1].span.end_ms - words[first].span.start_ms if last - first > 1 else 0


def _reach(words: Sequence[Word], start: int, last: int, most_words: int, most_ms: int) -> int:
    """The furthest end of a sentence from ``start`` within both limits, at least one word."""
    stop = start + 1
    while (
        stop < last
        and stop - start < most_words
        and words[stop].span.end_ms - words[start].span.start_ms <= most_ms
    ):
        stop += 1
    return stop


def _best_cut(words: Sequence[Word], start: int, stop: int, last: int) -> tuple[int, float]:
    """Where to cut in ``start + 1 .. stop``, and how much speaks for it (0.9: a fair place)."""
    least = min(start + LEAST_WORDS, stop)
    best, best_score = stop, -10.0
    for cut in range(least, stop + 1):
        if cut >= last:
            continue
        score = cut_score(words, cut) + 0.3 * (cut - start) / (stop - start)
        score -= 0.6 * (last - cut < LEAST_WORDS)
        if score >= best_score:
            best, best_score = cut, score
    return best, best_score


def cut_score(words: Sequence[Word], cut: int) -> float:
    """How much speaks for a sentence bound before word ``cut``; 0.9 and more is a fair place."""
    before, after = words[cut - 1], words[cut]
    score = min(2.0, (after.span.start_ms - before.span.end_ms) / 350)
    following = plain(after.text)
    if following in STRONG_MARKERS:
        score += 0.9
    elif following in DISCOURSE_MARKERS:
        score += 0.5
    if before.text.rstrip(CLOSERS)[-1:] in tuple(",;:，、；：،—–-"):
        score += 0.5
    if plain(before.text) in HANGING:
        score -= 1.2
    return score


def _sentence(index: int, words: Sequence[Word], first: int, last: int) -> Sentence:
    span = TimeSpan(start_ms=words[first].span.start_ms, end_ms=words[last - 1].span.end_ms)
    text = join([word.text for word in words[first:last]])
    return Sentence(index=index, first=first, last=last, span=span, text=text)
