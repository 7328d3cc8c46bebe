"""The talk itself: what is said, how it is timed, and that the truth is true."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pocketsphinx import Decoder

from clipping import profanity
from clipping.demo import voice
from clipping.demo.script import TALK
from clipping.demo.talk import HEAD_MS, TAIL_MS, Talk, tell
from clipping.errors import NotInstalled

SCRIPT = [word for line in TALK for clause in line.clauses for word in clause.split()]


@pytest.fixture(scope="module")
def talk() -> Talk:
    return tell(90)


def onset_ms(talk: Talk, from_ms: int) -> float:
    """When the voice is first heard after ``from_ms``, to 2 ms."""
    step = 44
    tail = talk.speech[from_ms * talk.rate_hz // 1000 :].astype(np.float64)
    blocks = tail[: len(tail) // step * step].reshape(-1, step)
    first = int(np.flatnonzero(np.sqrt((blocks**2).mean(axis=1)) > 0.004)[0])
    return from_ms + first * step * 1000 / talk.rate_hz


def test_ninety_seconds_hold_the_whole_script_and_little_else(talk: Talk) -> None:
    assert [word.text for word in talk.words] == SCRIPT
    assert 85_000 < talk.words[-1].span.end_ms <= 90_000 - TAIL_MS
    assert talk.words[0].span.start_ms == HEAD_MS


def test_words_follow_one_another_without_overlap(talk: Talk) -> None:
    for before, after in zip(talk.words, talk.words[1:], strict=False):
        assert before.span.end_ms <= after.span.start_ms


def test_every_word_begins_when_its_sound_does_after_a_pause(talk: Talk) -> None:
    late = [
        onset_ms(talk, before.span.end_ms + 10) - word.span.start_ms
        for before, word in zip(talk.words, talk.words[1:], strict=False)
        if word.span.start_ms - before.span.end_ms > 150
    ]
    assert len(late) > 30
    assert min(late) >= -10
    # A plosive is silent while the lips are shut: only the sound of "can" may come 40 ms in.
    assert max(late) <= 45
    assert np.median(np.abs(late)) <= 10


def test_nothing_is_heard_where_no_word_is(talk: Talk) -> None:
    silent = np.ones(len(talk.speech), bool)
    for word in talk.words:
        start, end = (ms * talk.rate_hz // 1000 for ms in (word.span.start_ms, word.span.end_ms))
        silent[max(0, start - 50) : end + 50] = False
    assert silent.sum() > 10 * talk.rate_hz
    assert np.abs(talk.speech[silent]).max() < 0.01


def test_pauses_are_filled_with_a_faint_room_and_nothing_clips(talk: Talk) -> None:
    room = talk.samples[: HEAD_MS * talk.rate_hz // 1000]
    assert 0.0002 < float(np.sqrt((room**2).mean())) < 0.001
    assert float(np.abs(talk.samples).max()) < 0.6


def test_the_same_talk_is_told_every_time() -> None:
    first, second = tell(12), tell(12)
    assert np.array_equal(first.samples, second.samples)
    assert first.words == second.words


def test_a_short_talk_ends_with_a_whole_sentence() -> None:
    short = tell(10)
    assert [word.text for word in short.words] == SCRIPT[: len(short.words)]
    assert short.words[-1].text.endswith(".")
    assert short.words[-1].span.end_ms <= 10_000 - TAIL_MS


def test_a_talk_longer_than_the_script_begins_again() -> None:
    long = tell(120)
    texts = [word.text for word in long.words]
    assert texts[: len(SCRIPT)] == SCRIPT
    assert len(texts) > len(SCRIPT)
    assert texts[len(SCRIPT) :] == SCRIPT[: len(texts) - len(SCRIPT)]


def test_the_dictionary_of_the_aligner_knows_every_word() -> None:
    decoder = Decoder(lm=None, loglevel="FATAL")
    plain = {re.sub(r"[^a-z']", "", word.lower()) for word in SCRIPT}
    assert [word for word in sorted(plain) if decoder.lookup_word(word) is None] == []


def test_one_profanity_is_said_and_not_in_the_opening_of_its_passage(talk: Talk) -> None:
    hits = profanity.find([word.text for word in talk.words])
    assert len(hits) == 1
    sworn = talk.words[hits[0].first]
    passage = next(word for word in talk.words if word.text == "Now")
    assert sworn.text == "shit,"
    assert sworn.span.start_ms - passage.span.start_ms > 15_000


def test_the_talk_is_spoken_at_a_pleasant_pace(talk: Talk) -> None:
    minutes = (talk.words[-1].span.end_ms - HEAD_MS) / 60_000
    assert 145 <= len(talk.words) / minutes <= 165


def test_captions_hold_every_word_once_in_lines_of_readable_length(talk: Talk) -> None:
    assert " ".join(line.text for line in talk.captions).split() == SCRIPT
    assert max(len(line.text) for line in talk.captions) <= 44


def test_captions_are_timed_to_a_tenth_of_a_second_like_a_person_would(talk: Talk) -> None:
    words = iter(talk.words)
    before = 0
    for line in talk.captions:
        spoken = [next(words) for _ in line.text.split()]
        assert line.start_ms % 100 == line.end_ms % 100 == 0
        assert abs(line.start_ms - spoken[0].span.start_ms) <= 50
        assert abs(line.end_ms - spoken[-1].span.end_ms) <= 50
        assert before <= line.start_ms < line.end_ms
        before = line.end_ms


def test_a_machine_without_the_voice_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(tmp_path / "absent.so"))
    with pytest.raises(NotInstalled, match="eSpeak NG voice"):
        voice.speak(["Later."])


def test_voice_data_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import espeakng_loader

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(NotInstalled, match="eSpeak NG voice"):
        voice.speak(["Later."])
