"""``clipper transcribe``: a video in, its words out."""

from __future__ import annotations

import json
from pathlib import Path

import pysubs2
import pytest

from clipping.demo import DemoTalk
from clipping.models import Transcript
from tests.flows.conftest import Clipper
from tests.support.media import make_video


def test_words_come_as_subtitles_on_stdout_and_again_as_json_in_a_file(
    clipper: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    done = clipper.run("transcribe", short.video)
    assert done.returncode == 0, done.stderr
    subtitles = pysubs2.SSAFile.from_string(done.stdout, "srt")
    spoken = " ".join(line.plaintext.replace("\n", " ") for line in subtitles)
    out = tmp_path / "words" / "talk.json"
    again = clipper.run("transcribe", short.video, "--format", "json", "--out", out)
    assert again.returncode == 0, again.stderr
    assert again.stdout == ""
    assert str(out) in again.stderr
    transcript = Transcript.model_validate(json.loads(out.read_text()))
    assert transcript.engine == "captions"
    assert " ".join(word.text for word in transcript.words) == spoken
    assert [path.name for path in out.parent.iterdir()] == ["talk.json"]


def test_a_video_without_a_voice_is_refused_and_nothing_is_written(
    clipper: Clipper, tmp_path: Path
) -> None:
    before = clipper.stored_files()
    video = make_video(tmp_path / "hum.mp4", seconds=3, audio="tone")
    out = tmp_path / "hum.srt"
    done = clipper.run("transcribe", video, "--transcriber", "pocketsphinx", "--out", out)
    assert done.returncode == 3, done.stderr
    assert done.stderr.strip().splitlines()[-1] == "Nobody speaks in hum.mp4."
    assert not out.exists()
    assert clipper.stored_files() == before


def test_a_missing_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = Clipper(home).run("transcribe", tmp_path / "nowhere.mp4")
    assert done.returncode == 3
    assert "nowhere.mp4" in done.stderr
    assert not home.exists()


def test_a_model_that_is_not_here_is_one_clear_sentence(clipper: Clipper, short: DemoTalk) -> None:
    offline = Clipper(clipper.home, {**clipper.extra, "CLIPPER_MODEL_DOWNLOADS": "off"})
    done = offline.run("transcribe", short.video, "--transcriber", "faster-whisper")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "small (486 MB) is not on this machine" in last
    assert "CLIPPER_MODEL_DOWNLOADS=off" in last
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["transcribe"],
        ["transcribe", "talk.mp4", "--format", "docx"],
        ["transcribe", "talk.mp4", "--transcriber", "unheard-of"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: list[str], tmp_path: Path) -> None:
    done = Clipper(tmp_path / "home").run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_place_that_cannot_be_written_is_named_before_the_work(
    short: DemoTalk, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    done = Clipper(home).run("transcribe", short.video, "--out", tmp_path)
    assert done.returncode == 1
    assert str(tmp_path) in done.stderr
    assert not home.exists()


def test_a_glossary_is_set_and_shown(clipper: Clipper, tmp_path: Path) -> None:
    file = tmp_path / "glossary.txt"
    file.write_text("Anthropic: and tropic\nrizz\n")
    client = ("--client", "wordy")
    done = clipper.run("glossary", file, *client)
    assert (done.returncode, done.stdout) == (0, "The glossary of wordy has 2 terms now.\n")
    assert clipper.run("glossary", *client).stdout == file.read_text()
    assert clipper.run("glossary", "--client", "other").stdout == ""
    missing = clipper.run("glossary", tmp_path / "none.txt", *client)
    assert missing.returncode == 3
    assert "none.txt" in missing.stderr
