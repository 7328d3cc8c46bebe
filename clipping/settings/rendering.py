"""How clips are encoded."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel

Preset = Literal[
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
]


class Rendering(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

    ffmpeg: Path | None = None
    """The ffmpeg binary; the static one of imageio-ffmpeg unless set."""

    encoder: str = "auto"
    """``auto`` (NVENC when it works, else x264), ``libx264`` or ``h264_nvenc``."""

    x264_preset: Preset = "veryfast"
    """Speed against size, where x264 encodes; the quality is the same."""

    render_workers: int = 0
    """Clips rendered side by side; 0 decides by the number of cores."""
