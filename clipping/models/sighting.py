"""What was seen in a stretch of a source: where it cuts, and whose faces are where.

Made by ``clipping.faces`` from small pictures, a few a second; ``clipping.rendering.reframe``
decides the camera from it. Times are on the source clock, pixels are of the shown source picture
(turned, square pixels).
"""

from __future__ import annotations

from pydantic import Field

from clipping.models.base import Value
from clipping.timing import TimeSpan


class Area(Value):
    """A rectangle of the shown source picture, in its pixels; it may be larger than the picture."""

    left_px: int
    top_px: int
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)

    @property
    def centre(self) -> tuple[float, float]:
        """Of the rectangle: (x, y)."""
        return self.left_px + self.width_px / 2, self.top_px + self.height_px / 2


class FacePoint(Value):
    """A face in one picture; between two looks it is taken to move evenly."""

    time_ms: int
    area: Area
    score: float = Field(ge=0, le=1)
    """The detector's own confidence."""
    mouth: float | None = None
    """Movement of the mouth since the picture before, as a share of the face's own contrast and
    without the movement of the head; None where it could not be measured."""


class FaceTrack(Value):
    """One face followed through one scene; points in order of time, at least one."""

    track: int
    """Unique within the sightings."""
    points: tuple[FacePoint, ...] = Field(min_length=1)


class Scene(Value):
    """The pictures between two cuts. Tracks never reach across a cut.

    ``span.start_ms`` is the time of the scene's first picture, exact to the frame.
    """

    span: TimeSpan
    tracks: tuple[FaceTrack, ...]
    graphic: float = Field(default=0.0, ge=0, le=1)
    """How much the pictures are drawn or typeset (slides, screen recordings) and not filmed."""
    detail: Area | None = None
    """The rectangle that holds nearly all fine detail, such as text; None where there is none."""


class Sightings(Value):
    """All that was seen between ``span.start_ms`` and ``span.end_ms``; scenes cover it in order."""

    span: TimeSpan
    detector: str
    """Name and version; changes whenever the same pictures could give other sightings."""
    step_ms: int
    """Faces were looked for about this often."""
    scenes: tuple[Scene, ...]
