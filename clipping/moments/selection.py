"""From a studied talk to its detection: candidates, refusals, ranking, and words for each."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clipping import profanity
from clipping.models import Detection, DetectOptions, Moment, Rejection, make_id
from clipping.moments.explain import incompleteness, reason, rubric_lines, weakest
from clipping.moments.hook import SpokenLine, hook_line, title
from clipping.moments.lexicon import Hit, join, plain
from clipping.moments.rank import Phrases, Ranking, Verdict, rank
from clipping.moments.rubric import ENDING_LIMIT, OPENING_LIMIT, Rubric
from clipping.moments.sentences import Break
from clipping.moments.talk import Talk
from clipping.moments.windows import Windows, enumerate_windows
from clipping.timing import TimeSpan, timecode

CLEAN_OPENING_MS: Final = 3_000
OPENING_MARGIN_MS: Final = 120
"""A mute's margin and a frame: cutting on the frame grid must not bring a hit into the opening."""
LEAST_SPEECH: Final = 0.5
MUSIC_SHARE: Final = 0.25
MOST_HOUSEKEEPING: Final = 0.3
_BLOCK: Final = 100_000
"""Candidates scored at a time, which bounds the memory."""
_REJECTED_TEXT: Final = 240


def select(
    talk: Talk, options: DetectOptions, transcript_id: str, detector: str, version: str
) -> Detection:
    """The best moments of the talk, and for every other first sentence the reason why not.

    Of all candidates that begin with a sentence the best one stands for it, so a talk of n
    sentences gives n moments and rejections, not a million. The same talk gives the same answer.
    """
    windows = enumerate_windows(talk, options.min_ms, options.max_ms)
    rubric = Rubric(talk, options.min_ms, options.max_ms)
    scores, refused = assess(windows, rubric)
    item_firsts = np.array([item.first for item in talk.sentences.items], np.int64)
    phrases = Phrases([plain(word.text) for word in talk.words])
    ranking = rank(
        windows,
        scores,
        refused,
        item_firsts[windows.first],
        phrases,
        options.count,
        speech_ms(talk),
    )
    identity = (transcript_id, detector, version)
    moments = tuple(
        _moment(rubric, windows.take(np.array([pick])), place, identity)
        for place, pick in enumerate(ranking.picks, start=1)
    )
    rejections = [
        _rejection(rubric, windows, scores, ranking, verdict, moments)
        for verdict in ranking.verdicts
    ]
    rejections += _too_short(talk, windows, options.min_ms)
    rejections.sort(key=lambda dropped: (dropped.span.start_ms, dropped.span.end_ms))
    return Detection(
        detector=detector,
        detector_version=version,
        moments=moments,
        rejections=tuple(rejections),
        notes=_notes(talk, options, ranking, refused),
    )


def speech_ms(talk: Talk) -> int:
    """From the first word to the end of the last one."""
    cuts = talk.cuts
    return int(cuts.last[-1] - cuts.first[0]) if len(cuts.last) else 0


