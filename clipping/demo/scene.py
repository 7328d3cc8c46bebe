"""The moving picture: a drifting gradient, bars that follow the voice, the presenter, a clock.

Frames are painted straight into the planes of a yuv420p picture (BT.709, limited range): the
background small and smooth, then enlarged; the presenter from layers drawn once. What changes per
frame is a few hundred thousand additions, so a frame takes a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from clipping.demo import figure

Field = NDArray[np.float32]
Plane = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX, FPS = 1280, 720, 25

_SMALL_W, _SMALL_H = 160, 90
_TOP = np.array([0.10, 0.07, 0.26], np.float32)
_BOTTOM = np.array([0.05, 0.20, 0.34], np.float32)
# Five glows that wander: colour, then size, centre (x, y), reach (x, y) as shares of the picture,
# then turns per second (x, y). The last one stays behind the presenter.
_GLOWS = np.array(
    [
        (0.62, 0.18, 0.58, 0.55, 0.22, 0.30, 0.16, 0.22, 0.031, 0.023),
        (0.06, 0.46, 0.62, 0.60, 0.80, 0.62, 0.16, 0.26, 0.027, 0.037),
        (0.88, 0.38, 0.20, 0.34, 0.74, 0.16, 0.22, 0.14, 0.019, 0.029),
        (0.26, 0.20, 0.86, 0.50, 0.28, 0.84, 0.20, 0.18, 0.023, 0.017),
        (0.72, 0.52, 0.46, 0.36, 0.50, 0.46, 0.02, 0.03, 0.041, 0.033),
    ],
    np.float32,
)
_GLOW = 0.48
_LOWER_PX = 22
"""How far the presenter is moved down, so that the crown clears a hook line above it."""
_BAR_PITCH_PX, _BAR_HALF_PX, _BARS = 26, 5.0, 15
_BARS_FROM_PX, _BARS_HALF_HEIGHT_PX, _BARS_CENTRE_PX = 214, 132, 360
_BAR_DELAY_FRAMES = 2
_SEGMENTS = (
    "abcdef",
    "bc",
    "abdeg",
    "abcdg",
    "bcfg",
    "acdfg",
    "acdefg",
    "abc",
    "abcdefg",
    "abcdfg",
)


@dataclass(frozen=True)
class _Layer:
    """A premultiplied layer in Y, U, V with its cover, at luma and at chroma resolution."""

    left: int
    top: int
    planes: tuple[Field, Field, Field]
    covers: tuple[Field, Field]


class Scene:
    """Draws any frame of the talk, given how loud the voice is at each one, 0..1."""

    def __init__(self, levels: Field) -> None:
        self._levels = levels
        self._enlarger = VideoReformatter()
        self._body = _layer(figure.body(), figure.BODY_BOX)
        self._heads = {key: _layer(rgba, figure.HEAD_BOX) for key, rgba in figure.heads().items()}
        self._digits = [_digit(segments) for segments in _SEGMENTS]
        self._bar_columns = _bar_columns()
        self._down = (np.arange(_SMALL_H, dtype=np.float32) + 0.5) / _SMALL_H
        self._right = (np.arange(_SMALL_W, dtype=np.float32) + 0.5) / _SMALL_W
        self._base = _TOP + (_BOTTOM - _TOP) * self._down[:, None]

    def frame(self, index: int) -> av.VideoFrame:
        """Frame ``index`` of the talk, 1280x720 yuv420p."""
        seconds = index / FPS
        picture = self._background(seconds)
        planes = [_view(picture, number) for number in range(3)]
        self._bars(planes[0], index)
        drift_x = 9 * np.sin(seconds * 0.37) + 4 * np.sin(seconds * 0.83)
        drift_y = 5 * np.sin(seconds * 0.29 + 1)
        _blend(planes, self._body, drift_x, drift_y + _LOWER_PX)
        recent = self._levels[max(0, index - 3) : index + 1]
        nod = 3.5 * np.sin(seconds * 1.9) - 5 * float(recent.mean())
        sway = 3 * np.sin(seconds * 1.13 + 0.5)
        shut = index % 109 in (0, 1, 2, 3) or index % 263 in (7, 8, 9, 10)
        mouth = round(float(self._levels[index]) * (figure.MOUTHS - 2))
        _blend(planes, self._heads[mouth, shut], drift_x + sway, drift_y + nod + _LOWER_PX)
        self._clock(planes[0], seconds)
        return picture

    def _background(self, seconds: float) -> av.VideoFrame:
        turn = np.float32(2 * np.pi * seconds) * _GLOWS[:, 8:]
        x = (_GLOWS[:, 4] + _GLOWS[:, 6] * np.sin(turn[:, 0]))[:, None]
        y = (_GLOWS[:, 5] + _GLOWS[:, 7] * np.cos(turn[:, 1]))[:, None]
        size = _GLOWS[:, 3:4]
        across = np.exp(-(((self._right - x) * (WIDTH_PX / HEIGHT_PX) / size) ** 2))
        along = np.exp(-(((self._down - y) / size) ** 2)) * _GLOW
        colour = np.stack(
            [self._base[:, None, c] + (along * _GLOWS[:, c : c + 1]).T @ across for c in range(3)],
            axis=-1,
        )
        deep = np.clip(colour * 65535, 0, 65535).astype(np.uint16)
        small = av.VideoFrame.from_ndarray(deep, format="rgb48le")
        return self._enlarger.reformat(
            small,
            WIDTH_PX,
            HEIGHT_PX,
            "yuv420p",
            dst_colorspace=Colorspace.ITU709,
            interpolation=Interpolation.BICUBIC,
        )

    def _bars(self, luma: Plane, index: int) -> None:
        """Bars on both sides, the voice travelling outward from the presenter."""
        ages = index - _BAR_DELAY_FRAMES * np.arange(_BARS)
        levels = np.where(ages >= 0, self._levels[np.clip(ages, 0, len(self._levels) - 1)], 0)
        fade = np.linspace(1, 0.45, _BARS)
        half = 7 + levels * fade * (_BARS_HALF_HEIGHT_PX - 10)
        number, edge, opacity = self._bar_columns
        reach = half[number] - edge
        rows = np.abs(np.arange(-_BARS_HALF_HEIGHT_PX, _BARS_HALF_HEIGHT_PX) + 0.5)[:, None]
        cover = np.clip(reach - rows + 0.5, 0, 1) * opacity
        top = _BARS_CENTRE_PX - _BARS_HALF_HEIGHT_PX
        band = luma[top : top + 2 * _BARS_HALF_HEIGHT_PX]
        start = WIDTH_PX // 2 + _BARS_FROM_PX
        _lighten(band[:, start : start + cover.shape[1]], cover)
        end = WIDTH_PX // 2 - _BARS_FROM_PX
        _lighten(band[:, end - cover.shape[1] : end], cover[:, ::-1])

    def _clock(self, luma: Plane, seconds: float) -> None:
        minutes, rest = divmod(int(seconds), 60)
        numbers = (minutes // 10 % 10, minutes % 10, rest // 10, rest % 10)
        for number, x in zip(numbers, (1144, 1166, 1196, 1218), strict=True):
            _lighten(luma[36:65, x : x + 16], self._digits[number] * 0.75)
        for y in (44, 54):
            _lighten(luma[y : y + 3, 1187:1190], 0.75)


def _lighten(area: Plane, cover: Field | float) -> None:
    area[:] = area + (235.0 - area) * cover


def _view(picture: av.VideoFrame, number: int) -> Plane:
    plane = picture.planes[number]
    whole: Plane = np.asarray(memoryview(plane), np.uint8)
    return whole.reshape(plane.height, plane.line_size)[:, : plane.width]


def _layer(rgba: Field, box: tuple[int, int, int, int]) -> _Layer:
    """RGB to BT.709 limited range; one pixel of margin is lost to the sub-pixel shift."""
    r, g, b, cover = (rgba[..., channel] for channel in range(4))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    small = [_halved(plane) for plane in (luma, r, b, cover)]
    return _Layer(
        box[0],
        box[1],
        (
            16 * cover + 219 * luma,
            128 * small[3] + 224 * (small[2] - small[0]) / 1.8556,
            128 * small[3] + 224 * (small[1] - small[0]) / 1.5748,
        ),
        (cover, small[3]),
    )


def _halved(plane: Field) -> Field:
    height, width = plane.shape
    return np.asarray(plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)), np.float32)


def _blend(planes: list[Plane], layer: _Layer, x: float, y: float) -> None:
    """Lay ``layer`` over the picture, moved by a fraction of a pixel exactly."""
    for number, (plane, ink) in enumerate(zip(planes, layer.planes, strict=True)):
        scale = 1 if number == 0 else 2
        cover = layer.covers[min(number, 1)]
        left, right_part = divmod(layer.left / scale + x / scale, 1)
        top, lower_part = divmod(layer.top / scale + y / scale, 1)
        height = min(ink.shape[0] - 1, plane.shape[0] - int(top))
        area = plane[int(top) : int(top) + height, int(left) : int(left) + ink.shape[1] - 1]
        moved_ink = _shifted(ink[: height + 1], right_part, lower_part)
        moved_cover = _shifted(cover[: height + 1], right_part, lower_part)
        area[:] = area * (1 - moved_cover) + (moved_ink + 0.5)


def _shifted(field: Field, x: float, y: float) -> Field:
    """One row and one column smaller: each value is a mix of its neighbours up and left."""
    across = field[:, 1:] + np.float32(x) * (field[:, :-1] - field[:, 1:])
    return np.asarray(across[1:] + np.float32(y) * (across[:-1] - across[1:]), np.float32)


def _bar_columns() -> tuple[NDArray[np.intp], Field, Field]:
    """For each column of the bars: which bar, how far its round cap falls, how much it covers."""
    columns = np.arange(_BARS * _BAR_PITCH_PX)
    number = columns // _BAR_PITCH_PX
    off = np.abs(columns % _BAR_PITCH_PX + 0.5 - _BAR_PITCH_PX / 2)
    edge = _BAR_HALF_PX - np.sqrt(np.maximum(_BAR_HALF_PX**2 - off**2, 0))
    opacity = np.clip(_BAR_HALF_PX - off + 0.5, 0, 1) * np.linspace(0.34, 0.12, len(columns))
    return number, edge.astype(np.float32), opacity.astype(np.float32)


def _digit(segments: str) -> Field:
    """A seven-segment digit, 16x29 pixels, 0..1."""
    boxes = {
        "a": (0, 3, 2, 14),
        "b": (2, 14, 13, 16),
        "c": (15, 27, 13, 16),
        "d": (26, 29, 2, 14),
        "e": (15, 27, 0, 3),
        "f": (2, 14, 0, 3),
        "g": (13, 16, 2, 14),
    }
    mask = np.zeros((29, 16), np.float32)
    for name in segments:
        top, bottom, left, right = boxes[name]
        mask[top:bottom, left:right] = 1
    return mask
