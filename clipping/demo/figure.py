"""The presenter: flat shapes drawn from signed distances, once, into small layers.

A layer is premultiplied RGBA, floats 0..1, at the size of the 1280x720 picture. Coordinates are
pixels of that picture, y down.
"""

from __future__ import annotations

from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Colour = tuple[int, int, int]

HEAD_BOX = (530, 150, 750, 440)
BODY_BOX = (360, 350, 920, 760)
MOUTHS = 7

_SKIN: Colour = (232, 176, 140)
_SHADE: Colour = (204, 142, 108)
_BLUSH: Colour = (236, 150, 124)
_HAIR: Colour = (52, 34, 44)
_HAIR_LIGHT: Colour = (84, 54, 62)
_JACKET: Colour = (38, 46, 92)
_LAPEL: Colour = (54, 64, 122)
_SEAM: Colour = (24, 30, 66)
_COLLAR: Colour = (255, 253, 248)
_SHIRT: Colour = (244, 240, 232)
_INK: Colour = (44, 30, 38)
_LIP: Colour = (176, 84, 78)
_TONGUE: Colour = (206, 96, 92)
_FRAME: Colour = (30, 26, 40)

_COLLAR_POINTS = [(606, 412), (640, 466), (610, 492), (584, 420)]
_LAPEL_POINTS = [(590, 424), (639, 690), (556, 578), (552, 506), (574, 428)]


class _Canvas:
    """Paints shapes given as signed distance (negative inside) over one another."""

    def __init__(self, box: tuple[int, int, int, int]) -> None:
        left, top, right, bottom = box
        rows, columns = np.mgrid[top:bottom, left:right].astype(np.float32)
        self.x: Field = columns + 0.5
        self.y: Field = rows + 0.5
        self.rgba = np.zeros((*self.x.shape, 4), np.float32)

    def fill(self, distance: Field, colour: Colour) -> None:
        self._paint(np.clip(0.5 - distance, 0, 1), colour)

    def shade(
        self, distance: Field, colour: Colour, *, opacity: float, soft: float, within: Field
    ) -> None:
        """A rim ``soft`` pixels wide, which never leaves the shape it lies ``within``."""
        cover = np.clip(0.5 - distance / soft, 0, 1) * opacity
        self._paint(cover * np.clip(0.5 - within, 0, 1), colour)

    def _paint(self, cover: Field, colour: Colour) -> None:
        ink = np.array([*(channel / 255 for channel in colour), 1.0], np.float32)
        self.rgba = self.rgba * (1 - cover[..., None]) + ink * cover[..., None]

    def ellipse(self, x: float, y: float, rx: float, ry: float) -> Field:
        """Distance to an ellipse, exact enough for its rim to be smooth."""
        dx, dy = (self.x - x) / rx, (self.y - y) / ry
        radius = np.sqrt(dx * dx + dy * dy)
        slope = np.sqrt((dx / rx) ** 2 + (dy / ry) ** 2)
        return np.asarray((radius - 1) * radius / np.maximum(slope, 1e-6), np.float32)

    def segment(self, ax: float, ay: float, bx: float, by: float, radius: float) -> Field:
        px, py = self.x - ax, self.y - ay
        dx, dy = bx - ax, by - ay
        along = np.clip((px * dx + py * dy) / (dx * dx + dy * dy), 0, 1)
        return np.asarray(np.hypot(px - dx * along, py - dy * along) - radius, np.float32)

    def polygon(self, *points: tuple[float, float], blend: float = 0.01) -> Field:
        """Distance to a convex polygon, points clockwise on the screen, corners cut."""
        sides = []
        for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
            length = np.hypot(bx - ax, by - ay)
            sides.append(((self.x - ax) * (by - ay) - (self.y - ay) * (bx - ax)) / length)
        return reduce(lambda a, b: _smooth_maximum(a, b, blend), sides)

    def box(self, x: float, y: float, half_w: float, half_h: float, round_px: float) -> Field:
        dx = np.abs(self.x - x) - half_w + round_px
        dy = np.abs(self.y - y) - half_h + round_px
        outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
        return np.asarray(outside + np.minimum(np.maximum(dx, dy), 0) - round_px, np.float32)


def _smooth_maximum(a: Field, b: Field, blend: float) -> Field:
    """The larger of the two, with the edge between them rounded over ``blend`` pixels."""
    overlap = np.maximum(blend - np.abs(a - b), 0) / blend
    return np.asarray(np.maximum(a, b) + overlap**2 * blend / 4, np.float32)


