"""How a coded picture is turned before it is shown.

The rule is the one of ffmpeg's own automatic rotation (``insert_rotate_filter`` and
``get_rotation``, FFmpeg 9), so that pictures looked at here and pictures rendered are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from av.sidedata.sidedata import SideDataContainer, Type
from av.video.frame import VideoFrame
from numpy.typing import NDArray

_SIDE_DATA: Any = SideDataContainer
"""Its stub leaves the frame out."""


@dataclass(frozen=True)
class Orientation:
    """``rotation`` clockwise degrees, a multiple of 90; ``mirrored`` left to right before it."""

    rotation: int = 0
    mirrored: bool = False

    def turned(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture (height x width x channels) as it is shown."""
        if self.mirrored:
            picture = picture[:, ::-1]
        return np.ascontiguousarray(np.rot90(picture, k=-(self.rotation // 90)))


def orientation_of(frame: VideoFrame) -> Orientation:
    """What the frame's display matrix says; upright when it has none."""
    try:
        # ``frame.side_data`` is kept by the frame that it refers to, and only the garbage collector
        # ends such a ring (PyAV 18.1): until it runs, hundreds of MB of pictures would stay.
        data = bytes(_SIDE_DATA(frame)[Type.DISPLAYMATRIX])
    except KeyError:
        return Orientation()
    a, b, _, c, d = (int(value) for value in np.frombuffer(data, np.int32)[:5])
    mirrored = a * d - b * c < 0
    if mirrored:
        # Taking the mirror out first leaves a pure rotation.
        a, b = -a, -b
    degrees = math.degrees(math.atan2(b, a))
    return Orientation(round(degrees / 90) * 90 % 360, mirrored)
