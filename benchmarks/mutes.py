"""How exactly profanity is muted: edges of silence in a steady tone, after the AAC encoder."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import SECONDS, Row
from benchmarks.recipes import moment, source
from clipping.media.probe import probe
from clipping.models import EncoderSettings, RenderChoices, Word
from clipping.rendering import compose, loudness
from clipping.rendering.grid import snap
from clipping.rendering.plan import make_plan, mutes
from clipping.timing import TimeSpan
from tests.support.media import make_video

EDGE_LIMIT_MS = 2.0
START_MS = 1_237
TONE_HZ = 3_000
"""High enough for its envelope to be known within a third of a millisecond."""
_WORD_EVERY_MS, _WORD_MS = 1_337, 281
"""Edges fall anywhere within the frames of codec and filters."""
_RATE_HZ = 48_000
_WINDOW_MS = 60
"""An edge is looked for this far on both sides of where it should be."""


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    seconds = SECONDS + 4
    time = np.arange(seconds * _RATE_HZ) / _RATE_HZ
    tone = (0.2 * np.sin(2 * np.pi * TONE_HZ * time)).astype(np.float32)
    video = make_video(folder / "tone.mp4", seconds=seconds, audio=tone)
    media = probe(video)
    span = TimeSpan(start_ms=START_MS, end_ms=START_MS + 1000 * SECONDS)
    words = [
        Word(text="shit", span=TimeSpan(start_ms=start, end_ms=start + _WORD_MS))
        for start in range(START_MS + 500, span.end_ms - 1_000, _WORD_EVERY_MS)
    ]
    cut, heard = snap(span, media), folder / "sound.m4a"
    plan = make_plan(
        source(media),
        words,
        moment(span, ""),
        choices=RenderChoices(),
        loudness=loudness.measure(video, media, cut, mutes(words, cut.span), keep=heard),
        encoder=EncoderSettings(),
    )
    clip = folder / "clip.mp4"
    compose.render(plan, video, media, clip, sound=heard)
    errors = edge_errors_ms(_samples(clip), plan.mutes)
    worst = max(errors, key=abs)
    return [
        Row(
            f"edges of {len(plan.mutes)} mutes, worst error against the plan",
            f"{worst:+.2f} ms",
            limit=f"± {EDGE_LIMIT_MS:.0f} ms",
            within=abs(worst) <= EDGE_LIMIT_MS,
        )
    ]


def edge_errors_ms(samples: NDArray[np.float32], planned: tuple[TimeSpan, ...]) -> list[float]:
    """Of both edges of every mute: where the tone passes half of its level, minus the plan."""
    envelope = _envelope(samples)
    half = float(np.median(envelope)) / 2
    errors = []
    for mute in planned:
        errors.append(_crossing_ms(envelope < half, mute.start_ms) - mute.start_ms)
        errors.append(_crossing_ms(envelope >= half, mute.end_ms) - mute.end_ms)
    return errors


def _crossing_ms(passed: NDArray[np.bool_], near_ms: int) -> float:
    """When ``passed`` becomes true near that time."""
    first = (near_ms - _WINDOW_MS) * _RATE_HZ // 1000
    part = passed[first : (near_ms + _WINDOW_MS) * _RATE_HZ // 1000]
    rises = np.flatnonzero(part[1:] & ~part[:-1])
    if len(rises) == 0:
        raise SystemExit(f"there is no edge near {near_ms} ms")
    times = (first + rises + 1) * 1000 / _RATE_HZ
    return float(times[np.argmax(np.abs(times - near_ms))])


def _envelope(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """The largest sample within a period of the tone, half a period to each side."""
    half = round(_RATE_HZ / TONE_HZ / 2)
    padded = np.pad(np.abs(samples.astype(np.float64)), half)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    largest: NDArray[np.float64] = windows.max(axis=1)
    return largest


def _samples(clip: Path) -> NDArray[np.float32]:
    with av.open(str(clip)) as container:
        blocks = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(blocks).astype(np.float32)