def body() -> Field:
    """Neck, shirt and jacket, down past the lower edge of the picture."""
    c = _Canvas(BODY_BOX)
    jacket = c.polygon(
        (602, 420), (678, 420), (876, 500), (896, 800), (384, 800), (404, 500), blend=90
    )
    c.fill(jacket, _JACKET)
    for side in (-1, 1):
        sleeve = c.segment(640 + side * 160, 610, 640 + side * 172, 760, 2.5)
        c.fill(np.maximum(sleeve, jacket), _SEAM)
    c.fill(c.polygon((586, 428), (694, 428), (646, 676), (634, 676)), _SHIRT)
    c.fill(c.box(640, 390, 37, 60, 30), _SHADE)
    c.fill(c.ellipse(640, 436, 37, 28), _SHADE)
    for mirrored in (False, True):
        for points, colour in ((_LAPEL_POINTS, _LAPEL), (_COLLAR_POINTS, _COLLAR)):
            turned = [(1280 - x, y) for x, y in reversed(points)] if mirrored else points
            c.fill(c.polygon(*turned), colour)
    for y in (540, 590, 640):
        c.fill(c.ellipse(640, y, 3.2, 3.2), (190, 184, 176))
    c.fill(c.box(572, 546, 5, 13, 5), (20, 22, 40))
    c.fill(c.ellipse(572, 533, 7, 7), (70, 76, 96))
    return c.rgba


def _face(c: _Canvas) -> None:
    for side in (-1, 1):
        c.fill(c.ellipse(640 + side * 76, 302, 15, 22), _SHADE)
    hair = c.ellipse(640, 262, 84, 92)
    c.fill(hair, _HAIR)
    head = np.minimum(c.ellipse(640, 288, 75, 88), c.ellipse(640, 320, 67, 81))
    c.fill(head, _SKIN)
    c.shade(-c.ellipse(632, 292, 72, 98), _SHADE, opacity=0.5, soft=22, within=head)
    for side in (-1, 1):
        cheek = c.ellipse(640 + side * 44, 336, 17, 11)
        c.shade(cheek, _BLUSH, opacity=0.5, soft=12, within=head)
    fringe = np.maximum(np.maximum(hair, -c.ellipse(628, 318, 80, 84)), c.y - 318)
    c.fill(fringe, _HAIR)
    c.shade(c.ellipse(672, 206, 52, 26), _HAIR_LIGHT, opacity=0.55, soft=16, within=fringe)
    c.fill(c.segment(641, 304, 635, 330, 2.2), _SHADE)
    c.fill(c.segment(635, 331, 646, 333, 2.2), _SHADE)


def _eyes(c: _Canvas, shut: bool) -> None:
    for side in (-1, 1):
        x = 640 + side * 31
        c.fill(c.segment(x - 15, 271, x + 15, 271, 3.6), _HAIR)
        if shut:
            c.fill(c.segment(x - 11, 300, x + 11, 300, 2.2), _INK)
        else:
            c.fill(c.ellipse(x, 298, 12.5, 9.5), (255, 255, 255))
            c.fill(c.ellipse(x, 298, 6.6, 6.6), (66, 92, 116))
            c.fill(c.ellipse(x, 298, 3.6, 3.6), _INK)
            c.fill(c.ellipse(x + 2.6, 295, 1.9, 1.9), (255, 255, 255))
        rim = np.abs(c.box(x, 299, 25, 20, 15)) - np.float32(2.0)
        c.fill(rim, _FRAME)
    c.fill(c.segment(634, 294, 646, 294, 2.0), _FRAME)
    for side in (-1, 1):
        c.fill(c.segment(640 + side * 56, 295, 640 + side * 73, 292, 2.0), _FRAME)


def _mouth(c: _Canvas, openness: float) -> None:
    """0 is a closed smile, 1 wide open."""
    y = 366.0
    if openness <= 0:
        arc = np.abs(c.ellipse(640, y - 14, 27, 16)) - 2.4
        c.fill(np.maximum(arc, (y - 6) - c.y), _LIP)
        return
    wide, tall = 23 + 5 * openness, 2.5 + 17 * openness
    c.fill(c.ellipse(640, y + tall * 0.3, wide + 3.4, tall + 3.4), _LIP)
    inner = c.ellipse(640, y + tall * 0.3, wide, tall)
    c.fill(inner, (88, 26, 36))
    c.fill(np.maximum(inner, c.ellipse(640, y + tall * 1.25, wide * 0.72, tall * 0.6)), _TONGUE)
    if openness > 0.25:
        c.fill(np.maximum(inner, c.y - (y - tall * 0.7 + 3.5 + 2 * openness)), (255, 252, 246))


@lru_cache(maxsize=1)
def heads() -> dict[tuple[int, bool], Field]:
    """The head for each mouth, 0 (closed) to ``MOUTHS - 1`` (wide open), and eyes shut or not."""
    made = {}
    for shut in (False, True):
        c = _Canvas(HEAD_BOX)
        _face(c)
        _eyes(c, shut)
        base = c.rgba
        for mouth in range(MOUTHS):
            c.rgba = base
            _mouth(c, mouth / (MOUTHS - 1))
            made[mouth, shut] = c.rgba
    return made
