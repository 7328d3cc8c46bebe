"""Faces are joined into tracks, through misses and past one another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from clipping.faces.base import FoundFace
from clipping.faces.tracks import Follower, Sight, between


def _face(x: float, y: float = 100, size: float = 40, score: float = 0.8) -> FoundFace:
    point = (x, y)
    return FoundFace(
        left=x - size / 2,
        top=y - size / 2,
        right=x + size / 2,
        bottom=y + size / 2,
        score=score,
        landmarks=(point, point, point, point, point),
    )


def _followed(looks: Sequence[Sequence[FoundFace]]) -> list[list[tuple[int, float]]]:
    """(number of the look, x) of each track's sights."""
    follower = Follower()
    for number, faces in enumerate(looks):
        for step in follower.see(number * 300, faces):
            step.track.sights.append(step.sight)
    return [
        [(sight.time_ms // 300, sight.face.centre[0]) for sight in track.sights]
        for track in follower.tracks
    ]


def test_a_face_that_moves_is_one_track() -> None:
    assert _followed([[_face(100)], [_face(115)], [_face(135)]]) == [[(0, 100), (1, 115), (2, 135)]]


@pytest.mark.parametrize(
    ("misses", "tracks"),
    [pytest.param(1, 1, id="one"), pytest.param(2, 1, id="two"), pytest.param(3, 2, id="three")],
)
def test_a_miss_or_two_does_not_end_a_track(misses: int, tracks: int) -> None:
    assert len(_followed([[_face(100)], *[[]] * misses, [_face(104)]])) == tracks


def test_two_who_pass_keep_their_tracks() -> None:
    looks = [[_face(100 + 12 * n, 100), _face(160 - 12 * n, 125)] for n in range(6)]
    assert _followed(looks) == [
        [(n, 100 + 12 * n) for n in range(6)],
        [(n, 160 - 12 * n) for n in range(6)],
    ]


@pytest.mark.parametrize(
    "other",
    [pytest.param(_face(200), id="far-away"), pytest.param(_face(105, size=90), id="far-larger")],
)
def test_another_face_is_another_track(other: FoundFace) -> None:
    assert len(_followed([[_face(100)], [other]])) == 2


def test_a_doubtful_face_continues_a_track_and_begins_none() -> None:
    doubtful = _face(102, score=0.32)
    assert _followed([[doubtful]]) == []
    assert _followed([[_face(100)], [doubtful]]) == [[(0, 100), (1, 102)]]


def test_a_stray_face_is_a_track_of_one_point() -> None:
    looks = [[_face(100)], [_face(100), _face(300)], [_face(100)], [_face(100)]]
    assert [len(track) for track in _followed(looks)] == [4, 1]


def test_the_nearest_face_continues_a_track() -> None:
    assert _followed([[_face(100)], [_face(118), _face(101)]]) == [[(0, 100), (1, 101)], [(1, 118)]]


def test_between_two_sights_a_face_moves_evenly() -> None:
    before, after = Sight(0, _face(100, 100, 40, 0.6)), Sight(400, _face(140, 80, 60, 1.0))
    middle = between(before, after, 100)
    assert middle.centre == pytest.approx((110, 95))
    assert (middle.width, middle.score) == pytest.approx((45, 0.7))
    assert middle.mouth == pytest.approx((110, 95))
