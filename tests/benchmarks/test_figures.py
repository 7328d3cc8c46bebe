"""The meters of sync and mutes see what is there, to the millisecond."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.mutes import TONE_HZ, edge_errors_ms
from benchmarks.sync import offsets_ms
from clipping.timing import TimeSpan
from tests.support.media import flash_times, make_video


@pytest.mark.parametrize("late_ms", [0, 40, -25])
def test_a_beep_that_is_late_is_seen(tmp_path: Path, late_ms: int) -> None:
    rate, sound = 48_000, np.zeros(4 * 48_000, np.float32)
    for time in flash_times(4):
        first = round(time * rate) + late_ms * rate // 1000
        sound[first : first + 4_800] = 0.5 * np.sin(np.arange(4_800) * 0.13)
    video = make_video(tmp_path / "flash.mp4", seconds=4, picture="flash", audio=sound)
    offsets = offsets_ms(video, {})
    assert len(offsets) == 4
    assert offsets == pytest.approx([late_ms] * 4, abs=1.5)


@pytest.mark.parametrize(("late_ms", "longer_ms"), [(0, 0), (5, 0), (-3, 7)])
def test_a_mute_beside_its_place_is_seen(late_ms: int, longer_ms: int) -> None:
    time = np.arange(3 * 48_000) / 48_000
    tone = (0.3 * np.sin(2 * np.pi * TONE_HZ * time)).astype(np.float32)
    start_ms, end_ms = 1_003 + late_ms, 1_340 + late_ms + longer_ms
    tone[start_ms * 48 : end_ms * 48] = 0
    errors = edge_errors_ms(tone, (TimeSpan(start_ms=1_003, end_ms=1_340),))
    assert errors == pytest.approx([late_ms, late_ms + longer_ms], abs=0.4)


def test_a_mute_that_is_missing_ends_the_run() -> None:
    tone = np.sin(np.arange(2 * 48_000) * 0.39).astype(np.float32)
    with pytest.raises(SystemExit, match="no edge near 500 ms"):
        edge_errors_ms(tone, (TimeSpan(start_ms=500, end_ms=900),))
