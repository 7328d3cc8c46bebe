"""The files: what is in them, that they are made whole or not at all, and found again."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pysubs2
import pytest
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from clipping import demo, progress
from clipping.demo import DemoTalk, make_demo
from clipping.demo.scene import FPS
from clipping.demo.talk import tell
from clipping.errors import DiskFull, RenderFailed
from clipping.models import Word

SECONDS = 10


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoTalk:
    return make_demo(tmp_path_factory.mktemp("demo"), SECONDS)


@pytest.fixture(scope="module")
def pictures(made: DemoTalk) -> NDArray[np.uint8]:
    with av.open(str(made.video)) as container:
        frames = [frame.to_ndarray(format="rgb24")[::4, ::4] for frame in container.decode(video=0)]
    return np.stack(frames)


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encode nothing: for tests about files, not about pictures."""

    def encode(talk: object, path: Path, on_progress: object) -> None:
        path.write_bytes(b"video")

    monkeypatch.setattr(demo, "encode", encode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_film_is_a_plain_720p_mp4_of_the_length_asked_for(made: DemoTalk) -> None:
    with av.open(str(made.video)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec.name, video.pix_fmt) == ("h264", "yuv420p")
        assert (video.width, video.height) == (1280, 720)
        assert video.average_rate == FPS
        assert video.frames == SECONDS * FPS
        assert video.codec_context.colorspace == Colorspace.ITU709
        assert (audio.codec.name, audio.rate, audio.layout.name) == ("aac", 48_000, "mono")
        assert container.duration is not None
        assert abs(container.duration / av.time_base - SECONDS) < 0.03
        assert container.start_time == 0


def test_the_index_comes_before_the_media(made: DemoTalk) -> None:
    raw = made.video.read_bytes()
    assert 0 < raw.index(b"moov") < raw.index(b"mdat")


def test_the_sound_lies_in_the_file_exactly_where_it_was_spoken(made: DemoTalk) -> None:
    heard = []
    with av.open(str(made.video)) as container:
        resampler = av.AudioResampler("flt", "mono", 48_000)
        for frame in container.decode(audio=0):
            assert frame.time is not None
            start = round(frame.time * 48_000)
            heard += [(start, piece.to_ndarray()[0]) for piece in resampler.resample(frame)]
    whole = np.zeros(SECONDS * 48_000 + 4096)
    for start, samples in heard:
        kept = samples[max(0, -start) :]
        whole[max(0, start) : max(0, start) + len(kept)] = kept
    talk = tell(SECONDS)
    grid = np.arange(SECONDS * 48_000) / 48_000
    spoken = np.interp(grid, np.arange(len(talk.samples)) / talk.rate_hz, talk.samples)
    window, reach = slice(48_000, 5 * 48_000), 480
    fits = [
        float(np.dot(whole[window.start + by : window.stop + by], spoken[window]))
        for by in range(-reach, reach + 1)
    ]
    assert abs(int(np.argmax(fits)) - reach) <= 24  # half a millisecond
    assert max(fits) > 0.98 * float(np.dot(spoken[window], spoken[window]))


def test_the_picture_never_stands_still(pictures: NDArray[np.uint8]) -> None:
    change = np.abs(np.diff(pictures.astype(np.int16), axis=0)).mean(axis=(1, 2, 3))
    assert change.min() > 0.02


def test_the_presenter_fills_the_part_that_a_vertical_crop_keeps(
    pictures: NDArray[np.uint8],
) -> None:
    middle = pictures[100][:, 110:211]  # 405 of 1280 pixels, at a quarter of the size
    skin = (middle[..., 0] > 190) & (middle[..., 1] > 130) & (middle[..., 2] < 175)
    rows, columns = np.nonzero(skin)
    assert skin.mean() > 0.05
    assert 35 < columns.mean() < 66
    assert 0.35 < rows.mean() / middle.shape[0] < 0.6


def test_the_mouth_opens_with_the_voice(made: DemoTalk, pictures: NDArray[np.uint8]) -> None:
    def dark(at_ms: float) -> float:
        mouth = pictures[round(at_ms * FPS / 1000)][88:105, 148:172].astype(np.int16)
        return float(((mouth[..., 0] < 130) & (mouth[..., 2] < 70)).mean())

    spoken = [
        dark(at)
        for word in made.truth
        for at in np.linspace(word.span.start_ms, word.span.end_ms, 5)[1:4]
    ]
    pauses = [
        dark((before.span.end_ms + after.span.start_ms) / 2)
        for before, after in zip(made.truth, made.truth[1:], strict=False)
        if after.span.start_ms - before.span.end_ms > 300
    ]
    assert np.mean(spoken) > 0.03
    assert max(pauses) < 0.01


def test_captions_and_word_times_lie_beside_the_film(made: DemoTalk) -> None:
    assert names(made.video.parent) == ["demo.mp4", "demo.srt", "demo.words.json"]
    lines = pysubs2.load(str(made.captions))
    text = " ".join(line.plaintext for line in lines)
    assert text.split() == [word.text for word in made.truth]
    stored = json.loads((made.video.parent / "demo.words.json").read_text("utf-8"))
    assert tuple(Word.model_validate(word) for word in stored["words"]) == made.truth


def test_the_same_call_finds_what_it_made_and_does_not_touch_it(made: DemoTalk) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.video.parent.iterdir()}
    assert make_demo(made.video.parent, SECONDS) == made
    assert {path: path.stat().st_mtime_ns for path in made.video.parent.iterdir()} == before


