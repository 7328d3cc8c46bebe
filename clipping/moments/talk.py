"""A talk as the detector has studied it: its sentences with all that was read and heard in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping import profanity
from clipping.models import Sentence, Transcript, Word
from clipping.moments.lexicon import lexicon_for
from clipping.moments.sentences import Sentences, split
from clipping.moments.signals import TextSignals, read_signals
from clipping.moments.snap import Cuts, sentence_cuts
from clipping.moments.sound import SILENCE_DB, SoundTrack, bursts, is_music
from clipping.moments.topics import freshness
from clipping.timing import TimeSpan

QUIET_GAP_MS = 700
"""A gap between words from which on viewers hear a silence."""
_MUSIC_GAP_MS = 3_000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Talk:
    """Words within the media and, one entry per sentence, what they carry.

    ``quiet_ms`` and ``music_ms`` are silences and music inside the sentence and up to the next;
    ``laughter_ms`` and ``applause_ms`` what follows within or right after it; ``level_db`` its
    loudness; ``gap_ms`` the silence before the next sentence; ``fresh`` (0..1) how much it begins
    something new; ``profane`` marks words.
    """

    words: tuple[Word, ...]
    sentences: Sentences
    text: TextSignals
    cuts: Cuts
    track: SoundTrack
    duration_ms: int
    english: bool
    profane: NDArray[np.bool_]
    level_db: Floats
    gap_ms: Floats
    fresh: Floats
    inner_quiet_ms: Floats
    quiet_ms: Floats
    music_ms: Floats
    laughter_ms: Floats
    applause_ms: Floats


def study(transcript: Transcript, track: SoundTrack, duration_ms: int) -> Talk:
    """Read and listen to a whole talk; words that begin beyond the media are left out."""
    words = within(transcript.words, duration_ms)
    sentences = split(words)
    lexicon = lexicon_for(transcript)
    items = sentences.items
    text = read_signals(words, sentences, lexicon)
    starts = np.array([item.span.start_ms for item in items], np.int64)
    ends = np.array([item.span.end_ms for item in items], np.int64)
    level_db = track.level_db(starts, ends)
    speech_db = float(np.median(level_db)) if len(level_db) else SILENCE_DB
    gaps = _gaps(words, sentences.events, duration_ms)
    laughter, applause = _bursts_ms(words, sentences, track, gaps, speech_db, starts)
    music = [(gap, gap.duration_ms) for gap in gaps if _is_music_gap(track, gap, speech_db)]
    return Talk(
        words=words,
        sentences=sentences,
        text=text,
        cuts=sentence_cuts(words, items, track, duration_ms),
        track=track,
        duration_ms=duration_ms,
        english=lexicon is not None,
        profane=_profane(words),
        level_db=level_db,
        gap_ms=np.append(starts[1:], duration_ms)[: len(items)] - ends.astype(float),
        fresh=_openings(freshness(words, items), text),
        inner_quiet_ms=np.array([_inner_quiet_ms(words, item) for item in items], float),
        quiet_ms=_by_sentence(starts, [(g, g.duration_ms) for g in gaps if _is_quiet(g)]),
        music_ms=_by_sentence(starts, music),
        laughter_ms=laughter,
        applause_ms=applause,
    )


def _openings(fresh: Floats, text: TextSignals) -> Floats:
    """Freshness with what the words say: a scene is opened once, and housekeeping ends a part."""
    if len(fresh) < 2:
        return fresh
    after_scene = np.append(False, text.scene[:-1]) & ~text.scene
    after_chores = np.append(False, text.housekeeping[:-1])
    told = np.where(after_scene, 0.3 * fresh, fresh)
    return np.where(text.scene | after_chores, 1.0, told)


def within(words: Sequence[Word], duration_ms: int) -> tuple[Word, ...]:
    """The words that begin within the media, the last one cut at its end."""
    kept = [word for word in words if word.span.start_ms < duration_ms]
    return tuple(
        word
        if word.span.end_ms <= duration_ms
        else word.model_copy(
            update={"span": TimeSpan(start_ms=word.span.start_ms, end_ms=duration_ms)}
        )
        for word in kept
    )


def _gaps(words: Sequence[Word], events: Sequence[bool], duration_ms: int) -> list[TimeSpan]:
    """Stretches of at least 0.3 s without a spoken word, the one after the last word included."""
    spoken = [word for word, event in zip(words, events, strict=True) if not event]
    ends = [word.span.end_ms for word in spoken]
    starts = [*(word.span.start_ms for word in spoken[1:]), duration_ms]
    return [
        TimeSpan(start_ms=a, end_ms=b) for a, b in zip(ends, starts, strict=False) if b - a >= 300
    ]


def _is_quiet(gap: TimeSpan) -> bool:
    return gap.duration_ms >= QUIET_GAP_MS


def _is_music_gap(track: SoundTrack, gap: TimeSpan, speech_db: float) -> bool:
    return gap.duration_ms >= _MUSIC_GAP_MS and is_music(track, gap, speech_db)


def _inner_quiet_ms(words: Sequence[Word], item: Sentence) -> float:
    gaps = (
        words[at + 1].span.start_ms - words[at].span.end_ms
        for at in range(item.first, item.last - 1)
    )
    return float(sum(gap for gap in gaps if gap >= QUIET_GAP_MS))


def _by_sentence(starts: NDArray[np.int64], pieces: Sequence[tuple[TimeSpan, int]]) -> Floats:
    """Amounts added up at the sentence during or after which each piece begins."""
    total = np.zeros(len(starts))
    for span, amount in pieces:
        at = int(np.searchsorted(starts, span.start_ms, side="right")) - 1
        if at >= 0:
            total[at] += amount
    return total


def _bursts_ms(
    words: Sequence[Word],
    sentences: Sentences,
    track: SoundTrack,
    gaps: Sequence[TimeSpan],
    speech_db: float,
    starts: NDArray[np.int64],
) -> tuple[Floats, Floats]:
    """Laughter and applause by sentence: what was heard, and what the captions name."""
    heard = [(burst.kind, burst.span) for burst in bursts(track, gaps, speech_db)]
    named = [
        (
            "laughter"
            if any(part in word.text.lower() for part in ("laugh", "chuckl"))
            else "applause",
            word.span,
        )
        for word, event in zip(words, sentences.events, strict=True)
        if event
        and any(p in word.text.lower() for p in ("laugh", "chuckl", "appl", "cheer", "clap"))
    ]
    kinds = [
        [(span, min(span.duration_ms, 3_000)) for what, span in heard + named if what == kind]
        for kind in ("laughter", "applause")
    ]
    return _by_sentence(starts, kinds[0]), _by_sentence(starts, kinds[1])


def _profane(words: Sequence[Word]) -> NDArray[np.bool_]:
    flags = np.zeros(len(words), bool)
    for hit in profanity.find([word.text for word in words]):
        flags[hit.first : hit.last] = True
    return flags
