"""Bad input: one clear sentence, exit code 3, and nothing left behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clipping.demo import DemoTalk
from tests.flows.conftest import Clipper
from tests.support.media import make_video

Case = tuple[Callable[[Path], list[object]], str]


def _missing(folder: Path) -> list[object]:
    return [folder / "nowhere.mp4"]


def _folder(folder: Path) -> list[object]:
    return [folder]


def _empty(folder: Path) -> list[object]:
    path = folder / "empty.mp4"
    path.touch()
    return [path]


def _renamed_text(folder: Path) -> list[object]:
    path = folder / "notes.mp4"
    path.write_text("These are notes, not a video.\n" * 200)
    return [path]


def _truncated(folder: Path) -> list[object]:
    whole = make_video(folder / "whole.mp4", seconds=20)
    path = folder / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    whole.unlink()
    return [path]


def _no_audio(folder: Path) -> list[object]:
    return [make_video(folder / "mute.mp4", seconds=16, audio=None)]


def _no_video(folder: Path) -> list[object]:
    return [make_video(folder / "sound.mp4", seconds=16, picture=None)]


def _too_short(folder: Path) -> list[object]:
    return [make_video(folder / "short.mp4", seconds=4)]


def _bad_captions(folder: Path) -> list[object]:
    captions = folder / "broken.srt"
    captions.write_bytes(bytes(range(256)) * 20)
    return [make_video(folder / "talk.mp4", seconds=16), "--captions", captions]


def _missing_captions(folder: Path) -> list[object]:
    return [make_video(folder / "talk.mp4", seconds=16), "--captions", folder / "none.srt"]


def _foreign_link(_folder: Path) -> list[object]:
    return ["https://youtube.com.evil.org/watch?v=1"]


CASES: dict[str, Case] = {
    "link to another site": (_foreign_link, "evil.org"),
    "missing file": (_missing, "nowhere.mp4"),
    "folder": (_folder, "folder"),
    "empty file": (_empty, "empty"),
    "text renamed .mp4": (_renamed_text, "notes.mp4"),
    "truncated video": (_truncated, "cut.mp4"),
    "no audio track": (_no_audio, "audio"),
    "no video track": (_no_video, "video"),
    "shorter than the shortest clip": (_too_short, "short"),
    "unreadable captions": (_bad_captions, "broken.srt"),
    "missing captions": (_missing_captions, "none.srt"),
}


@pytest.mark.parametrize(("make", "says"), CASES.values(), ids=CASES.keys())
def test_bad_input_is_refused_before_anything_starts(
    make: Callable[[Path], list[object]], says: str, tmp_path: Path
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    home, out = tmp_path / "home", tmp_path / "out"
    done = Clipper(home).run("clip", *make(given), "--out", out)
    assert done.returncode == 3, done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert says in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not out.exists()
    assert not home.exists()


def test_a_video_without_speech_is_refused_and_forgotten(clipper: Clipper, tmp_path: Path) -> None:
    before = clipper.stored_files()
    video = make_video(tmp_path / "hum.mp4", seconds=20, audio="tone")
    done = clipper.run("clip", video, "--out", tmp_path / "out", "--json")
    assert done.returncode == 3, done.stderr
    assert '"exit_code": 3' in done.stdout
    assert "hum.mp4" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert clipper.stored_files() == before


def test_captions_of_another_video_are_refused_and_forgotten(
    clipper: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    before = clipper.stored_files()
    video = tmp_path / "talk.mp4"
    shutil.copyfile(short.video, video)
    captions = tmp_path / "other.srt"
    lines = [
        "The harvest festival begins on the third of August with a parade.",
        "Pumpkins, barrels and old tractors roll slowly past the town hall.",
        "My grandmother baked eleven cherry pies for the judges.",
        "Nobody remembers who won the race across the river.",
        "Fireworks close the evening above the quiet orchard.",
        "Children sleep in the wagons on the long way home.",
    ]
    captions.write_text(
        "".join(
            f"{n}\n00:00:{n * 4 - 4:02d},000 --> 00:00:{n * 4 - 1:02d},000\n{line}\n\n"
            for n, line in enumerate(lines, 1)
        )
    )
    done = clipper.run("clip", video, "--captions", captions, "--out", tmp_path / "out")
    assert done.returncode == 3, done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    assert "other.srt" in sentence
    assert "talk.mp4" in sentence
    assert not (tmp_path / "out").exists()
    assert clipper.stored_files() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["clip"],
        ["clip", "talk.mp4", "--count", "0"],
        ["clip", "talk.mp4", "--count", "many"],
        ["clip", "talk.mp4", "--min-seconds", "40", "--max-seconds", "20"],
        ["clip", "talk.mp4", "--style", "unheard-of"],
        ["clip", "talk.mp4", "--transcriber", "unheard-of"],
        ["clip", "talk.mp4", "--detector", "unheard-of"],
        ["unheard-of"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: list[str], tmp_path: Path) -> None:
    done = Clipper(tmp_path / "home").run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("CLIPPER_RENDER_WORKERS", "many"), ("CLIPPER_HOME", "/dev/null/home")],
    ids=["not a number", "not a folder"],
)
def test_an_unusable_setting_is_named_without_a_traceback(
    name: str, value: str, tmp_path: Path
) -> None:
    video = make_video(tmp_path / "talk.mp4", seconds=16)
    done = Clipper(tmp_path / "home", {name: value}).run("clip", video, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (name if value == "many" else value) in done.stderr
