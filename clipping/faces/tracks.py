"""Faces of single pictures, joined into the way of one face through a scene."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from clipping.faces.base import FoundFace, Point

LONGEST_GAP_MS = 1_000
"""A face may be missed this long, two looks of three a second, and is still the same."""

_SURE = 0.4
"""Confidence that begins a track; what the detector answers below that only continues one."""
_FARTHEST = 0.7
"""How far the middle may move between looks, as a share of the face's size."""
_FARTHER_PER_S = 1.0
"""And how much farther for each second since the last look."""
_MOST_RESIZED = 1.8


@dataclass(frozen=True)
class Sight:
    """A face at a time; ``mouth`` as in ``models.FacePoint``."""

    time_ms: int
    face: FoundFace
    mouth: float | None = None


@dataclass
class Track:
    """One face, in order of time."""

    sights: list[Sight] = field(default_factory=list)

    @property
    def last(self) -> Sight:
        """Where it was seen last."""
        return self.sights[-1]


@dataclass(frozen=True)
class Step:
    """A track that was found again: the sight is new, and not yet in the track."""

    track: Track
    sight: Sight


class Follower:
    """Follows all faces of one scene."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        """In the order in which they were first seen."""

    def see(self, time_ms: int, faces: Sequence[FoundFace]) -> list[Step]:
        """Join the faces of a picture to tracks; begins new tracks, and gives the steps of others.

        Whoever takes the steps appends to their tracks, with points in between if there are any.
        """
        alive = [t for t in self.tracks if time_ms - t.last.time_ms <= LONGEST_GAP_MS]
        pairs = sorted(
            (
                (distance, track_at, face_at)
                for track_at, track in enumerate(alive)
                for face_at, face in enumerate(faces)
                if (distance := _distance(track.last, time_ms, face)) is not None
            ),
        )
        steps, taken = [], set[int]()
        moved = set[int]()
        for _, track_at, face_at in pairs:
            if track_at not in moved and face_at not in taken:
                moved.add(track_at)
                taken.add(face_at)
                steps.append(Step(alive[track_at], Sight(time_ms, faces[face_at])))
        for face_at, face in enumerate(faces):
            if face_at not in taken and face.score >= _SURE:
                self.tracks.append(Track([Sight(time_ms, face)]))
        return steps


def _distance(last: Sight, time_ms: int, face: FoundFace) -> float | None:
    """Between two faces in sizes of a face; None when they cannot be the same one."""
    before, now = _size(last.face), _size(face)
    if max(before, now) > _MOST_RESIZED * min(before, now):
        return None
    farthest = _FARTHEST + _FARTHER_PER_S * (time_ms - last.time_ms) / 1000
    distance = math.dist(last.face.centre, face.centre) / ((before + now) / 2)
    return distance if distance <= farthest else None


def _size(face: FoundFace) -> float:
    return math.sqrt(face.width * face.height)


def between(before: Sight, after: Sight, time_ms: int) -> FoundFace:
    """Where a face was at a time between two sights, if it moved evenly."""
    share = (time_ms - before.time_ms) / (after.time_ms - before.time_ms)
    one, other = before.face, after.face

    def mix(first: float, second: float) -> float:
        return first + (second - first) * share

    def mixed(place: int) -> Point:
        (x, y), (other_x, other_y) = one.landmarks[place], other.landmarks[place]
        return mix(x, other_x), mix(y, other_y)

    return FoundFace(
        left=mix(one.left, other.left),
        top=mix(one.top, other.top),
        right=mix(one.right, other.right),
        bottom=mix(one.bottom, other.bottom),
        score=mix(one.score, other.score),
        landmarks=(mixed(0), mixed(1), mixed(2), mixed(3), mixed(4)),
    )
