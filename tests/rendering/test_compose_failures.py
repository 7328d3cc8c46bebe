"""What is left when a render fails: nothing, and one clear sentence."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from pathlib import Path

import pytest

from clipping.errors import DiskFull, Interrupted, RenderFailed
from clipping.models import MediaInfo, RenderPlan
from clipping.rendering import compose
from clipping.rendering.compose import cover, render
from clipping.rendering.output import file_in_the_making
from tests.rendering.recipes import plan_of, spoken
from tests.support.media import make_video


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("source") / "talk.mp4", seconds=3)


@pytest.fixture(scope="module")
def recipe(source: Path) -> tuple[RenderPlan, MediaInfo]:
    return plan_of(source, 500, 2_500, words=spoken("one", "two", "three", start_ms=600))


def test_a_killed_ffmpeg_leaves_nothing_and_what_was_there_before_stays(
    source: Path,
    recipe: tuple[RenderPlan, MediaInfo],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    children: list[int] = []
    real = subprocess.Popen

    class Noted(real):  # type: ignore[misc, valid-type]
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            children.append(self.pid)

    def kill(fraction: float) -> None:
        assert (tmp_path / "clip.mp4.whole").exists()
        os.kill(children[-1], signal.SIGKILL)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    out = tmp_path / "clip.mp4"
    out.write_bytes(b"an earlier clip")
    with pytest.raises(Interrupted, match=r"clip\.mp4"):
        render(recipe[0], source, recipe[1], out, kill)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
    assert out.read_bytes() == b"an earlier clip"


def test_giving_up_half_way_leaves_nothing(
    source: Path, recipe: tuple[RenderPlan, MediaInfo], tmp_path: Path
) -> None:
    def give_up(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(recipe[0], source, recipe[1], tmp_path / "clip.mp4", give_up)
    assert list(tmp_path.iterdir()) == []


def test_captions_without_their_font_are_a_failure_and_not_a_plain_clip(
    source: Path,
    recipe: tuple[RenderPlan, MediaInfo],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compose, "FONTS_DIR", tmp_path / "nothing")
    with pytest.raises(RenderFailed, match=r"captions of clip\.mp4 could not be drawn"):
        render(recipe[0], source, recipe[1], tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        pytest.param(
            "fontselect: failed to find any fallback with glyph 0x4F60 for font: (Noto, 7, 0)",
            "no font has the character U+4F60",
            id="character",
        ),
        pytest.param(
            "fontselect: (Montserrat, 700, 0) -> /usr/share/fonts/DejaVuSans-Bold.ttf, 0, DejaVu",
            "the font Montserrat was not found (DejaVuSans-Bold.ttf was taken)",
            id="font",
        ),
        pytest.param("", "libass did not read them", id="not_read"),
    ],
)
def test_what_libass_could_not_draw_is_told_in_one_sentence(log: str, sentence: str) -> None:
    with pytest.raises(RenderFailed) as caught:
        compose._require_drawn(f"[Parsed_ass_5 @ 0x1] {log}\n", Path("out/clip.mp4"))
    assert str(caught.value) == f"The captions of clip.mp4 could not be drawn: {sentence}."


def test_a_vanished_source_is_named(recipe: tuple[RenderPlan, MediaInfo], tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match="No such file"):
        render(recipe[0], tmp_path / "gone.mp4", recipe[1], tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_clip_without_pictures_has_no_cover(
    recipe: tuple[RenderPlan, MediaInfo], tmp_path: Path
) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"not a video")
    with pytest.raises(RenderFailed):
        cover(tmp_path / "clip.mp4", tmp_path / "clip.jpg", recipe[0])
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EACCES, RenderFailed)],
)
def test_a_file_that_cannot_be_written_is_reported_as_what_it_is(
    tmp_path: Path, number: int, kind: type[Exception]
) -> None:
    def half_write() -> None:
        with file_in_the_making(tmp_path / "clip.mp4", ".part") as part:
            part.write_bytes(b"half")
            raise OSError(number, os.strerror(number))

    with pytest.raises(kind, match=r"clip\.mp4"):
        half_write()
    assert list(tmp_path.iterdir()) == []
