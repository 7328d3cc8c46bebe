"""The choices of the measured clips: cameras, hook, and the values a plan is made from."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import cycle

from clipping.models import (
    Crop,
    Framing,
    Layout,
    MediaInfo,
    Moment,
    Move,
    SourceVideo,
    VideoStream,
)
from clipping.rendering.framing import centre_crop, largest_crop, still
from clipping.timing import TimeSpan

HOOK = "Why did nobody tell me this before?"
HOOKS = (
    HOOK,
    "Stop doing this every morning",
    "The one habit that changed everything I knew",
    "You have been told the wrong story",
    "Listen to the end",
)
CAMERAS = ("still", "moving", "split")

_MOVE_EVERY, _MOVE_FRAMES = 120, 36
_PLACES_PX = (720, 612, 740, 604)
"""Left edges in turn: moves of 108 to 136 pixels, as after somebody who shifts in the chair."""
_FIRST_PX = 604


def framings(camera: str, video: VideoStream, frames: int) -> tuple[Framing, ...]:
    """``still`` in the middle; ``moving`` every four seconds; ``split`` in two half pictures."""
    if camera == "still":
        return still(centre_crop(video), frames)
    return (_moving(video, frames) if camera == "moving" else _split(video, frames),)


def _moving(video: VideoStream, frames: int) -> Framing:
    crop = centre_crop(video).model_copy(update={"left_px": _FIRST_PX})
    starts = range(_MOVE_EVERY // 2, frames - _MOVE_FRAMES, _MOVE_EVERY)
    moves = tuple(
        Move(start_frame=start, end_frame=start + _MOVE_FRAMES, left_px=left, top_px=crop.top_px)
        for start, left in zip(starts, cycle(_PLACES_PX), strict=False)
    )
    return Framing(start_frame=0, end_frame=frames, crops=(crop,), moves=moves)


def _split(video: VideoStream, frames: int) -> Framing:
    """Two people side by side, one above the other: each gets half of the picture's width."""
    half = video.model_copy(update={"width_px": video.width_px // 2})
    width, height = largest_crop(half, 9, 8)
    top = (video.height_px - height) // 4 * 2
    crops = tuple(
        Crop(left_px=left, top_px=top, width_px=width, height_px=height)
        for left in (0, video.width_px - width)
    )
    return Framing(start_frame=0, end_frame=frames, layout=Layout.SPLIT, crops=crops)


def source(media: MediaInfo) -> SourceVideo:
    """The source as ingest would have stored it."""
    return SourceVideo(
        source_id="source_bench",
        client="bench",
        sha256="be" * 32,
        file_name="talk.mp4",
        location="talk.mp4",
        media_key="talk.mp4",
        captions_key=None,
        captions_sha256=None,
        media=media,
        ingested_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def moment(span: TimeSpan, hook: str) -> Moment:
    """A moment as detect would have found it."""
    return Moment(
        moment_id="moment_bench",
        rank=1,
        span=span,
        score=70,
        rubric=(),
        reason="",
        hook=hook,
        title="",
        text="",
    )
