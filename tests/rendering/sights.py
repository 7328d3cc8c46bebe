"""Faces as the camera is told of them, made of a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clipping.models import Area, FacePoint, FaceTrack, Scene, Sightings
from clipping.timing import TimeSpan

STEP_MS = 100


def track(
    number: int,
    x: float | Callable[[int], float],
    *,
    start_ms: int = 0,
    end_ms: int = 10_000,
    y: float = 400,
    size: int = 260,
    mouth: float | Callable[[int], float] = 0.0,
) -> FaceTrack:
    """A face whose middle is at ``x``, which may depend on the time, ten times a second."""
    points = []
    for time_ms in range(start_ms, end_ms, STEP_MS):
        middle = x(time_ms) if callable(x) else x
        moved = mouth(time_ms) if callable(mouth) else mouth
        area = Area(
            left_px=round(middle - size * 0.4),
            top_px=round(y - size / 2),
            width_px=round(size * 0.8),
            height_px=size,
        )
        points.append(FacePoint(time_ms=time_ms, area=area, score=0.9, mouth=moved))
    return FaceTrack(track=number, points=tuple(points))


def scene(
    start_ms: int, end_ms: int, *tracks: FaceTrack, graphic: float = 0.0, detail: Area | None = None
) -> Scene:
    return Scene(
        span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
        tracks=tracks,
        graphic=graphic,
        detail=detail,
    )


def sightings(*scenes: Scene) -> Sightings:
    span = TimeSpan(start_ms=scenes[0].span.start_ms, end_ms=scenes[-1].span.end_ms)
    return Sightings(span=span, detector="test 1", step_ms=300, scenes=tuple(scenes))


def talking(*spans_ms: Sequence[int]) -> Callable[[int], float]:
    """A mouth that moves within the spans."""
    return lambda at: 0.2 if any(start <= at < end for start, end in spans_ms) else 0.005
