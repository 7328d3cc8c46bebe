"""``clipper transcribe`` and ``clipper glossary``: a video in, its words out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pysubs2
import pytest

from clipping.demo import DemoTalk
from clipping.errors import NeedsPerson, Rejected
from clipping.models import Transcript
from clipping.settings import settings
from flows import listening
from flows.listening import HearJob, set_glossary, show_glossary, transcribe_file
from tests.db.values import a_transcript
from tests.flows.conftest import Clipper

HEARD = a_transcript(6)


def test_words_come_as_subtitles_on_stdout(clipper: Clipper, short: DemoTalk) -> None:
    done = clipper.run("transcribe", short.video)
    assert done.returncode == 0, done.stderr
    subtitles = pysubs2.SSAFile.from_string(done.stdout, "srt")
    spoken = " ".join(line.plaintext.replace("\n", " ") for line in subtitles)
    captions = pysubs2.SSAFile.load(str(short.captions))
    assert spoken.split() == " ".join(line.plaintext for line in captions).split()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work itself is done."""
    monkeypatch.setattr("flows.local_run.local_run", nullcontext)
    monkeypatch.setattr(listening, "_run", lambda _job: HEARD)


def test_a_file_is_written_whole_and_stdout_is_left_alone(
    heard: None, short: DemoTalk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "words" / "talk.json"
    transcribe_file(HearJob(location=str(short.video)), "json", out)
    assert Transcript.model_validate(json.loads(out.read_text())) == HEARD
    assert [path.name for path in out.parent.iterdir()] == ["talk.json"]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("form", ["srt", "vtt", "json"])
def test_every_form_is_written(
    form: str, heard: None, short: DemoTalk, capsys: pytest.CaptureFixture[str]
) -> None:
    transcribe_file(HearJob(location=str(short.video)), form, None)
    assert "word5" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_named_before_the_work(
    short: DemoTalk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_run", lambda _job: pytest.fail("it was heard"))
    for out in (tmp_path, Path("/dev/null/words.srt")):
        with pytest.raises(NeedsPerson, match="Cannot write"):
            transcribe_file(HearJob(location=str(short.video)), "srt", out)


def test_a_missing_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = Clipper(home).run("transcribe", tmp_path / "nowhere.mp4")
    assert done.returncode == 3
    assert "nowhere.mp4" in done.stderr
    assert not home.exists()


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


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_glossary_is_set_and_shown(
    database: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "glossary.txt"
    file.write_text("Anthropic: and tropic\nrizz\n")
    set_glossary("wordy", file)
    show_glossary("wordy")
    show_glossary("other")
    assert capsys.readouterr().out.endswith(file.read_text())
    with pytest.raises(Rejected, match=r"none\.txt"):
        set_glossary("wordy", tmp_path / "none.txt")
