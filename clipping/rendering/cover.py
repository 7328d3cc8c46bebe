"""The clip's cover: its most telling frame, as a JPEG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.errors import RenderFailed
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, Box, CaptionEvent, RenderPlan
from clipping.rendering.output import file_in_the_making, publish

_SCALE = 4
_WIDTH, _HEIGHT = OUTPUT_WIDTH_PX // _SCALE, OUTPUT_HEIGHT_PX // _SCALE
_CANDIDATES = 16
_HOOK_EDGE_MS = 350
"""The hook moves and fades at both ends of its time."""
_WITHOUT_HOOK = (0.25, 0.60)
"""Share of a clip without a hook in which the cover is looked for."""
_LIT_BONUS = 1.15
_DARK, _BRIGHT = 45.0, 215.0
"""Mean grey of 0..255 beyond which a picture counts as under- or overexposed."""
_TIMEOUT_S = 120

Grey = NDArray[np.uint8]


def cover(clip_path: Path, out_path: Path, plan: RenderPlan) -> None:
    """Save the clip's best cover frame at ``out_path``: 1080x1920, quality about 88, sRGB colours.

    Looked for while the hook stands, else in the clip's second quarter: the sharpest frame that is
    neither dark nor washed out, rather one in which a word is lit. Deterministic; whole or not at
    all.

    :raises RenderFailed: The clip cannot be decoded.
    :raises DiskFull: No space left for the cover.
    :raises Interrupted: ffmpeg was killed from outside.
    """
    numbers = _candidates(plan)
    pictures = _small_pictures(clip_path, plan, numbers)
    scores = [
        _score(picture, _overlays(plan, number), _lit(plan, number))
        for number, picture in zip(numbers, pictures, strict=False)
    ]
    if not scores:
        raise RenderFailed(f"{clip_path.name} holds no picture to take its cover from.")
    _save(clip_path, plan, numbers[int(np.argmax(scores))], out_path)


def _candidates(plan: RenderPlan) -> range:
    """Frame numbers, evenly spaced."""
    fps = Fraction(plan.fps)
    first, last = (int(share * plan.frames) for share in _WITHOUT_HOOK)
    if plan.hook is not None:
        first = int((plan.hook.start_ms + _HOOK_EDGE_MS) * fps / 1000)
        last = int((plan.hook.end_ms - _HOOK_EDGE_MS) * fps / 1000)
    first = min(first, plan.frames - 1)
    last = min(max(first, last), plan.frames - 1)
    return range(first, last + 1, max(1, (last - first) // _CANDIDATES))


def _small_pictures(clip_path: Path, plan: RenderPlan, numbers: range) -> list[Grey]:
    """The frames of those numbers in grey, a quarter as wide."""
    filters = f"select='not(mod(n\\,{numbers.step}))',scale={_WIDTH}:{_HEIGHT}:flags=area"
    args = [
        *_from_frame(clip_path, plan, numbers.start),
        *("-vf", f"{filters},format=gray", "-fps_mode", "passthrough"),
        *("-frames:v", str(len(numbers)), "-an", "-f", "rawvideo", "pipe:1"),
    ]
    raw = run_ffmpeg(args, timeout_s=_TIMEOUT_S, capture_stdout=True).stdout
    whole = len(raw) // (_WIDTH * _HEIGHT) * _WIDTH * _HEIGHT
    return list(np.frombuffer(raw[:whole], np.uint8).reshape(-1, _HEIGHT, _WIDTH))


def _from_frame(clip_path: Path, plan: RenderPlan, number: int) -> Sequence[str]:
    """The clip as an input whose first frame is that one: sought half a frame early."""
    start_s = max(0.0, float((number - Fraction(1, 2)) / Fraction(plan.fps)))
    return ["-ss", f"{start_s:.6f}", "-i", f"file:{clip_path.absolute()}"]


def _score(picture: Grey, overlays: Sequence[Box], lit: bool) -> float:
    """Sharpness times exposure of what is not covered by text, which is sharp in every frame."""
    free = np.ones(picture.shape, bool)
    for box in overlays:
        free[
            max(0, box.top // _SCALE - 2) : box.bottom // _SCALE + 2,
            max(0, box.left // _SCALE - 2) : box.right // _SCALE + 2,
        ] = False
    grey = picture.astype(np.float64)
    steps = np.abs(np.diff(grey, axis=1))[:-1] + np.abs(np.diff(grey, axis=0))[:, :-1]
    seen = free[:-1, :-1]
    if not seen.any():
        return 0.0
    # The mean square tells one blurred edge from many sharp ones better than the mean does.
    sharpness = float(np.sqrt(np.mean(np.square(steps[seen])))) + 0.01
    mean = float(grey[free].mean())
    exposure = min(1.0, max(0.0, mean / _DARK), max(0.0, (255 - mean) / (255 - _BRIGHT)))
    return round(sharpness * exposure * (_LIT_BONUS if lit else 1.0), 6)


def _overlays(plan: RenderPlan, number: int) -> list[Box]:
    boxes = [box for event in _shown(plan, number) for box in event.boxes]
    return [*boxes, plan.hook.box] if plan.hook is not None else boxes


def _lit(plan: RenderPlan, number: int) -> bool:
    return any(event.lit is not None for event in _shown(plan, number))


def _shown(plan: RenderPlan, number: int) -> Iterator[CaptionEvent]:
    at_ms = number * 1000 / Fraction(plan.fps)
    return (event for event in plan.captions if event.start_ms <= at_ms < event.end_ms)


def _save(clip_path: Path, plan: RenderPlan, number: int, out_path: Path) -> None:
    # JPEG viewers take full-range BT.601, whatever the video was.
    filters = "scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=full,format=yuv420p"
    with file_in_the_making(out_path, ".part") as part:
        args = [
            *_from_frame(clip_path, plan, number),
            *("-vf", filters, "-frames:v", "1", "-an", "-c:v", "mjpeg", "-q:v", "3"),
            *("-flags:v", "+bitexact", "-map_metadata", "-1"),
            *("-f", "mjpeg", f"file:{part.absolute()}"),
        ]
        run_ffmpeg(args, timeout_s=_TIMEOUT_S)
        publish(part, out_path)
