from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clipping.errors import DiskFull
from clipping.settings import CHECKOUT, settings
from clipping.transcripts.acoustics import AcousticModel, Scores, acoustic_model, phones
from clipping.transcripts.alignment import Placed, Window, align
from clipping.transcripts.spoken import readings
from clipping.transcripts.voice_activity import measured
from tests.transcripts.recordings import GOOD_PART, MISTAKES, MONEY
from tests.transcripts.talks import Talk, joined, speak

FIGURES = (
    "Dr. Smith's e-mail said it cost $40,000 in 1999, and 3.5% of everything by 2024. "
    "Kubernetes costs 5 million, she said, and 21st century scaling is 10x harder."
)


def placed(
    talk: Talk, tokens: list[str], windows: list[Window] | None = None
) -> list[Placed | None]:
    levels = measured([talk.samples]).level_db
    return align(scores_of(talk), levels, [readings(token) for token in tokens], windows)


_scores: dict[bytes, Scores] = {}


def scores_of(talk: Talk) -> Scores:
    """Made once for a sound."""
    sound = talk.samples.tobytes()
    if sound not in _scores:
        _scores[sound] = acoustic_model().scores(talk.samples)
    return _scores[sound]


def heard(talk: Talk) -> list[Placed]:
    found = placed(talk, [word.text for word in talk.words])
    assert all(found)
    return [one for one in found if one]


@pytest.mark.parametrize(
    ("text", "voice", "words_per_minute"),
    [
        (MISTAKES, "en-us", 165),
        (FIGURES, "en-us", 165),
        (MONEY, "en-gb-x-rp", 150),
        (GOOD_PART, "en-gb-scotland", 160),
        (FIGURES, "en-us+f3", 180),
        (MISTAKES, "en-us+m3", 195),
    ],
    ids=["american", "figures", "british", "scottish", "woman", "fast"],
)
def test_every_word_is_placed_where_it_is_spoken(
    text: str, voice: str, words_per_minute: int
) -> None:
    talk = speak(text, voice, words_per_minute)
    pairs = [pair for pair in zip(heard(talk), talk.words, strict=True) if pair[1].known]
    errors = np.abs([one.start_ms - word.span.start_ms for one, word in pairs])
    assert np.median(errors) <= 20
    assert errors.max() <= 150
    ends = np.abs([one.end_ms - word.span.end_ms for one, word in pairs])
    assert np.median(ends) <= 40


def test_a_word_after_a_pause_begins_where_the_sound_rises() -> None:
    talk = joined(800, speak("Money"), 1_200, speak("most people"), 600)
    for one, word in zip(heard(talk), talk.words, strict=True):
        assert abs(one.start_ms - word.span.start_ms) <= 60
        assert abs(one.end_ms - word.span.end_ms) <= 80


def test_a_word_that_nobody_says_is_not_placed() -> None:
    talk = speak(MONEY)
    tokens = [word.text for word in talk.words]
    tokens.insert(5, "extraordinarily")
    found = placed(talk, tokens)
    assert found[5] is None
    rest = [one for place, one in enumerate(found) if place != 5]
    for one, word in zip(rest, talk.words, strict=True):
        assert one is not None
        assert abs(one.start_ms - word.span.start_ms) <= 200


def test_words_that_no_caption_holds_are_passed_over() -> None:
    talk = speak(MONEY)
    kept = [place for place in range(len(talk.words)) if not 6 <= place < 9]
    found = placed(talk, [talk.words[place].text for place in kept])
    for place, one in zip(kept, found, strict=True):
        assert one is not None
        if place not in {5, 9}:
            assert abs(one.start_ms - talk.words[place].span.start_ms) <= 150


def test_a_word_is_looked_for_only_in_its_window() -> None:
    talk = joined(speak("no"), 1_000, speak("no"))
    late = Window(talk.words[1].span.start_ms // 10 - 30, 10_000)
    (one,) = placed(talk, ["no"], [late])
    assert one is not None
    assert abs(one.start_ms - talk.words[1].span.start_ms) <= 60


def test_an_unpronounceable_word_takes_what_its_neighbours_leave() -> None:
    talk = speak(MONEY)
    tokens = [word.text for word in talk.words]
    tokens[4] = "[__]"
    one = placed(talk, tokens)[4]
    assert one is not None
    assert talk.words[3].span.start_ms < one.start_ms < talk.words[5].span.start_ms


def test_right_words_fit_much_better_than_wrong_ones() -> None:
    talk = speak(MONEY)
    right = [one.misfit for one in heard(talk)]
    wrong = placed(talk, speak(GOOD_PART).text.split()[: len(right)])
    assert np.mean(right) < 0.7 * np.mean([one.misfit if one else 80 for one in wrong])


def test_nothing_to_align_gives_nothing() -> None:
    empty = np.zeros((0, 5126), np.int16)
    assert align(empty, np.zeros(0, np.float32), [(("so",),)]) == [None]
    assert align(np.zeros((10, 5126), np.int16), np.zeros(10, np.float32), []) == []


def test_more_words_than_can_be_said_are_not_searched_for() -> None:
    talk = speak("No.")
    assert not any(placed(talk, ["extraordinarily"] * 20_000))


def test_the_scores_cover_the_sound_frame_by_frame_and_leave_no_file() -> None:
    model = AcousticModel()
    sound = speak("Money.").samples
    scores = model.scores(sound)
    assert scores.shape[1] == phones().senones.max() + 1
    assert abs(len(scores) - len(sound) / 160) <= 3
    assert (scores.min(axis=1) == 0).all()
    assert not model._folder.exists()


def test_the_place_for_scores_is_a_scratch_folder_that_goes_with_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPPER_SCRATCH", str(tmp_path))
    settings.cache_clear()
    model = AcousticModel()
    monkeypatch.undo()
    settings.cache_clear()
    (folder,) = tmp_path.iterdir()
    assert folder in model._folder.parents
    del model
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ends_takes_the_place_for_scores_with_it(tmp_path: Path) -> None:
    script = "from clipping.transcripts.acoustics import acoustic_model; acoustic_model()"
    subprocess.run(
        [sys.executable, "-c", script],
        cwd=CHECKOUT,
        env={**os.environ, "CLIPPER_SCRATCH": str(tmp_path / "scratch")},
        check=True,
    )
    assert list((tmp_path / "scratch").iterdir()) == []


def test_scores_that_cannot_be_written_are_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    model = AcousticModel()
    monkeypatch.setattr("pathlib.Path.mkdir", full)
    with pytest.raises(DiskFull, match="No space is left"):
        model.scores(np.zeros(16_000, np.int16))
