"""How far known words are put from where they are spoken."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row
from clipping.demo import make_demo
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.models import Word
from clipping.timing import TimeSpan
from clipping.transcripts import Recording, transcribe
from tests.transcripts.recordings import recorded, srt
from tests.transcripts.talks import RATE_HZ, SpokenWord

MEDIAN_LIMIT_MS, P95_LIMIT_MS = 40, 120
SPEECH = "CLIPPER_BENCH_SPEECH"
"""Names the folder with the recordings of ``speech.json``."""
REFERENCE = Path(__file__).with_name("speech.json")
SPEECH_SECONDS = 300
CAPTIONS_LATE_MS = 200
"""Captions of real speech are as late as a captioner's; their lines hold up to eight words."""

_PAUSES_MS = 250, 1_200
_LEVELS_DB = -12.0, 0.0
_ROOM_TONE = 15.0
"""RMS of 16-bit samples."""


@dataclass(frozen=True)
class Spoken:
    """A recording of real speech, with its words."""

    samples: NDArray[np.int16]
    words: tuple[SpokenWord, ...]


def demo_rows(folder: Path) -> list[Row]:
    """The demo talk, whose voice tells when it says each word, by its line captions."""
    talk = make_demo(folder / "talk")
    recording = Recording(talk.video, probe(talk.video), talk.captions)
    truth = [SpokenWord(word.text, word.span) for word in talk.truth]
    return rows("the demo talk", transcribe("captions", recording).words, truth)


def speech_rows(folder: Path) -> list[Row]:
    """Five minutes of real speech, when the environment names its recordings."""
    name = "words of five minutes of real speech"
    place = os.environ.get(SPEECH)
    if not place:
        return [Row(name, f"not measured: {SPEECH} names no folder")]
    found = read_speech(Path(place))
    if isinstance(found, str):
        return [Row(name, f"not measured: {found}")]
    samples, truth = five_minutes(found)
    captions = srt(folder / "speech.srt", truth, CAPTIONS_LATE_MS)
    recording = recorded(folder / "speech.mp4", samples, captions)
    heard = transcribe("captions", recording).words
    different = sum(len(one.words) for one in found)
    return rows(
        f"five minutes of real speech ({different} different, by another aligner)", heard, truth
    )


def read_speech(folder: Path) -> list[Spoken] | str:
    """The recordings of the reference, or what is wrong with the folder."""
    spoken = []
    for name, known in json.loads(REFERENCE.read_text("utf-8"))["recordings"].items():
        path = folder / name
        if not path.is_file():
            return f"{name} is not there"
        if hashlib.sha256(path.read_bytes()).hexdigest() != known["sha256"]:
            return f"{name} is not the recording whose words are known"
        words = [
            SpokenWord(text, TimeSpan(start_ms=start, end_ms=end))
            for text, start, end in known["words"]
        ]
        spoken.append(Spoken(_samples(path), tuple(words)))
    return spoken


def five_minutes(spoken: Sequence[Spoken]) -> tuple[NDArray[np.int16], list[SpokenWord]]:
    """The recordings again and again: in another order, at another level, with other pauses."""
    dice = np.random.default_rng(5)
    sound = dice.normal(0, _ROOM_TONE, SPEECH_SECONDS * RATE_HZ)
    words: list[SpokenWord] = []
    at = 0
    for one in _shuffled(spoken, dice):
        begin = at + int(dice.uniform(*_PAUSES_MS)) * RATE_HZ // 1000
        end = begin + len(one.samples)
        if end > len(sound):
            break
        sound[begin:end] += one.samples * 10 ** (dice.uniform(*_LEVELS_DB) / 20)
        by_ms = begin * 1000 // RATE_HZ
        words += [SpokenWord(word.text, word.span.shifted(by_ms)) for word in one.words]
        at = end
    return np.clip(sound, -32768, 32767).astype(np.int16), words


def _shuffled(spoken: Sequence[Spoken], dice: np.random.Generator) -> Iterator[Spoken]:
    while True:
        yield from (spoken[place] for place in dice.permutation(len(spoken)))


def _samples(path: Path) -> NDArray[np.int16]:
    command = ["-i", str(path), "-ac", "1", "-ar", str(RATE_HZ), "-f", "s16le", "-"]
    return np.frombuffer(run_ffmpeg(command, timeout_s=60, capture_stdout=True).stdout, np.int16)


def rows(of: str, heard: Sequence[Word], truth: Sequence[SpokenWord]) -> list[Row]:
    """How far starts and ends are off, each held to the limits."""
    if [word.text for word in heard] != [word.text for word in truth]:
        raise SystemExit(f"the words of {of} are not those of its captions")
    errors = {
        "start": [a.span.start_ms - b.span.start_ms for a, b in zip(heard, truth, strict=True)],
        "end": [a.span.end_ms - b.span.end_ms for a, b in zip(heard, truth, strict=True)],
    }
    return [
        _row(f"{edge}s of the {len(truth)} words of {of}, off by", np.abs(off))
        for edge, off in errors.items()
    ]


def _row(name: str, off_ms: NDArray[np.int64]) -> Row:
    median, p95 = float(np.median(off_ms)), float(np.percentile(off_ms, 95))
    return Row(
        name,
        f"{median:.0f} ms, 95 of 100 at most {p95:.0f} ms",
        limit=f"≤ {MEDIAN_LIMIT_MS} ms, ≤ {P95_LIMIT_MS} ms",
        within=median <= MEDIAN_LIMIT_MS and p95 <= P95_LIMIT_MS,
    )
