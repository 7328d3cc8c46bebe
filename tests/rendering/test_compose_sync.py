"""Picture against sound, from flashes and beeps that begin together in the source."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clipping.rendering.compose import render
from clipping.rendering.sound import RATE_HZ
from tests.rendering.recipes import onsets_s, pictures, plan_of, sound
from tests.support.media import make_video

NTSC = Fraction(30_000, 1001)


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        pytest.param(".mp4", {}, id="mp4"),
        pytest.param(".mkv", {"fps": NTSC, "sample_rate": 44_100}, id="29.97_and_44.1_kHz"),
        pytest.param(".mp4", {"variable_rate": True}, id="variable_rate"),
        pytest.param(".webm", {}, id="opus"),
        pytest.param(".mp4", {"start_audio_ms": 700}, id="sound_starts_late"),
        pytest.param(".mp4", {"start_video_ms": 700}, id="picture_starts_late"),
        pytest.param(
            ".mkv", {"start_video_ms": 1_300, "start_audio_ms": 1_100, "fps": 50}, id="both_late"
        ),
    ],
)
def test_flash_and_beep_stay_together(tmp_path: Path, suffix: str, kind: dict[str, Any]) -> None:
    source = make_video(tmp_path / f"source{suffix}", seconds=4, picture="flash", **kind)
    plan, media = plan_of(source, 1_237, 1_937)
    clip = tmp_path / "clip.mp4"
    render(plan, source, media, clip)
    rate = Fraction(plan.fps)
    bright = [picture.mean() > 128 for picture in pictures(clip, "gray")]
    flashes = [
        number / rate for number in range(1, len(bright)) if bright[number] > bright[number - 1]
    ]
    beeps = onsets_s(sound(clip))
    assert len(flashes) == len(beeps) == 1
    # A player notices 40 ms; a variable rate is resampled to the nearest frame.
    assert abs(beeps[0] - flashes[0]) < (0.5 / rate if "variable_rate" in kind else 0.003)


def test_the_sound_is_as_long_as_the_picture(tmp_path: Path) -> None:
    short = (0.3 * np.ones(RATE_HZ)).astype(np.float32)
    source = make_video(tmp_path / "source.mp4", seconds=3, fps=NTSC, audio=short)
    plan, media = plan_of(source, 700, 1_900)
    clip = tmp_path / "clip.mp4"
    render(plan, source, media, clip)
    length = float(plan.frames / NTSC)
    assert len(pictures(clip)) == plan.frames
    assert 0 <= len(sound(clip)) / RATE_HZ - length <= 1024 / RATE_HZ
