"""A talk as the detector has studied it: its sentences with all that was read and heard in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clipping import profanity
from clipping.models import Sentence, Transcript, Word
from clipping.moments.lexicon import lexicon_for
from clipping.moments.reactions import (
    Covered,
    Heard,
    close_to_a_line,
    heard_in,
    through_reactions,
    under_music,
    unheard,
)
from clipping.moments.sentences import Sentences, split
from clipping.moments.signals import TextSignals, read_signals
from clipping.moments.snap import Cuts, sentence_cuts
from clipping.moments.sound import SILENCE_DB, Burst, SoundTrack, bursts, is_music
from clipping.moments.sponsors import whole_reads
from clipping.moments.topics import freshness
from clipping.timing import TimeSpan

QUIET_GAP_MS = 700
"""A gap between words from which on viewers hear a silence."""
_MUSIC_GAP_MS = 3_000
_MUSIC_COVER = 0.8
_ONE_COUNTS_MS = 3_000
"""Of one burst; longer ones are not better."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Talk:
    """Words within the media and, one entry per sentence, what they carry.

    ``quiet_ms`` and ``music_ms`` are silences and music inside the sentence and up to the next;
    ``laughter_ms`` and ``applause_ms`` what follows within or right after it; ``level_db`` its
    loudness; ``gap_ms`` the silence before the next sentence; ``fresh`` (0..1) how much it begins
    something new; ``profane`` marks words. ``rings_out`` marks sentences whose cut waits for a
    reaction, ``bed`` says where long music is heard.
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
    rings_out: NDArray[np.bool_]
    bed: Covered


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
    told = heard_in(transcript.sounds, duration_ms)
    heard = _reactions(words, sentences, bursts(track, gaps, speech_db), told, starts, ends)
    music = [
        (gap, gap.duration_ms) for gap in gaps if _is_music_gap(track, gap, speech_db, told.music)
    ]
    words_alone = sentence_cuts(words, items, track, duration_ms)
    cuts = through_reactions(words_alone, told.reactions, duration_ms)
    fresh = _openings(freshness(words, items), text)
    text = _with_whole_reads(text, fresh, starts, ends)
    fresh = _after_chores(fresh, text)
    return Talk(
        words=words,
        sentences=sentences,
        text=text,
        cuts=cuts,
        track=track,
        duration_ms=duration_ms,
        english=lexicon is not None,
        profane=_profane(words),
        level_db=level_db,
        gap_ms=np.append(starts[1:], duration_ms)[: len(items)] - ends.astype(float),
        fresh=fresh,
        inner_quiet_ms=np.array([_inner_quiet_ms(words, item) for item in items], float),
        quiet_ms=_by_sentence(starts, [(g, g.duration_ms) for g in gaps if _is_quiet(g)]),
        music_ms=_by_sentence(starts, music),
        laughter_ms=_by_sentence(starts, heard["laughter"]),
        applause_ms=_by_sentence(starts, heard["applause"]),
        rings_out=cuts.end > words_alone.end,
        bed=under_music(told.music, duration_ms),
    )


def _openings(fresh: Floats, text: TextSignals) -> Floats:
    """Freshness with what the words say: a scene is opened once, and leaning goes on."""
    if len(fresh) < 2:
        return fresh
    after_scene = np.append(False, text.scene[:-1]) & ~text.scene
    # What leans on the sentence before it goes on with the same thing.
    told = np.where(after_scene, 0.3 * fresh, fresh) * (1 - 0.6 * text.dangling)
    return np.where(text.scene | text.opens_read, 1.0, told)


def _with_whole_reads(
    text: TextSignals, fresh: Floats, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> TextSignals:
    sponsor = whole_reads(text.sponsor, text.opens_read, fresh, starts, ends)
    return replace(
        text,
        sponsor=sponsor,
        housekeeping=text.housekeeping | sponsor,
        hook=np.where(sponsor & ~text.housekeeping, 0.2 * text.hook, text.hook),
    )


def _after_chores(fresh: Floats, text: TextSignals) -> Floats:
    """Freshness with the ends of housekeeping, and not with what changes within."""
    chores = text.housekeeping
    before = np.append(False, chores[:-1])
    return np.where(chores & before, 0.0, np.where(before, 1.0, fresh))


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


def _is_music_gap(
    track: SoundTrack, gap: TimeSpan, speech_db: float, told: Sequence[TimeSpan]
) -> bool:
    if gap.duration_ms < _MUSIC_GAP_MS:
        return False
    covered_ms = sum(gap.overlap_ms(span) for span in told)
    return covered_ms >= _MUSIC_COVER * gap.duration_ms or is_music(track, gap, speech_db)


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


def _reactions(
    words: Sequence[Word],
    sentences: Sentences,
    found: Sequence[Burst],
    told: Heard,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> dict[str, list[tuple[TimeSpan, int]]]:
    """Laughter and applause with how much each counts: what was heard here, what the captions
    name, and what the transcriber heard beyond both."""
    known = [(burst.kind, burst.span) for burst in found]
    known += [
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
    pieces: dict[str, list[tuple[TimeSpan, int]]] = {}
    for kind, spans in (("laughter", told.laughter), ("applause", told.applause)):
        here = [span for what, span in known if what == kind]
        more = unheard(close_to_a_line(spans, starts, ends), here)
        pieces[kind] = [
            (span, min(lasts, _ONE_COUNTS_MS))
            for span, lasts in [*((span, span.duration_ms) for span in here), *more]
        ]
    return pieces


def _profane(words: Sequence[Word]) -> NDArray[np.bool_]:
    flags = np.zeros(len(words), bool)
    for hit in profanity.find([word.text for word in words]):
        flags[hit.first : hit.last] = True
    return flags