def assess(windows: Windows, rubric: Rubric) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Score and refusal code (empty: none) of every candidate, block by block."""
    scores = np.zeros(len(windows))
    refused = np.full(len(windows), "", dtype="<U16")
    opening_swears = next_profanity_ms(rubric.talk)
    for begin in range(0, len(windows), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        part = windows.take(block)
        scores[block] = rubric.score(part)
        refused[block] = _refusals(part, rubric, opening_swears)
    return scores, refused


def _refusals(
    windows: Windows, rubric: Rubric, next_profanity_ms: NDArray[np.int64]
) -> NDArray[np.str_]:
    """The gravest reason why each candidate may not be chosen."""
    talk = rubric.talk
    speech, music = rubric.speech_share(windows), rubric.music_share(windows)
    chores = rubric.housekeeping_share(windows)
    swears_at = next_profanity_ms[windows.first] - windows.start_ms
    conditions = {
        "profane_opening": swears_at < CLEAN_OPENING_MS + OPENING_MARGIN_MS,
        "music": (speech < 0.7) & (music >= MUSIC_SHARE),
        "too_much_silence": speech < LEAST_SPEECH,
        "housekeeping": talk.text.housekeeping[windows.first]
        | (chores > MOST_HOUSEKEEPING)
        | rubric.sponsored(windows),
        "incomplete": (talk.text.dangling[windows.first] >= OPENING_LIMIT)
        | windows.broken
        | (rubric.ending[windows.last] < ENDING_LIMIT),
    }
    return np.select(list(conditions.values()), list(conditions), default="").astype("<U16")


def next_profanity_ms(talk: Talk) -> NDArray[np.int64]:
    """When the next profanity from the beginning of each sentence on is spoken."""
    far = 1 << 60
    hits = np.flatnonzero(talk.profane)
    starts = np.array([talk.words[int(at)].span.start_ms for at in hits] + [far], np.int64)
    firsts = np.array([item.first for item in talk.sentences.items], np.int64)
    return starts[np.searchsorted(hits, firsts)]


def opens_profane(talk: Talk, first: int, start_ms: int) -> bool:
    """Whether a clip that begins there, with that sentence, opens with a profanity."""
    swears_after_ms = int(next_profanity_ms(talk)[first]) - start_ms
    return swears_after_ms < CLEAN_OPENING_MS + OPENING_MARGIN_MS


def _moment(rubric: Rubric, window: Windows, place: int, identity: tuple[str, str, str]) -> Moment:
    talk = rubric.talk
    span = span_of(window, 0)
    lines = rubric_lines(rubric, window)
    spoken = spoken_in(talk, window)
    hook = hook_line(spoken, english_talk=talk.english)
    return Moment(
        moment_id=make_id("mom", *identity, span.start_ms, span.end_ms),
        rank=place,
        span=span,
        score=score_of(float(rubric.score(window)[0])),
        rubric=lines,
        reason=reason(lines),
        hook=hook,
        title=title(hook, spoken, profane_words(talk)),
        text=text_of(talk, window, 0),
    )


def profane_words(talk: Talk) -> frozenset[str]:
    """The plain words of the talk that are profane."""
    return frozenset(
        plain(word.text) for word, bad in zip(talk.words, talk.profane, strict=True) if bad
    )


def score_of(value: float) -> int:
    """The score 0..100 of a rubric sum 0..1."""
    return min(100, max(0, round(100 * value)))


def span_of(windows: Windows, at: int) -> TimeSpan:
    """Where a candidate would be cut."""
    return TimeSpan(start_ms=int(windows.start_ms[at]), end_ms=int(windows.end_ms[at]))


def text_of(talk: Talk, windows: Windows, at: int) -> str:
    """What is said in a candidate."""
    first = talk.sentences.items[int(windows.first[at])].first
    stop = int(windows.stop[at])
    spoken = zip(talk.words[first:stop], talk.sentences.events[first:stop], strict=True)
    return join([word.text for word, event in spoken if not event])


def spoken_in(talk: Talk, window: Windows) -> list[SpokenLine]:
    """The sentences of a moment as its hook is made from them, the last one perhaps cut.

    Parts of one long sentence are one line again.
    """
    lines: list[SpokenLine] = []
    start = int(window.first[0])
    for at in range(start, int(window.last[0]) + 1):
        if talk.sentences.breaks[at] is Break.LENGTH and at < int(window.last[0]):
            continue
        lines.append(_line(talk, start, at, int(window.stop[0])))
        start = at + 1
    return lines


def _line(talk: Talk, start: int, end: int, stop: int) -> SpokenLine:
    """Sentences ``start`` to ``end`` (inclusive) as one line, cut before word ``stop``."""
    first, last = talk.sentences.items[start].first, talk.sentences.items[end].last
    hits = tuple(
        Hit(hit.signal, hit.weight, hit.first - first, hit.last - first)
        for row in talk.text.hits[start : end + 1]
        for hit in row
    )
    return SpokenLine(
        words=tuple(word.text for word in talk.words[first : min(last, stop)]),
        hits=hits,
        question=bool(talk.text.question[end]) and last <= stop,
        dull=bool(talk.text.housekeeping[start : end + 1].any()),
    )


def _rejection(
    rubric: Rubric,
    windows: Windows,
    scores: NDArray[np.float64],
    ranking: Ranking,
    verdict: Verdict,
    moments: tuple[Moment, ...],
) -> Rejection:
    at = verdict.candidate
    rival = None if verdict.rival is None else moments[verdict.rival]
    return Rejection(
        span=span_of(windows, at),
        score=score_of(float(scores[at])),
        code=verdict.code,
        reason=_why(rubric, windows.take(np.array([at])), verdict.code, rival, len(moments)),
        text=shortened(text_of(rubric.talk, windows, at)),
    )


def _why(rubric: Rubric, window: Windows, code: str, rival: Moment | None, chosen: int) -> str:
    """One sentence (two at most) for the operator."""
    if rival is not None:
        other = f"moment {rival.rank} at {timecode(rival.span.start_ms)} (score {rival.score})"
        if code == "duplicate":
            return f"Says almost the same as {other}."
        shared = span_of(window, 0).overlap_ms(rival.span) / 1000
        return f"Shares {shared:.1f} s with {other}, which was chosen instead."
    if code == "over_count":
        return f"Good enough, but the {chosen} moments that were asked for are better."
    if code == "low_score":
        return f"Scores too low: it has {weakest(rubric, window)}."
    return refusal(rubric, window, code)


def refusal(rubric: Rubric, window: Windows, code: str) -> str:
    """Why a candidate may not be chosen, for one of the codes that ``assess`` gives."""
    if code == "incomplete":
        return incompleteness(rubric, window)
    return _MEASURED_REFUSALS[code].format(
        speech=float(rubric.speech_share(window)[0]),
        music=float(rubric.music_share(window)[0]),
        chores=float(rubric.housekeeping_share(window)[0]),
    )


_MEASURED_REFUSALS: Final[dict[str, str]] = {
    "profane_opening": (
        "A profanity falls into its first three seconds; the next sentences that open clean"
        " were considered instead."
    ),
    "music": "Only {speech:.0%} of it is speech and {music:.0%} is music without words.",
    "too_much_silence": "Only {speech:.0%} of it is speech.",
    "housekeeping": "{chores:.0%} of its words are greeting, housekeeping or a sponsor's message.",
}


def _too_short(talk: Talk, windows: Windows, min_ms: int) -> list[Rejection]:
    """One rejection for each first sentence after which too little speech is left."""
    has_any = set(windows.first.tolist())
    end_ms = int(talk.cuts.end[-1]) if len(talk.cuts.end) else 0
    return [
        Rejection(
            span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
            score=0,
            code="too_short",
            reason=(
                f"Only {(end_ms - start_ms) / 1000:.1f} s are left from here until the last word,"
                f" and a clip needs {min_ms / 1000:g} s."
            ),
            text=shortened(join([word.text for word in talk.words[item.first : item.first + 60]])),
        )
        for item in talk.sentences.items
        if item.index not in has_any
        for start_ms in (int(talk.cuts.start[item.index]),)
    ]


def shortened(text: str) -> str:
    """The beginning and the end of a long text: a rejection is read, not clipped."""
    if len(text) <= _REJECTED_TEXT:
        return profanity.mask(text)
    head, tail = text[: _REJECTED_TEXT * 2 // 3], text[-_REJECTED_TEXT // 3 :]
    head = head.rsplit(" ", 1)[0]
    tail = tail.split(" ", 1)[-1]
    return profanity.mask(f"{head} … {tail}")


def _notes(
    talk: Talk, options: DetectOptions, ranking: Ranking, refused: NDArray[np.str_]
) -> tuple[str, ...]:
    notes = []
    if not talk.words:
        notes.append("No words lie within the video.")
        return tuple(notes)
    if not talk.sentences.punctuated:
        notes.append("The transcript has no full stops: sentences were found by pauses.")
    if not talk.english:
        notes.append(
            "There are no word lists for this language: structure and sound decided alone."
        )
    if any(refused[pick] == "incomplete" for pick in ranking.picks):
        notes.append("No passage of this length is whole, so the best incomplete ones were taken.")
    if 0 < len(ranking.picks) < options.count:
        notes.append(
            f"{options.count} moments were asked for, and {len(ranking.picks)} found good enough."
        )
    return tuple(notes)
