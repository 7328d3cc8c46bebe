"""Interlaced sources: what moves is whole in the clip, and not torn into every second line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.rendering.compose import render
from tests.rendering.recipes import pictures, plan_of

SIZE = (640, 360)
ROW_PX = 1920 // SIZE[1]


@pytest.fixture(scope="module")
def interlaced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """White bars that pass over black, 600 pixels a second, 30 pictures of two fields each."""
    path = tmp_path_factory.mktemp("interlaced") / "source.mp4"
    bars = "nullsrc=s=640x360:r=60:d=0.9,geq=lum='if(lt(mod(X+10*N,80),40),235,16)':cb=128:cr=128"
    run_ffmpeg(
        [
            *("-f", "lavfi", "-i", f"{bars},tinterlace=interleave_top"),
            *("-f", "lavfi", "-i", "sine=d=0.9", "-c:v", "libx264", "-preset", "ultrafast"),
            *("-crf", "8", "-flags", "+ilme+ildct", "-pix_fmt", "yuv420p", str(path)),
        ],
        timeout_s=60,
    )
    return path


def _torn(path: Path) -> float:
    """How much more neighbouring source lines differ than every second one."""
    ratios = []
    for grey in pictures(path, "gray")[2:10]:
        rows = grey[ROW_PX // 2 :: ROW_PX].astype(np.float64)
        near = np.abs(rows[1:] - rows[:-1]).mean()
        far = np.abs(rows[2:] - rows[:-2]).mean()
        ratios.append(float(near / (far + 1.0)))
    return float(np.median(ratios))


def test_half_pictures_are_told_and_made_whole(interlaced: Path, tmp_path: Path) -> None:
    plan, media = plan_of(interlaced, 200, 600)
    assert media.video.interlaced
    render(plan, interlaced, media, tmp_path / "clip.mp4")
    assert _torn(tmp_path / "clip.mp4") < 1.0
    video = media.video.model_copy(update={"interlaced": False})
    untold = media.model_copy(update={"video": video})
    render(plan, interlaced, untold, tmp_path / "torn.mp4")
    assert _torn(tmp_path / "torn.mp4") > 3.0


def test_whole_pictures_are_not_taken_for_halves(tmp_path: Path) -> None:
    path = tmp_path / "whole.mp4"
    source = "testsrc2=s=320x180:r=30:d=1"
    args = ["-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=d=1"]
    run_ffmpeg([*args, "-pix_fmt", "yuv420p", str(path)], timeout_s=60)
    assert not probe(path).video.interlaced
