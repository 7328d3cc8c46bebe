"""Sources, plans and readings of clips that the rendering tests share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from clipping.media.probe import probe
from clipping.models import (
    AudioStream,
    EncoderSettings,
    Loudness,
    MediaInfo,
    Moment,
    RenderChoices,
    RenderPlan,
    SourceVideo,
    VideoStream,
    Word,
)
from clipping.rendering.plan import make_plan
from clipping.rendering.sound import RATE_HZ
from clipping.timing import TimeSpan

DRAFT = EncoderSettings(preset="ultrafast", quality=26)
"""Timing and sound do not depend on the encoder's effort."""
AS_IT_IS = Loudness(gain_db=0.0, measured_lufs=-14.0)


def media_of(
    *,
    fps: str = "30/1",
    variable_rate: bool = False,
    size: tuple[int, int] = (1920, 1080),
    duration_ms: int = 600_000,
    start_ms: int = 0,
) -> MediaInfo:
    """What probing a file of this kind would have found."""
    return MediaInfo(
        container="mp4",
        duration_ms=duration_ms,
        size_bytes=1,
        video=VideoStream(
            codec="h264",
            width_px=size[0],
            height_px=size[1],
            coded_width_px=size[0],
            coded_height_px=size[1],
            rotation=0,
            sample_aspect="1:1",
            fps=fps,
            variable_rate=variable_rate,
            pixel_format="yuv420p",
            start_ms=start_ms,
        ),
        audio=AudioStream(codec="aac", sample_rate_hz=48_000, channels=2, start_ms=0, index=1),
    )


def source_of(media: MediaInfo, name: str = "talk.mp4") -> SourceVideo:
    return SourceVideo(
        source_id="source_1",
        client="default",
        sha256="ab" * 32,
        file_name=name,
        location=name,
        media_key=name,
        captions_key=None,
        captions_sha256=None,
        media=media,
        ingested_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def moment_of(start_ms: int, end_ms: int, hook: str = "") -> Moment:
    return Moment(
        moment_id="moment_1",
        rank=1,
        span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
        score=70,
        rubric=(),
        reason="",
        hook=hook,
        title="",
        text="",
    )


def spoken(*texts: str, start_ms: int = 0, every_ms: int = 300, length_ms: int = 250) -> list[Word]:
    """Words at even distances."""
    return [
        Word(text=text, span=TimeSpan(start_ms=begin, end_ms=begin + length_ms))
        for text, begin in zip(
            texts, range(start_ms, start_ms + every_ms * len(texts), every_ms), strict=True
        )
    ]


def plan_of(
    path: Path,
    start_ms: int,
    end_ms: int,
    *,
    words: Sequence[Word] = (),
    hook: str = "",
    loudness: Loudness = AS_IT_IS,
    encoder: EncoderSettings = DRAFT,
) -> tuple[RenderPlan, MediaInfo]:
    media = probe(path)
    plan = make_plan(
        source_of(media, path.name),
        words,
        moment_of(start_ms, end_ms, hook),
        choices=RenderChoices(),
        loudness=loudness,
        encoder=encoder,
    )
    return plan, media


def pictures(path: Path, form: str = "rgb24") -> list[NDArray[np.uint8]]:
    """Every frame, after a check that they lie on an even grid from 0."""
    frames, times = [], []
    with av.open(str(path)) as container:
        rate = Fraction(container.streams.video[0].average_rate or 0)
        for frame in container.decode(video=0):
            assert frame.time is not None
            times.append(frame.time)
            frames.append(np.asarray(frame.to_ndarray(format=form), np.uint8))
    assert np.allclose(times, [float(number / rate) for number in range(len(times))], atol=1e-3)
    return frames


def sound(path: Path) -> NDArray[np.float32]:
    """Samples of the left channel at 48 kHz; the first one is heard at 0."""
    blocks = []
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(audio=0)):
            assert frame.sample_rate == RATE_HZ
            if number == 0:
                assert frame.time == 0
            blocks.append(frame.to_ndarray()[0])
    return np.concatenate(blocks).astype(np.float32)


def onsets_s(samples: NDArray[np.float32], level: float = 0.06) -> list[float]:
    """When sound begins after at least half a second of silence."""
    loud = np.convolve(np.abs(samples), np.ones(24) / 24, "same") > level
    rises = np.flatnonzero(loud[1:] & ~loud[:-1])
    gaps = np.diff(rises, prepend=-RATE_HZ)
    return [float(rise) / RATE_HZ for rise, gap in zip(rises, gaps, strict=True) if gap > 24_000]
