"""The local detector on a real file, and the registry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clipping.errors import NotInstalled
from clipping.media.probe import probe
from clipping.models import DetectOptions, make_id
from clipping.moments import DETECTORS, Detector, Footage, LocalDetector, choose, detect
from clipping.progress import Progress, listening
from tests.moments.spoken import RATE_HZ, duration_of, samples_of, speak, transcript
from tests.moments.talks import MIDDLING, QUESTION
from tests.support.media import make_video

LINES = (*QUESTION, *MIDDLING[:3])


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Footage:
    """Fifty seconds of talk in a small video."""
    words = speak(LINES)
    lasts = duration_of(words)
    audio = (samples_of(words, lasts) / 32768).astype(np.float32)
    path = make_video(
        tmp_path_factory.mktemp("media") / "talk.mp4",
        seconds=lasts / 1000,
        fps=5,
        size=(64, 36),
        audio=audio,
        sample_rate=RATE_HZ,
    )
    media = probe(path)
    return Footage("src_1", transcript(words), path, media, DetectOptions())


def test_a_video_is_listened_to_and_its_best_passage_found(footage: Footage) -> None:
    found = detect("local", footage)
    best = found.moments[0]
    assert (found.detector, found.detector_version) == ("local", LocalDetector.version)
    assert best.text.startswith("Do you know why you wake up tired")
    assert best.span.end_ms <= footage.media.duration_ms
    assert best.moment_id == make_id(
        "mom", "src_1", "local", LocalDetector.version, best.span.start_ms, best.span.end_ms
    )
    energy = next(line for line in best.rubric if line.name == "energy")
    assert "dB" in energy.evidence


def test_the_same_footage_gives_the_same_detection(footage: Footage) -> None:
    assert detect("auto", footage) == detect("local", footage)


def test_progress_rises_to_the_end(footage: Footage) -> None:
    seen: list[Progress] = []
    with listening(seen.append):
        detect("local", footage)
    fractions = [event.fraction for event in seen]
    assert {event.stage for event in seen} == {"detect"}
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert len(set(fractions)) > 4


def test_every_detector_is_registered_under_its_own_name() -> None:
    for name, detector in DETECTORS.items():
        assert detector.name == name
        assert detector.version
        assert issubclass(detector, Detector)
        assert detector.available() is None or detector.available()


def test_auto_takes_the_first_that_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    detector, because = choose("auto")
    assert detector.name == "local"
    assert because.endswith(".")
    monkeypatch.setattr(
        LocalDetector, "available", classmethod(lambda cls, claude=False: "It is broken.")
    )
    with pytest.raises(NotInstalled):
        choose("auto")
    with pytest.raises(NotInstalled, match="broken"):
        choose("local")


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="auto, claude, local"):
        choose("clever")
