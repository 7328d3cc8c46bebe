"""Drawn people whose faces the detector finds: talking-head pictures with known positions.

Nothing here is a photograph: a face is a shaded ellipse with hair, brows, eyes, nose and mouth,
drawn with numpy at twice the size and averaged, so that edges are soft. CenterFace finds them
reliably while their height is 10 % to 30 % of the height of a 16:9 picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Draw = Callable[[int], Picture]
"""Frame number to picture (height x width x 3)."""
Oval = tuple[float, float, float, float]
"""Its middle (x, y), and how far it reaches across and down."""

SKIN = (224, 172, 138)
HAIR = (52, 36, 28)

_FINER = 2


@dataclass(frozen=True)
class Person:
    """Where a person is drawn; all lengths in pixels of the picture."""

    x: float
    """Middle of the face."""
    y: float
    """Middle of the face, from hairline to chin."""
    height: float
    """Of the face, from hairline to chin."""
    mouth: float = 0.1
    """0 closed, 1 wide open."""
    skin: tuple[int, int, int] = SKIN
    hair: tuple[int, int, int] = HAIR
    shirt: tuple[int, int, int] = (60, 84, 130)

    @property
    def width(self) -> float:
        """Of the face."""
        return self.height * 0.79


def draw_people(background: Picture, people: Sequence[Person]) -> Picture:
    """A copy of the background with people before it; later ones cover earlier ones."""
    picture = background.copy()
    for person in people:
        left, right = _inside(person.x, 1.2 * person.width, picture.shape[1])
        top = min(picture.shape[0], max(0, int(person.y - 0.7 * person.height)))
        part = picture[top:, left:right].astype(np.float32)
        _draw_person(part, replace(person, x=person.x - left, y=person.y - top))
        picture[top:, left:right] = part.round().clip(0, 255)
    return picture


def room(width_px: int, height_px: int, tint: tuple[int, int, int] = (120, 128, 134)) -> Picture:
    """A wall that a lamp lights from one side, with a shelf: something filmed, not typeset."""
    y, x = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    x, y = x / width_px, y / height_px
    light = 0.55 + 0.5 * np.exp(-((x - 0.3) ** 2 + (y - 0.35) ** 2) * 3)
    wall = np.asarray(tint, np.float32) * light[..., None]
    wave = np.sin(x * 37 + np.sin(y * 23) * 2) * np.sin(y * 41 + np.sin(x * 17) * 2)
    wall += 5 * wave[..., None]
    shelf = (y > 0.7) & (y < 0.74)
    wall[shelf] *= 0.6
    grain = np.random.default_rng(1).normal(0, 2.5, wall.shape[:2])
    wall += grain[..., None]
    picture: Picture = wall.clip(0, 255).astype(np.uint8)
    return picture


def _draw_person(picture: NDArray[np.float32], person: Person) -> None:
    _draw_body(picture, person)
    left, right = _inside(person.x, 0.7 * person.width, picture.shape[1])
    top, bottom = _inside(person.y, 0.7 * person.height, picture.shape[0])
    if left >= right or top >= bottom:
        return
    fine = np.repeat(np.repeat(picture[top:bottom, left:right], _FINER, 0), _FINER, 1)
    rows = np.arange(fine.shape[0], dtype=np.float32)[:, None]
    columns = np.arange(fine.shape[1], dtype=np.float32)
    # In units of the face: its middle is 0, its edges are at -1 and 1.
    x = ((columns + 0.5) / _FINER + (left - person.x)) / (person.width / 2)
    y = ((rows + 0.5) / _FINER + (top - person.y)) / (person.height / 2)
    _draw_head(fine, x.astype(np.float32), y.astype(np.float32), person)
    parts = [fine[i::_FINER, j::_FINER] for i in range(_FINER) for j in range(_FINER)]
    picture[top:bottom, left:right] = sum(parts[1:], parts[0]) / len(parts)


def _inside(middle: float, reach: float, length: int) -> tuple[int, int]:
    return max(0, int(middle - reach)), min(length, int(middle + reach) + 1)


def _draw_body(picture: NDArray[np.float32], person: Person) -> None:
    """Neck and shoulders, down to the bottom of the picture; without soft edges."""
    left, right = _inside(person.x, 1.2 * person.width, picture.shape[1])
    top = min(picture.shape[0], max(0, int(person.y)))
    if left >= right:
        return
    rows = np.arange(top, picture.shape[0], dtype=np.float32)[:, None]
    columns = np.arange(left, right, dtype=np.float32)
    x = (columns + 0.5 - person.x) / (person.width / 2)
    y = (rows + 0.5 - person.y) / (person.height / 2)
    below = picture[top:, left:right]
    below[(np.abs(x) < 0.55) & (y > 0.5)] = np.asarray(person.skin, np.float32) * 0.78
    shoulders = (x / 2.3) ** 2 + (np.minimum(y - 3.1, 0) / 1.75) ** 2 < 1
    below[shoulders] = np.asarray(person.shirt, np.float32)


def _draw_head(
    fine: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32], person: Person
) -> None:
    skin, hair = np.asarray(person.skin, np.float32), np.asarray(person.hair, np.float32)
    brush = _Brush(fine, x, y)
    brush.fill((0, -0.18, 1.16, 1.12), hair)
    fine[(np.abs(x) < 0.55) & (y > 0.5)] = skin * 0.78
    for ear in (-1.0, 1.0):
        brush.fill((ear, 0.05, 0.13, 0.2), skin * 0.85)
    # A jaw that narrows, lit from the upper left.
    face = (x / (1 - 0.16 * np.clip(y, 0, 1))) ** 2 + (y / 1.02) ** 2 < 1
    light = 1.04 - 0.3 * x**2 - 0.12 * x - 0.07 * np.clip(y, 0, 1)
    fine[face] = skin * light[face][:, None]
    fringe = face & (y < -0.66 + 0.16 * x**2)
    fine[fringe] = hair
    for side in (-1, 1):
        middle = 0.42 * side
        brush.shade((middle, -0.16, 0.27, 0.15), 0.86)
        brush.fill((middle, -0.14, 0.22, 0.075), (205, 196, 188))
        brush.fill((middle, -0.14, 0.11, 0.075), (58, 40, 30))
        brush.fill((middle, -0.14, 0.045, 0.04), (12, 10, 10))
        brush.fill((middle, -0.155, 0.22, 0.105), (58, 40, 34), but=(middle, -0.13, 0.22, 0.1))
        rows, columns = brush.place((middle, -0.37, 0.27, 0.1))
        brow = np.abs(y[rows] + 0.37 - 0.5 * (x[columns] - middle) ** 2) < 0.045
        fine[rows, columns][brow] = hair * 0.9 + 8
        brush.shade((0.62 * side, 0.3, 0.24, 0.16), (1.01, 0.95, 0.94))
    brush.shade((0.07, 0.05, 0.09, 0.3), 0.88)
    brush.shade((0, 0.25, 0.17, 0.1), 0.86)
    for nostril in (-0.1, 0.1):
        brush.shade((nostril, 0.3, 0.05, 0.035), 0.55)
    _draw_mouth(brush, person.mouth)


def _draw_mouth(brush: _Brush, opening: float) -> None:
    gap = 0.012 + 0.09 * opening
    middle = 0.55 + 0.4 * gap
    brush.fill((0, middle, 0.35, 0.075 + gap), (176, 88, 84))
    brush.fill((0, middle, 0.29, gap), (52, 18, 20))
    if opening > 0.3:
        brush.fill((0, middle - gap * 0.62, 0.2, gap * 0.28), (232, 226, 216))
    brush.shade((0, middle + 0.16 + gap, 0.2, 0.035), 0.88)


@dataclass(frozen=True)
class _Brush:
    """Draws ovals, each only where it is: a face is drawn for every frame of a film."""

    picture: NDArray[np.float32]
    x: NDArray[np.float32]
    """Of the columns, in units of the face."""
    y: NDArray[np.float32]
    """Of the rows, one column."""

    def place(self, oval: Oval) -> tuple[slice, slice]:
        """Rows and columns that it may touch."""
        x, y, across, down = oval
        rows = np.searchsorted(self.y[:, 0], (y - down, y + down))
        columns = np.searchsorted(self.x, (x - across, x + across))
        return slice(*rows), slice(*columns)

    def fill(self, oval: Oval, colour: Any, but: Oval | None = None) -> None:
        """Without what lies in the other one."""
        place = self.place(oval)
        inside = self._inside(oval, place)
        if but is not None:
            inside &= ~self._inside(but, place)
        self.picture[place][inside] = colour

    def shade(self, oval: Oval, factor: Any) -> None:
        """Multiply what is there."""
        place = self.place(oval)
        self.picture[place][self._inside(oval, place)] *= factor

    def _inside(self, oval: Oval, place: tuple[slice, slice]) -> NDArray[np.bool_]:
        rows, columns = place
        x, y, across, down = oval
        beside, below = (self.x[columns] - x) / across, (self.y[rows] - y) / down
        inside: NDArray[np.bool_] = beside**2 + below**2 < 1
        return inside


def make_film(
    path: Path,
    draw: Draw,
    *,
    frames: int,
    fps: Fraction | int = 25,
    times: Sequence[Fraction] | None = None,
    options: dict[str, str] | None = None,
    rotation: int = 0,
) -> Path:
    """Write drawn pictures as H.264 in the container of the suffix, with a silent sound track.

    Like a camera's file it has B frames, and no key frame more than it must.

    :param times: When each frame is shown, in seconds; without them ``fps`` says it.
    :param options: Of x264, over the ones chosen here.
    :param rotation: Clockwise degrees a player must turn the pictures: 0, 90, 180, 270.
    """
    chosen = {"preset": "ultrafast", "crf": "20", "bf": "3", "sc_threshold": "0", **(options or {})}
    rate = Fraction(fps)
    with av.open(str(path), "w") as output:
        first = draw(0)
        stream: Any = output.add_stream("libx264", rate=rate, options=chosen)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = Fraction(1, 90_000)
        if rotation:
            stream.set_display_rotation(-rotation)
        sound: Any = output.add_stream("aac", rate=48_000, layout="mono")
        seconds = Fraction(frames) / rate if times is None else times[frames - 1] + 1 / rate
        _write_silence(output, sound, float(seconds))
        for index in range(frames):
            frame: Any = av.VideoFrame.from_ndarray(draw(index), format="rgb24")
            frame.time_base = Fraction(1, 90_000)
            time = Fraction(index) / rate if times is None else times[index]
            frame.pts = round(time * 90_000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _write_silence(output: Any, sound: Any, seconds: float) -> None:
    samples = np.zeros((1, round(seconds * 48_000)), np.float32)
    for first in range(0, samples.shape[1], 1024):
        frame: Any = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[:, first : first + 1024]), format="fltp", layout="mono"
        )
        frame.sample_rate = 48_000
        frame.time_base = Fraction(1, 48_000)
        frame.pts = first
        output.mux(sound.encode(frame))
    output.mux(sound.encode(None))
