"""Long sound in chunks: words at the seams, what a crash costs, and what is not heard twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from clipping import progress
from clipping.errors import NoSpeech
from clipping.media.probe import probe
from clipping.models import GlossaryTerm, Transcript
from clipping.transcripts import Recording
from clipping.transcripts.chunked import spoken_samples
from clipping.transcripts.chunks import plan
from clipping.transcripts.listening import listen
from clipping.transcripts.notebook import NoNotebook
from clipping.transcripts.voice_activity import Activity
from clipping.transcripts.whisper_words import as_floats
from tests.support.media import make_video
from tests.transcripts.hearers import WORD_MS, FakeHearer, FakeNotebook, planted
from tests.transcripts.recordings import assert_lawful, recorded
from tests.transcripts.talks import RATE_HZ

SECONDS = 30


class Crash(Exception):
    """The process dies."""


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Half a minute with a word every 300 ms and now and then a pause."""
    folder = tmp_path_factory.mktemp("planted")
    return recorded(folder / "talk.mp4", planted(SECONDS, words()))


def words() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = 250
    while at < SECONDS * 1_000 - 500:
        found.append((at, len(found) % 100))
        at += 1_100 if len(found) % 17 == 0 else 300
    return found


@pytest.fixture(scope="module")
def whole(talk: Recording) -> Transcript:
    """What is heard when nothing goes wrong."""
    return FakeHearer().transcribe(talk, NoNotebook())


def test_every_planted_word_is_there_once_and_at_its_time(talk: Recording) -> None:
    engine = FakeHearer()
    transcript = engine.transcribe(talk, NoNotebook())
    assert len(engine.heard) >= 3
    assert [word.text for word in transcript.words] == [f"w{number}" for _, number in words()]
    for word, (start_ms, _) in zip(transcript.words, words(), strict=True):
        assert abs(word.span.start_ms - start_ms) <= 20
        assert abs(word.span.duration_ms - WORD_MS) <= 30
    assert_lawful(transcript.words, talk.media.duration_ms)


def test_words_stand_on_both_sides_of_every_seam(talk: Recording) -> None:
    listened = listen(talk, lambda _: None)
    chunks = plan(listened.activity.level_db, talk.media.duration_ms, FakeHearer.longest_chunk_ms)
    starts = [start for start, _ in words()]
    for before, _ in pairwise(chunks):
        seam = before.own.end_ms
        assert any(seam - 1_500 < start < seam for start in starts)
        assert any(seam < start < seam + 1_500 for start in starts)
        assert not any(start < seam < start + WORD_MS for start in starts)


@pytest.mark.parametrize("dies_at", [0, 2])
def test_a_crash_costs_the_chunk_that_was_being_heard(
    talk: Recording, whole: Transcript, dies_at: int
) -> None:
    notebook = FakeNotebook()

    def die(place: int) -> None:
        if place == dies_at:
            raise Crash

    dying = FakeHearer(die)
    with pytest.raises(Crash):
        dying.transcribe(talk, notebook)
    assert len(notebook.pages) == dies_at
    again = FakeHearer()
    assert again.transcribe(talk, notebook) == whole
    total = len(notebook.pages)
    assert len(again.heard) == total - dies_at
    assert total >= 3


def test_the_same_sound_in_another_file_is_not_heard_again(talk: Recording, tmp_path: Path) -> None:
    notebook = FakeNotebook()
    first = FakeHearer().transcribe(talk, notebook)
    other = make_video(
        tmp_path / "other.mkv",
        seconds=SECONDS,
        fps=10,
        size=(96, 54),
        audio=as_floats(planted(SECONDS, words())),
        sample_rate=RATE_HZ,
    )
    # Encoded anew the sound is another one; the same file under another name is not.
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(talk.media_path.read_bytes())
    found = FakeHearer()
    assert found.transcribe(replace(talk, media_path=copy, media_name="b.mp4"), notebook) == first
    assert found.heard == []
    unlike = FakeHearer()
    unlike.transcribe(Recording(other, probe(other)), notebook)
    assert len(unlike.heard) >= 3


def test_another_edition_or_language_is_heard_anew_but_another_glossary_is_not(
    talk: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = FakeNotebook()
    plain = FakeHearer().transcribe(talk, notebook)
    glossary = replace(talk, glossary=(GlossaryTerm(text="Wendy", sounds_like=("w7",)),))
    corrected = FakeHearer()
    named = corrected.transcribe(glossary, notebook)
    assert corrected.heard == []
    assert named.engine_version != plain.engine_version
    assert "Wendy" in [word.text for word in named.words]
    assert [word.span for word in named.words] == [word.span for word in plain.words]
    told = FakeHearer()
    assert told.transcribe(replace(talk, language="fr"), notebook).language == "fr"
    assert set(told.languages) == {"fr"}
    assert told.asked_for_language == 0
    monkeypatch.setattr(FakeHearer, "version", "2")
    newer = FakeHearer()
    newer.transcribe(talk, notebook)
    assert len(newer.heard) == len(told.heard) >= 3


def test_the_language_is_told_once_for_all_chunks_and_kept_after_a_crash(talk: Recording) -> None:
    engine, notebook = FakeHearer(), FakeNotebook()
    transcript = engine.transcribe(talk, notebook)
    assert transcript.language == "de"
    assert engine.asked_for_language == 1
    assert set(engine.languages) == {"de"}
    notebook.pages.pop(list(notebook.pages)[-1])
    again = FakeHearer()
    assert again.transcribe(talk, notebook) == transcript
    assert again.asked_for_language == 0
    assert again.languages == ["de"]


def test_progress_rises_over_all_chunks_to_the_end(talk: Recording) -> None:
    reports: list[progress.Progress] = []
    with progress.listening(reports.append):
        FakeHearer().transcribe(talk, NoNotebook())
    fractions = [report.fraction for report in reports]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert any("2 of" in report.detail for report in reports)


def test_silence_is_refused_before_an_engine_is_asked(tmp_path: Path) -> None:
    engine = FakeHearer()
    with pytest.raises(NoSpeech, match=r"Nobody speaks in quiet\.mp4"):
        engine.transcribe(recorded(tmp_path / "quiet.mp4", planted(3, [])), NoNotebook())
    assert engine.heard == []


def test_sound_without_words_is_no_speech(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 300, 3 * RATE_HZ).astype(np.int16)
    with pytest.raises(NoSpeech):
        FakeHearer().transcribe(recorded(tmp_path / "noise.mp4", noise), NoNotebook())


def test_a_language_is_told_from_where_people_speak_all_over_the_source() -> None:
    speaking = np.zeros(60 * 6_000, bool)
    speaking[10 * 6_000 : 50 * 6_000] = True
    spans = spoken_samples(Activity(np.zeros(60 * 6_000, np.float32), speaking), 3_600_000)
    assert len(spans) == 5
    for span in spans:
        assert 600_000 <= span.start_ms < span.end_ms <= 3_000_000
    assert spans[-1].start_ms - spans[0].start_ms > 1_500_000
    (short,) = spoken_samples(Activity(np.zeros(300, np.float32), np.ones(300, bool)), 3_000)
    assert (short.start_ms, short.end_ms) == (0, 3_000)
