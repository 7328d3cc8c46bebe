"""A camera that follows faces: rests as long as it may, glides when it must. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from clipping.models import FaceTrack, Move
from clipping.rendering.framing import even_within
from clipping.rendering.grid import Cut

_CALM_MS = 1_000
"""Places are medians over this long: one stray detection, or a nod, is not a movement."""
_WIDEST_ZONE, _NARROWEST_ZONE = 0.18, 0.03
_EDGE = 0.06
"""What is to stay between face and edge of the crop, as a share of the crop."""
_LEAST_MOVE = 0.025
"""Shorter moves are not worth a movement of the camera."""
_SHORTEST_MOVE_MS = 700
_SPEED = 0.45
"""Of a move in the mean, in crop widths a second; half-way it is 15/8 of that."""
_SHORT_REST_MS = 600
"""Two moves in one direction with less rest between them become one."""


@dataclass(frozen=True)
class Path:
    """Where the crop starts, and how it moves from there."""

    left_px: int
    top_px: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class _Sample:
    """The middle of all followed faces at a time, and half of what they span."""

    time_ms: int
    x: float
    y: float
    half_width: float
    half_height: float


@dataclass(frozen=True)
class _Rest:
    """Where the camera looks from a time on: the middle of its crop."""

    from_ms: int
    x: float
    y: float


def follow_path(
    tracks: Sequence[FaceTrack],
    *,
    crop: tuple[int, int],
    picture: tuple[int, int],
    frames: tuple[int, int],
    cut: Cut,
    head_room: float,
) -> Path:
    """The path of a crop that keeps the faces in its middle.

    :param crop: Width and height in source pixels.
    :param picture: The same of the shown source picture, in which the crop stays.
    :param frames: First and end frame of the stretch, counted from the clip's first.
    :param head_room: Where in the crop's height the faces are centred, from its top.
    """
    start_ms, end_ms = (cut.span.start_ms + frame * 1000 / cut.fps for frame in frames)
    samples = [s for s in _calmed(_samples(tracks)) if start_ms <= s.time_ms <= end_ms]
    if not samples:
        samples = _nearest(_calmed(_samples(tracks)), float(start_ms + end_ms) / 2)
    rests = _rests(samples, crop)
    places = [(rest.from_ms, *_corner(rest.x, rest.y, crop, picture, head_room)) for rest in rests]
    return Path(places[0][1], places[0][2], tuple(_moves(places, crop, frames, cut)))


def _samples(tracks: Sequence[FaceTrack]) -> list[_Sample]:
    times = sorted({point.time_ms for track in tracks for point in track.points})
    found = []
    for time_ms in times:
        boxes = [_at(track, time_ms) for track in tracks if _is_there(track, time_ms)]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
        found.append(
            _Sample(
                time_ms,
                (left + right) / 2,
                (top + bottom) / 2,
                (right - left) / 2,
                (bottom - top) / 2,
            )
        )
    return found


def _is_there(track: FaceTrack, time_ms: int) -> bool:
    first, last = track.points[0].time_ms, track.points[-1].time_ms
    return first - _CALM_MS <= time_ms <= last + _CALM_MS


def _at(track: FaceTrack, time_ms: int) -> tuple[float, float, float, float]:
    """Edges of the face at a time; before its first and after its last sight, those."""
    times = [point.time_ms for point in track.points]
    after = min(bisect_left(times, time_ms), len(times) - 1)
    before = max(0, after - (times[after] > time_ms))
    span = times[after] - times[before]
    share = 0.0 if span <= 0 else min(1.0, max(0.0, (time_ms - times[before]) / span))
    one, other = track.points[before].area, track.points[after].area
    left, top, width, height = (
        getattr(one, name) + (getattr(other, name) - getattr(one, name)) * share
        for name in ("left_px", "top_px", "width_px", "height_px")
    )
    return left, top, left + width, top + height


def _calmed(samples: Sequence[_Sample]) -> list[_Sample]:
    times = [sample.time_ms for sample in samples]
    calm = []
    for sample in samples:
        first = bisect_left(times, sample.time_ms - _CALM_MS // 2)
        last = bisect_left(times, sample.time_ms + _CALM_MS // 2 + 1)
        near = samples[first:last]
        calm.append(
            _Sample(
                sample.time_ms,
                median(one.x for one in near),
                median(one.y for one in near),
                median(one.half_width for one in near),
                median(one.half_height for one in near),
            )
        )
    return calm


def _nearest(samples: Sequence[_Sample], at_ms: float) -> list[_Sample]:
    return [min(samples, key=lambda sample: abs(sample.time_ms - at_ms))]


def _rests(samples: Sequence[_Sample], crop: tuple[int, int]) -> list[_Rest]:
    """Stretches, each as long as can be, within which all samples are near to one place."""
    rests: list[_Rest] = []
    held: list[_Sample] = []
    for sample in samples:
        if held and not _within([*held, sample], crop):
            rests.append(_rest(held))
            held = []
        held.append(sample)
    rests.append(_rest(held))
    return rests


def _zone(half: float, size: int) -> float:
    """How far from the crop's middle a face of that half size may be, in pixels."""
    return size * max(_NARROWEST_ZONE, min(_WIDEST_ZONE, 0.5 - half / size - _EDGE))


