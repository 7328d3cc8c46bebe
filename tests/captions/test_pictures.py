"""The pictures in the documentation show what is drawn today."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.captions.pictures import FOLDER, as_file, names, write

PAGE = FOLDER.parent / "captions.md"
MOST_BYTES = 60_000
ALIKE = 1.5
"""Levels of 255: more than another ffmpeg or JPEG encoder makes of the same picture."""


def apart(one: Image.Image, other: Image.Image) -> float:
    """Mean difference over all pixels, 255 for pictures of another size."""
    if one.size != other.size:
        return 255.0
    first, second = (np.asarray(shown.convert("RGB"), np.int16) for shown in (one, other))
    return float(np.abs(first - second).mean())


@pytest.mark.parametrize("name", names())
def test_a_picture_in_the_documentation_is_what_the_style_draws(name: str) -> None:
    kept = FOLDER / f"{name}.jpg"
    assert kept.stat().st_size <= MOST_BYTES
    assert f"images/{name}.jpg" in PAGE.read_text(encoding="utf-8")
    with Image.open(kept) as shown:
        assert apart(shown, Image.open(BytesIO(as_file(name)))) < ALIKE, (
            "write it anew: see docs/captions.md"
        )


@pytest.mark.parametrize("kind", ["caption", "hook"])
def test_pictures_of_two_styles_are_never_taken_for_one_another(kind: str) -> None:
    own = [name for name in names() if name.startswith(kind)]
    for index, name in enumerate(own):
        with Image.open(FOLDER / f"{name}.jpg") as shown:
            for other in own[index + 1 :]:
                with Image.open(FOLDER / f"{other}.jpg") as beside:
                    assert apart(shown, beside) > ALIKE, (name, other)


def test_no_picture_is_left_of_a_style_that_is_gone() -> None:
    kept = {path.stem for path in FOLDER.glob("*.jpg")}
    assert {name for name in kept if name.startswith(("caption-", "hook-"))} == set(names())


def test_pictures_are_written_where_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.captions.pictures.names", lambda: ["caption-pop"])
    write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["caption-pop.jpg"]
