"""Picture against sound, from flashes and beeps that begin together, in two kinds of players."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import SECONDS, Row
from benchmarks.recipes import moment, source
from clipping.media.probe import probe
from clipping.models import EncoderSettings, RenderChoices
from clipping.rendering import compose, loudness
from clipping.rendering.grid import snap
from clipping.rendering.plan import make_plan
from clipping.timing import TimeSpan
from tests.support.media import make_video

FPS = 30
START_MS = 1_237
FRAME_MS = 1000 / FPS
_BRIGHT, _LOUD = 128, 0.06
_QUIET_S = 0.5


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    video = make_video(folder / "flash.mp4", seconds=SECONDS + 4, fps=FPS, picture="flash")
    media = probe(video)
    span = TimeSpan(start_ms=START_MS, end_ms=START_MS + 1000 * SECONDS)
    heard = folder / "sound.m4a"
    plan = make_plan(
        source(media),
        [],
        moment(span, ""),
        choices=RenderChoices(),
        loudness=loudness.measure(video, media, snap(span, media), [], keep=heard),
        encoder=EncoderSettings(),
    )
    clip = folder / "clip.mp4"
    compose.render(plan, video, media, clip, sound=heard)
    return [
        _row("players that honour edit lists", clip, {}),
        _row("players that ignore edit lists", clip, {"ignore_editlist": "1"}),
    ]


def _row(name: str, clip: Path, options: dict[str, str]) -> Row:
    offsets = offsets_ms(clip, options)
    worst = max(offsets, key=abs)
    return Row(
        f"sound behind picture in {name}, worst of {len(offsets)} flashes",
        f"{worst:+.1f} ms",
        limit=f"± {FRAME_MS:.1f} ms, a frame",
        within=abs(worst) <= FRAME_MS,
    )


def offsets_ms(clip: Path, options: dict[str, str]) -> list[float]:
    """Beep minus flash, for every flash; positive when the sound is late."""
    flashes, beeps = _flashes_s(clip, options), _beeps_s(clip, options)
    if len(flashes) != len(beeps) or not flashes:
        raise SystemExit(f"{len(flashes)} flashes, but {len(beeps)} beeps in {clip.name}")
    return [1000 * (beep - flash) for flash, beep in zip(flashes, beeps, strict=True)]


def _flashes_s(clip: Path, options: dict[str, str]) -> list[float]:
    times: list[float] = []
    was_bright = True
    with av.open(str(clip), options=options) as container:
        for frame in container.decode(video=0):
            bright = bool(frame.to_ndarray(format="gray").mean() > _BRIGHT)
            if bright and not was_bright and frame.time is not None:
                times.append(frame.time)
            was_bright = bright
    return times


def _beeps_s(clip: Path, options: dict[str, str]) -> list[float]:
    """When the sound rises after half a second of quiet, by the samples' own time stamps."""
    blocks: list[NDArray[np.float32]] = []
    start = 0.0
    with av.open(str(clip), options=options) as container:
        rate = container.streams.audio[0].rate
        for frame in container.decode(audio=0):
            if not blocks:
                start = frame.time or 0.0
            blocks.append(frame.to_ndarray()[0].astype(np.float32))
    samples = np.concatenate(blocks)
    loud = np.convolve(np.abs(samples), np.ones(24) / 24, "same") > _LOUD
    rises = np.flatnonzero(loud[1:] & ~loud[:-1])
    gaps = np.diff(rises, prepend=-rate)
    return [
        start + float(rise) / rate
        for rise, gap in zip(rises, gaps, strict=True)
        if gap > _QUIET_S * rate
    ]
