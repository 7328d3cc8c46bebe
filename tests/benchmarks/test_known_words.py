"""Known words: how far off they are, and five minutes of speech made of little."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import known_words
from benchmarks.known_words import SPEECH, SPEECH_SECONDS, Spoken, five_minutes, rows, speech_rows
from clipping.models import Word
from clipping.timing import TimeSpan
from tests.transcripts.talks import RATE_HZ, SpokenWord


def _words(*starts_ms: int, length_ms: int = 200) -> list[SpokenWord]:
    return [
        SpokenWord(f"w{place}", TimeSpan(start_ms=start, end_ms=start + length_ms))
        for place, start in enumerate(starts_ms)
    ]


def _heard(words: list[SpokenWord], late_ms: list[int]) -> list[Word]:
    return [
        Word(text=word.text, span=word.span.shifted(late))
        for word, late in zip(words, late_ms, strict=True)
    ]


@pytest.mark.parametrize(
    ("late_ms", "figure", "within"),
    [
        ([0] * 10 + [40] * 11, "40 ms, 95 of 100 at most 40 ms", True),
        ([0] * 10 + [41] * 11, "41 ms, 95 of 100 at most 41 ms", False),
        ([0] * 19 + [120] * 2, "0 ms, 95 of 100 at most 120 ms", True),
        ([0] * 18 + [-121] * 3, "0 ms, 95 of 100 at most 121 ms", False),
    ],
)
def test_the_median_and_all_but_the_worst_words_are_held_to_limits(
    late_ms: list[int], figure: str, within: bool
) -> None:
    truth = _words(*range(1_000, 22_000, 1_000))
    starts, ends = rows("a talk", _heard(truth, late_ms), truth)
    assert starts.figure == ends.figure == figure
    assert starts.within is ends.within is within
    assert starts.name == "starts of the 21 words of a talk, off by"


def test_other_words_end_the_run() -> None:
    truth = _words(0, 500)
    with pytest.raises(SystemExit, match="are not those of its captions"):
        rows("a talk", _heard(truth, [0, 0])[:1], truth)


def test_five_minutes_of_little_speech_keep_every_word_at_its_sound() -> None:
    spoken = []
    for length_ms, starts in ((3_000, (500, 1_700)), (5_000, (900, 2_000, 4_100))):
        samples = np.zeros(length_ms * RATE_HZ // 1000, np.int16)
        for start in starts:
            samples[start * RATE_HZ // 1000] = 20_000
        spoken.append(Spoken(samples, tuple(_words(*starts))))
    sound, words = five_minutes(spoken)
    assert len(sound) == SPEECH_SECONDS * RATE_HZ
    loud_ms = np.flatnonzero(sound > 2_000) * 1000 / RATE_HZ
    assert len(loud_ms) == len(words) > 100
    assert loud_ms == pytest.approx([word.span.start_ms for word in words], abs=1)
    assert len({sound[round(at * RATE_HZ / 1000)] for at in loud_ms}) > 20, "at other levels"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where one recording of the reference should lie."""
    reference = tmp_path / "speech.json"
    reference.write_text(json.dumps({"recordings": {"a.wav": {"sha256": "0", "words": []}}}))
    monkeypatch.setattr(known_words, "REFERENCE", reference)
    monkeypatch.setenv(SPEECH, str(tmp_path))
    return tmp_path


def test_speech_that_is_not_there_or_another_one_is_not_measured(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert speech_rows(folder)[0].figure == "not measured: a.wav is not there"
    (folder / "a.wav").write_bytes(b"")
    (row,) = speech_rows(folder)
    assert row.figure == "not measured: a.wav is not the recording whose words are known"
    assert row.within is None
    monkeypatch.delenv(SPEECH)
    assert speech_rows(folder)[0].figure == f"not measured: {SPEECH} names no folder"


def test_the_words_of_the_reference_are_in_order() -> None:
    known = json.loads(known_words.REFERENCE.read_text("utf-8"))["recordings"]
    assert len(known) == 6
    for recording in known.values():
        times = [time for _, start, end in recording["words"] for time in (start, end)]
        assert times == sorted(times)
