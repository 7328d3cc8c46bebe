"""Looking at films of drawn people: where their faces are, and whose mouth moves."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clipping.errors import UnreadableMedia
from clipping.faces import look
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.models import FaceTrack, Scene, Sightings
from clipping.timing import TimeSpan
from tests.faces import films
from tests.support.faces import Person, Picture, draw_people, make_film, room
from tests.support.media import make_video

WIDE = (960, 540)
LEFT, RIGHT = Person(250, 220, 130), Person(700, 240, 100, skin=(150, 104, 80))
ROOM = room(*WIDE)


def _speaking(index: int) -> float:
    """Opening of a mouth that speaks four syllables a second, at 25 frames a second."""
    return 0.5 - 0.5 * math.cos(index / 25 * 4 * 2 * math.pi)


def _two(index: int) -> Picture:
    """The left one speaks for 1.4 seconds, then the right one; both move their heads."""
    nod = 5 * math.sin(index / 6)
    left = replace(LEFT, x=LEFT.x + nod, y=LEFT.y + nod / 2, mouth=0.1)
    right = replace(RIGHT, x=RIGHT.x - nod, y=RIGHT.y + nod, mouth=0.1)
    if index < 35:
        left = replace(left, mouth=_speaking(index))
    else:
        right = replace(right, mouth=_speaking(index))
    return draw_people(ROOM, [left, right])


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("films") / "talk.mp4", _two, frames=70)


@pytest.fixture(scope="module")
def seen(talk: Path) -> Sightings:
    return _look(talk)


def test_two_people_are_two_tracks_where_they_are(seen: Sightings) -> None:
    (scene,) = seen.scenes
    left, right = _from_left(scene)
    for track, person in ((left, LEFT), (right, RIGHT)):
        centres = np.asarray([point.area.centre for point in track.points])
        assert np.abs(centres - (person.x, person.y)).max() < 0.25 * person.height
        heights = [point.area.height_px for point in track.points]
        assert 0.75 * person.height < min(heights) <= max(heights) < 1.1 * person.height
    assert left.track != right.track


def test_points_cover_the_scene_several_times_a_second(seen: Sightings) -> None:
    for track in seen.scenes[0].tracks:
        times = [point.time_ms for point in track.points]
        assert times[0] == 0
        assert times[-1] == 2_760
        assert max(np.diff(times)) <= 160
        assert min(np.diff(times)) > 0


def test_points_follow_a_face_between_two_looks(tmp_path: Path) -> None:
    def walking(index: int) -> Picture:
        return draw_people(ROOM, [replace(LEFT, x=200 + 6 * index)])

    path = make_film(tmp_path / "a.mp4", walking, frames=50)
    (track,) = _look(path).scenes[0].tracks
    for point in track.points:
        assert point.area.centre[0] == pytest.approx(200 + 6 * point.time_ms / 40, abs=20)


def test_the_mouth_that_speaks_moves_more_than_the_one_that_does_not(seen: Sightings) -> None:
    left, right = _from_left(seen.scenes[0])
    for speaker, listener, first_ms, last_ms in (
        (left, right, 0, 1_350),
        (right, left, 1_500, 2_800),
    ):
        spoken, idle = (_mouth(track, first_ms, last_ms) for track in (speaker, listener))
        assert np.median(spoken) > 3 * np.median(idle)
        assert np.mean(spoken) > 3 * np.mean(idle)


def test_a_small_and_a_large_mouth_compare(seen: Sightings, tmp_path: Path) -> None:
    second = [
        draw_people(ROOM, [Person(260, 230, 150, mouth), Person(720, 230, 60, mouth)])
        for mouth in map(_speaking, range(25))
    ]
    path = make_film(tmp_path / "a.mp4", lambda index: second[index % 25], frames=50)
    large, small = _from_left(_look(path).scenes[0])
    ratio = np.mean(_mouth(large, 0, 2_000)) / np.mean(_mouth(small, 0, 2_000))
    assert 0.5 < ratio < 2


def test_tracks_end_at_cuts_and_numbers_are_unique(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mp4", films.joined(films.shots(), [21, 38, 62]), frames=82)
    scenes = _look(path).scenes
    assert [len(scene.tracks) for scene in scenes] == [1, 1, 1, 1]
    numbers = [track.track for scene in scenes for track in scene.tracks]
    assert len(set(numbers)) == len(numbers)
    for scene in scenes:
        for point in scene.tracks[0].points:
            assert scene.span.contains(point.time_ms)
        # The first and the last picture that was read are both looked at.
        assert scene.tracks[0].points[0].time_ms - scene.span.start_ms <= 120
        assert scene.span.end_ms - scene.tracks[0].points[-1].time_ms <= 200


def test_a_face_that_is_hidden_for_a_moment_is_the_same_one(tmp_path: Path) -> None:
    shown = draw_people(ROOM, [LEFT])

    def hidden(index: int) -> Picture:
        picture = shown.copy()
        if 20 <= index < 30:
            picture[100:400, 150:350] = ROOM[100:400, 150:350]
        return picture

    (track,) = _look(make_film(tmp_path / "a.mp4", hidden, frames=50)).scenes[0].tracks
    assert track.points[-1].time_ms == 1_960


def test_a_face_too_small_to_matter_is_left_out(tmp_path: Path) -> None:
    far = draw_people(ROOM, [LEFT, Person(700, 200, 24)])
    path = make_film(tmp_path / "a.mp4", lambda _: far, frames=15)
    (track,) = _look(path).scenes[0].tracks
    assert track.points[0].area.centre[0] == pytest.approx(LEFT.x, abs=20)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_faces_of_a_turned_source_are_where_they_are_shown(tmp_path: Path, rotation: int) -> None:
    shown = draw_people(ROOM, [LEFT])

    def turned(_: int) -> Picture:
        return np.ascontiguousarray(np.rot90(shown, k=rotation // 90))

    path = make_film(tmp_path / "a.mp4", turned, frames=15, rotation=rotation)
    media = probe(path)
    assert (media.video.width_px, media.video.height_px) == WIDE
    (track,) = _look(path).scenes[0].tracks
    assert track.points[0].area.centre == pytest.approx((LEFT.x, LEFT.y), abs=20)


def test_the_same_film_gives_the_same_sightings(talk: Path, seen: Sightings) -> None:
    told: list[float] = []
    media = probe(talk)
    again = look(talk, media, TimeSpan(start_ms=0, end_ms=media.duration_ms), told.append)
    assert again == seen
    assert Sightings.model_validate_json(again.model_dump_json()) == seen
    assert told == sorted(told)
    assert told[-1] == 1
    assert "centerface" in seen.detector


def test_a_span_behind_the_last_picture_shows_that_one(talk: Path) -> None:
    media = probe(talk)
    late = TimeSpan(start_ms=media.duration_ms + 500, end_ms=media.duration_ms + 900)
    (scene,) = look(talk, media, late).scenes
    assert scene.span == late
    assert [len(track.points) for track in scene.tracks] == [1, 1]


def test_a_file_that_is_gone_is_one_sentence(talk: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="There is no file"):
        look(tmp_path / "gone.mp4", probe(talk), TimeSpan(start_ms=0, end_ms=1_000))
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(UnreadableMedia, match="not a video"):
        look(tmp_path / "text.mp4", probe(talk), TimeSpan(start_ms=0, end_ms=1_000))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says how much memory is used")
def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    once = make_video(tmp_path / "once.mp4", seconds=4, size=(1920, 1080), fps=10)
    path = tmp_path / "a.mp4"
    run_ffmpeg(["-stream_loop", "3", "-i", str(once), "-c", "copy", str(path)], timeout_s=60)
    assert probe(path).duration_ms >= 16_000
    code = f"""
from pathlib import Path
from clipping.faces import look
from clipping.media.probe import probe
from clipping.timing import TimeSpan
path = Path({str(path)!r})
media = probe(path)
for end_ms in (4_000, 16_000):
    look(path, media, TimeSpan(start_ms=0, end_ms=end_ms))
    peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    print(int(peak) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    short, long = (int(line) for line in done.stdout.split())
    assert long < short + 30
    assert long < 300


def _look(path: Path) -> Sightings:
    media = probe(path)
    return look(path, media, TimeSpan(start_ms=0, end_ms=media.duration_ms))


def _from_left(scene: Scene) -> tuple[FaceTrack, FaceTrack]:
    left, right = sorted(scene.tracks, key=lambda track: track.points[0].area.left_px)
    return left, right


def _mouth(track: FaceTrack, first_ms: int, last_ms: int) -> list[float]:
    return [
        point.mouth
        for point in track.points
        if point.mouth is not None and first_ms <= point.time_ms <= last_ms
    ]