def test_two_machines_make_the_same_files_and_tell_how_far_they_are(tmp_path: Path) -> None:
    heard: list[progress.Progress] = []
    with progress.listening(heard.append):
        first = make_demo(tmp_path / "a", 5)
    second = make_demo(tmp_path / "b", 5)
    assert first.video.read_bytes() == second.video.read_bytes()
    assert first.captions.read_bytes() == second.captions.read_bytes()
    assert {event.stage for event in heard} == {"demo"}
    fractions = [event.fraction for event in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(fractions) > 5


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda f: (f / "demo.mp4").write_bytes(b"cut"), id="film damaged"),
        pytest.param(lambda f: (f / "demo.srt").unlink(), id="captions gone"),
        pytest.param(lambda f: (f / "demo.words.json").write_text("{"), id="stamp damaged"),
        pytest.param(
            lambda f: (f / "demo.words.json").write_text("[]"), id="stamp of another kind"
        ),
    ],
)
def test_a_spoilt_talk_is_made_again(
    spoil: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quick(monkeypatch)
    first = make_demo(tmp_path, 8)
    spoil(tmp_path)
    assert make_demo(tmp_path, 8) == first
    assert first.video.read_bytes() == b"video"
    assert names(tmp_path) == ["demo.mp4", "demo.srt", "demo.words.json"]


def test_another_length_or_version_is_made_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quick(monkeypatch)
    short = make_demo(tmp_path, 8)
    longer = make_demo(tmp_path, 12)
    assert len(longer.truth) > len(short.truth)
    monkeypatch.setattr(demo, "VERSION", demo.VERSION + 1)
    (tmp_path / "demo.srt").write_text("of an older version", encoding="utf-8")
    make_demo(tmp_path, 12)
    assert (tmp_path / "demo.srt").read_text("utf-8").startswith("1\n00:00:00,500 --> ")


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        pytest.param(errno.ENOSPC, DiskFull, "disk is full", id="no space"),
        pytest.param(errno.EIO, RenderFailed, "could not be written", id="broken disk"),
    ],
)
def test_a_disk_that_fails_is_reported_and_leaves_nothing_behind(
    number: int,
    error: type[Exception],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def encode(talk: object, path: Path, on_progress: object) -> None:
        path.write_bytes(b"half")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(demo, "encode", encode)
    with pytest.raises(error, match=words):
        make_demo(tmp_path, 8)
    assert names(tmp_path) == []


def test_leftovers_of_a_killed_run_are_swept_but_not_those_of_a_running_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    quick(monkeypatch)
    old, young = tmp_path / ".demo-old.part", tmp_path / ".demo-young.part"
    for folder in (old, young):
        folder.mkdir()
        (folder / "demo.mp4").write_bytes(b"half")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))
    make_demo(tmp_path, 8)
    assert names(tmp_path) == [".demo-young.part", "demo.mp4", "demo.srt", "demo.words.json"]


def test_a_talk_too_short_for_a_sentence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 5 seconds"):
        make_demo(tmp_path, demo.SHORTEST_SECONDS - 1)
