"""The same clip with MoviePy 2, as its documentation would have it written.

Runs in ``.venv-bench``, where nothing of this project is installed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from moviepy import CompositeVideoClip, TextClip, VideoFileClip, afx


def render(
    video: str,
    out: str,
    start_s: float,
    seconds: float,
    crop: Mapping[str, int],
    texts: Sequence[Mapping[str, Any]],
    mutes_s: Sequence[tuple[float, float]],
    threads: int,
) -> None:
    """Cut, crop, resize, lay the texts over it, mute, bring to level, write.

    Each of ``texts`` has the options of a ``TextClip``, ``start_s``, ``end_s`` and ``position``.
    """
    with VideoFileClip(video) as whole:
        clip = whole.subclipped(start_s, start_s + seconds)
        effects = [afx.MultiplyVolume(0, start_time=start, end_time=end) for start, end in mutes_s]
        clip = clip.with_audio(clip.audio.with_effects([*effects, afx.AudioNormalize()]))
        vertical = clip.cropped(**crop).resized((1080, 1920))
        layers = [
            TextClip(**text["options"])
            .with_start(text["start_s"])
            .with_duration(text["end_s"] - text["start_s"])
            .with_position(tuple(text["position"]))
            for text in texts
        ]
        CompositeVideoClip([vertical, *layers]).write_videofile(
            out,
            codec="libx264",
            preset="veryfast",
            ffmpeg_params=["-crf", "19"],
            audio_codec="aac",
            audio_bitrate="160k",
            temp_audiofile=str(Path(out).with_suffix(".m4a")),
            threads=threads,
            logger=None,
        )
