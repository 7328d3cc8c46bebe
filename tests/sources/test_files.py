"""A source is verified before anything is made of it, and its captions are found."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.errors import UnreadableCaptions, UnreadableMedia
from clipping.models import SourceRequest
from clipping.sources.files import VerifiedSource, sidecar, slugify, verify
from tests.support.media import make_video


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("videos") / "talk.mp4", seconds=2)


def _verify(
    location: Path | str, captions: str | None = None, max_bytes: int = 10**9, shortest_ms: int = 0
) -> VerifiedSource:
    request = SourceRequest(location=str(location), captions=captions)
    return verify(request, max_bytes=max_bytes, shortest_ms=shortest_ms)


def test_a_good_source_comes_back_with_what_it_is(talk: Path) -> None:
    verified = _verify(talk, shortest_ms=2_000)
    assert verified.path == talk
    assert verified.captions is None
    assert verified.media.container == "mp4"
    assert verified.media.duration_ms == 2_000


def test_a_relative_path_becomes_absolute(talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(talk.parent)
    assert _verify("talk.mp4").path == talk
    monkeypatch.setenv("HOME", str(talk.parent))
    assert _verify("~/talk.mp4").path == talk


@pytest.mark.parametrize(
    ("location", "words"),
    [
        pytest.param("gone.mp4", "There is no file .*gone.mp4", id="missing"),
        pytest.param(".", "is a folder", id="folder"),
        pytest.param("empty.mp4", "empty.mp4 is empty", id="empty"),
        pytest.param("text.mp4", "text.mp4 is not a video: its content is text", id="text"),
        pytest.param("https://example.com/a.mp4", "is an address, not a file", id="address"),
        pytest.param("~nobody-of-that-name/a.mp4", "not the path of a file", id="unknown home"),
    ],
)
def test_a_bad_source_is_named_with_its_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("hello " * 100)
    with pytest.raises(UnreadableMedia, match=words):
        _verify(location)


def test_a_source_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.mp4"
    with path.open("wb") as file:
        file.truncate(11 * 1024**3)
    with pytest.raises(UnreadableMedia, match=r"too large: 11\.0 GiB, and at most 10\.0 GiB"):
        _verify(path, max_bytes=10 * 1024**3)


def test_a_source_shorter_than_the_shortest_clip_is_refused(talk: Path) -> None:
    with pytest.raises(
        UnreadableMedia, match=r"talk\.mp4 is too short: it runs 0:02\.000, .* takes 0:15\.000"
    ):
        _verify(talk, shortest_ms=15_000)


def test_the_video_is_judged_before_its_captions(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="There is no file"):
        _verify(tmp_path / "gone.mp4", captions=str(tmp_path / "gone.srt"))


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**9)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda path: None, "There is no file .*a.srt", id="missing"),
        pytest.param(Path.mkdir, "a.srt is a folder, not a captions file", id="folder"),
        pytest.param(Path.touch, "a.srt is empty", id="empty"),
        pytest.param(_huge, "a.srt is too large", id="huge"),
    ],
)
def test_captions_that_are_named_must_be_there(
    talk: Path, tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    captions = tmp_path / "a.srt"
    make(captions)
    with pytest.raises(UnreadableCaptions, match=words):
        _verify(talk, captions=str(captions))


def test_captions_that_are_named_win_over_those_beside(tmp_path: Path) -> None:
    video = make_video(tmp_path / "talk.mp4", seconds=0.5)
    (tmp_path / "talk.srt").write_text("1")
    named = tmp_path / "other.vtt"
    named.write_text("WEBVTT")
    assert _verify(video, captions=str(named)).captions == named
    assert _verify(video).captions == tmp_path / "talk.srt"


@pytest.mark.parametrize(
    ("beside", "found"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param(["talk.srt"], "talk.srt", id="srt"),
        pytest.param(["talk.json3"], "talk.json3", id="json3"),
        pytest.param(["talk.SRT"], "talk.SRT", id="capitals"),
        pytest.param(["talk.ass", "talk.vtt", "talk.srt"], "talk.srt", id="order"),
        pytest.param(["talk.en.srt"], "talk.en.srt", id="language"),
        pytest.param(["talk.de.srt", "talk.en-US.vtt"], "talk.en-US.vtt", id="English first"),
        pytest.param(["talk.de.srt"], "talk.de.srt", id="another language"),
        pytest.param(["talk.en.srt", "talk.json3"], "talk.json3", id="plain before language"),
        pytest.param(["talks.srt", "talk.txt", "talk.part2.srt"], None, id="other videos'"),
        pytest.param(["talk.srt/"], None, id="a folder"),
        pytest.param(["talk.vtt=", "talk.ass"], "talk.ass", id="an empty one is none"),
    ],
)
def test_captions_beside_the_video_are_found(
    tmp_path: Path, beside: list[str], found: str | None
) -> None:
    for name in beside:
        if name.endswith("/"):
            (tmp_path / name).mkdir()
        else:
            (tmp_path / name.rstrip("=")).write_text("" if name.endswith("=") else "x")
    assert sidecar(tmp_path / "talk.mp4") == (tmp_path / found if found else None)


def test_captions_are_found_whatever_form_of_unicode_the_names_have(tmp_path: Path) -> None:
    name = "Vortrag über [alles] *"
    captions = tmp_path / (unicodedata.normalize("NFD", name) + ".srt")
    captions.write_text("x")
    found = sidecar(tmp_path / (unicodedata.normalize("NFC", name) + ".mp4"))
    assert found == captions


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Why I Quit (and you should, too)!", "why-i-quit-and-you-should-too"),
        ("Don’t stop — it's 50% off", "dont-stop-its-50-off"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Users\\me", "c-users-me"),
        ("Привет, мир", "привет-мир"),
        ("为什么 我 辞职", "为什么-我-辞职"),
        ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
        ("Straße nach Ñuñoa", "straße-nach-ñuñoa"),
        ("🎉🎉", "clip"),
        ("", "clip"),
        ("-- . --", "clip"),
        ("CON", "con-clip"),
        ("a\0b\nc\u202ed", "a-b-c-d"),
        ("\udce9x", "x"),
    ],
    ids=ascii,
)
def test_a_title_becomes_a_name(text: str, slug: str) -> None:
    assert slugify(text) == slug


@pytest.mark.parametrize(
    ("text", "limit", "slug"),
    [
        pytest.param("one two three", 9, "one-two", id="at a word"),
        pytest.param("abcdefghij", 4, "abcd", id="one long word"),
        pytest.param("ééééé", 5, "éé", id="bytes, not letters"),
        pytest.param("के" * 10, 9, "के", id="marks stay with their letter"),
        pytest.param("日本語", 7, "日本", id="wide letters"),
    ],
)
def test_the_limit_counts_bytes(text: str, limit: int, slug: str) -> None:
    assert slugify(text, limit) == slug


@given(st.text(max_size=200), st.integers(min_value=12, max_value=100))
def test_every_text_gives_a_name_that_every_file_system_takes(text: str, limit: int) -> None:
    slug = slugify(text, limit)
    assert 0 < len(slug.encode()) <= limit
    assert not set(slug) & set('/\\:*?"<>|\0. \n')
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert slugify(slug, limit) == slug