def _within(samples: Sequence[_Sample], crop: tuple[int, int]) -> bool:
    """Whether none of the places is too far from where the face mostly is."""
    wide = _zone(max(sample.half_width for sample in samples), crop[0])
    high = _zone(max(sample.half_height for sample in samples), crop[1])
    rest = _rest(samples)
    return all(
        abs(sample.x - rest.x) <= wide and abs(sample.y - rest.y) <= high for sample in samples
    )


def _rest(samples: Sequence[_Sample]) -> _Rest:
    return _Rest(
        samples[0].time_ms,
        median(sample.x for sample in samples),
        median(sample.y for sample in samples),
    )


def _corner(
    x: float, y: float, crop: tuple[int, int], picture: tuple[int, int], head_room: float
) -> tuple[int, int]:
    """Left and top of the crop around a middle, even, inside the picture."""
    return (
        even_within(x - crop[0] / 2, picture[0] - crop[0]),
        even_within(y - crop[1] * head_room, picture[1] - crop[1]),
    )


def _moves(
    places: Sequence[tuple[int, int, int]],
    crop: tuple[int, int],
    frames: tuple[int, int],
    cut: Cut,
) -> list[Move]:
    """A move to every place worth one, half of it before the face leaves its zone."""
    moves: list[Move] = []
    at = (places[0][1], places[0][2])
    free = frames[0]
    for from_ms, left, top in places[1:]:
        far = max(abs(left - at[0]) / crop[0], abs(top - at[1]) / crop[1])
        if far < _LEAST_MOVE:
            continue
        length_ms = max(_SHORTEST_MOVE_MS, far / _SPEED * 1000)
        length = ceil(length_ms * cut.fps / 1000)
        middle = round((from_ms - cut.span.start_ms) * cut.fps / 1000)
        start = max(free, min(middle - length // 2, frames[1] - length))
        end = min(start + length, frames[1])
        if (end - start) * 2 < length:
            continue
        move = Move(start_frame=start, end_frame=end, left_px=left, top_px=top)
        if moves and _continues(moves, move, places[0], cut):
            move = move.model_copy(update={"start_frame": moves.pop().start_frame})
        moves.append(move)
        at, free = (left, top), end
    return moves


def _continues(moves: Sequence[Move], move: Move, first: tuple[int, int, int], cut: Cut) -> bool:
    """Whether the move goes on in the direction of the one before, after hardly a rest."""
    last = moves[-1]
    rested_ms = (move.start_frame - last.end_frame) * 1000 / cut.fps
    came = (moves[-2].left_px, moves[-2].top_px) if len(moves) > 1 else first[1:]
    before = (last.left_px - came[0], last.top_px - came[1])
    after = (move.left_px - last.left_px, move.top_px - last.top_px)
    return rested_ms < _SHORT_REST_MS and before[0] * after[0] + before[1] * after[1] > 0
