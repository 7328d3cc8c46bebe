"""Films of drawn shots, with cuts, dissolves and flashes at known frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tests.support.faces import Draw, Person, Picture, draw_people, room

WIDTH_PX, HEIGHT_PX = 320, 180
SIZE = (WIDTH_PX, HEIGHT_PX)

Shot = Callable[[int], Picture]


def shots() -> list[Shot]:
    """Three views of one studio: alike in colour, as views of one studio are."""
    left = _shot(Person(100, 80, 52), (120, 128, 134))
    right = _shot(Person(220, 84, 48, skin=(150, 104, 80)), (112, 122, 130))
    wide = _shot(Person(150, 88, 34), (134, 130, 124))
    return [left, right, wide]


def _shot(person: Person, tint: tuple[int, int, int]) -> Shot:
    still = draw_people(room(*SIZE, tint), [person])

    def draw(index: int) -> Picture:
        # The whole picture breathes a little, as with a camera in the hand.
        shift = round(1.4 * np.sin(index / 5))
        return np.roll(still, (shift, -shift), axis=(0, 1))

    return draw


def joined(parts: Sequence[Shot], cuts: Sequence[int]) -> Draw:
    """Parts in turn; ``cuts`` are the first frames of the second part and the ones after."""

    def draw(index: int) -> Picture:
        return parts[sum(index >= cut for cut in cuts) % len(parts)](index)

    return draw


def dissolved(one: Shot, other: Shot, first: int, length: int) -> Draw:
    """From one shot into another within ``length`` frames from ``first`` on."""

    def draw(index: int) -> Picture:
        share = min(1.0, max(0.0, (index - first) / length))
        mixed = one(index) * (1 - share) + other(index) * share
        return mixed.round().astype(np.uint8)

    return draw


def faded(one: Shot, other: Shot, first: int, length: int) -> Draw:
    """From one shot to black and out of it into another one, each within ``length`` frames."""

    def draw(index: int) -> Picture:
        shot = one if index < first + length else other
        share = min(1.0, abs(index - first - length) / length)
        return (shot(index) * share).round().astype(np.uint8)

    return draw


def flashing(shot: Shot, first: int, length: int) -> Draw:
    """A photographer's flash: white at once, and gone within ``length`` frames."""

    def draw(index: int) -> Picture:
        light = max(0.0, 1 - (index - first) / length) if index >= first else 0.0
        picture = shot(index)
        return (picture + (255 - picture.astype(np.float32)) * 0.9 * light).astype(np.uint8)

    return draw


def panned(step_px: int) -> Shot:
    """A camera that turns fast past a wall of pictures."""
    noise = np.random.default_rng(4).integers(40, 216, (HEIGHT_PX // 20, WIDTH_PX // 5, 3))
    wall = np.repeat(np.repeat(noise, 20, axis=0), 20, axis=1).astype(np.uint8)

    def draw(index: int) -> Picture:
        return np.ascontiguousarray(np.roll(wall, -index * step_px, axis=1)[:, :WIDTH_PX])

    return draw


def passed_by(shot: Shot, first: int, length: int) -> Shot:
    """Somebody dark walks right past the camera, within ``length`` frames."""

    def draw(index: int) -> Picture:
        picture = shot(index).copy()
        left = round((index - first) / length * (WIDTH_PX + 120)) - 120
        if first <= index < first + length:
            picture[20:, max(0, left) : max(0, left + 120)] = (30, 26, 24)
        return picture

    return draw


def shaken(shot: Shot, first: int, length: int) -> Shot:
    """Knocks against the camera."""

    def draw(index: int) -> Picture:
        if not first <= index < first + length:
            return shot(index)
        shift = (round(7 * np.cos(index * 1.7)), round(9 * np.sin(index * 2.1)))
        return np.roll(shot(index), shift, axis=(0, 1))

    return draw
