"""The interface of a face detector: what it is given and what it must answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
"""(x, y)."""


@dataclass(frozen=True)
class FoundFace:
    """A face in one picture, in that picture's pixels; right and bottom are exclusive.

    ``landmarks`` are five (x, y): the eye and the eye on the right of the picture, the tip of the
    nose, the corner of the mouth and the one on the right of the picture.
    """

    left: float
    top: float
    right: float
    bottom: float
    score: float
    """The detector's own confidence, 0..1."""
    landmarks: tuple[Point, Point, Point, Point, Point]

    @property
    def width(self) -> float:
        """Of the rectangle around the face."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Of the rectangle around the face."""
        return self.bottom - self.top

    @property
    def centre(self) -> Point:
        """Of the rectangle around the face."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def mouth(self) -> Point:
        """The middle between the corners of the mouth."""
        (left_x, left_y), (right_x, right_y) = self.landmarks[3:]
        return (left_x + right_x) / 2, (left_y + right_y) / 2

    def scaled(self, across: float, down: float) -> FoundFace:
        """The same face in a picture ``across`` times as wide and ``down`` times as high."""
        first, second, third, fourth, fifth = ((x * across, y * down) for x, y in self.landmarks)
        return FoundFace(
            left=self.left * across,
            top=self.top * down,
            right=self.right * across,
            bottom=self.bottom * down,
            score=self.score,
            landmarks=(first, second, third, fourth, fifth),
        )


class FaceDetector(Protocol):
    """Finds the faces of one picture.

    To add one: write ``clipping/faces/<name>.py`` with such a class, import what is heavy inside
    its constructor (:class:`~clipping.errors.NotInstalled` when it is missing), and name it in
    ``clipping.faces.detector``. The same picture gives the same answer, and threads may share
    one. ``version`` changes whenever the same picture could give another answer.
    """

    @property
    def name(self) -> str:
        """Its own word."""
        ...

    @property
    def version(self) -> str:
        """Of the code and the weights."""
        ...

    @property
    def longest_px(self) -> int:
        """The longer side of the pictures that it should be given."""
        ...

    def detect(self, rgb: NDArray[np.uint8]) -> list[FoundFace]:
        """All faces of a picture (height x width x 3), the surest first."""
        ...
