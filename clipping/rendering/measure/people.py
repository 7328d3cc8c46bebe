"""Whether the faces that the camera is to show are in the picture, and free of text.

The detector looks at the clip's own pictures, so that a crop beside the face, a wrong scale and a
late cut all count, whatever the plan says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from clipping.faces import FaceDetector, FoundFace
from clipping.models import Box, Face, ProofCheck, RenderPlan
from clipping.rendering.framing import FRAME
from clipping.rendering.measure.geometry import STEP_PX, Picture
from clipping.rendering.measure.sampling import spread
from clipping.rendering.measure.verdict import at_least, not_applicable, reported

MOST_LOOKS = 24
"""One look costs as much as decoding ten pictures."""
_LEAST_SHARE = 0.9
"""Of the moments in which a face is planned: heads turn away, hands pass before them."""
_LEAST_INSIDE = 0.8
"""Of a found face, that must lie within the frame."""
_BLOCKS = (2, 5)
"""Cells of the grid to a pixel that the detector sees: small faces are found in the larger
picture, and drawn or very large ones, whose details mislead it, in the smaller."""
_COVERED = 0.1
"""Of a face, from which on text covers it."""


def chosen(plan: RenderPlan) -> dict[int, list[Face]]:
    """The planned faces of some frames, evenly apart, by the frame's number."""
    by_frame: dict[int, list[Face]] = {}
    for face in plan.faces:
        if face.frame < plan.frames:
            by_frame.setdefault(face.frame, []).append(face)
    return {frame: by_frame[frame] for frame in spread(sorted(by_frame), MOST_LOOKS)}


def people_checks(
    plan: RenderPlan, shots: Mapping[int, Picture], detector: FaceDetector
) -> list[ProofCheck]:
    """Whether faces are where they should be, and how many are covered by text.

    :param shots: The clip's pictures on the grid, at least those of :func:`chosen`.
    """
    wanted = {frame: faces for frame, faces in chosen(plan).items() if frame in shots}
    if not wanted:
        return [not_applicable("faces_in_crop", "no face planned")]
    found = {frame: boxes_of(shots[frame], detector) for frame in wanted}
    seen = [
        any(_is_seen(face.box, box) for box in found[frame])
        for frame, faces in wanted.items()
        for face in faces
    ]
    covered = [
        _is_covered(box, _text_boxes(plan, frame))
        for frame, boxes in found.items()
        for box in boxes
    ]
    share = sum(covered) / len(covered) if covered else 0.0
    return [
        at_least(
            "faces_in_crop", sum(seen) / len(seen), _LEAST_SHARE, "share", f"of {len(seen)} looks"
        ),
        reported("faces_under_text", share, "share"),
    ]


def boxes_of(picture: Picture, detector: FaceDetector) -> list[Box]:
    """The faces of a picture on the grid, in output pixels; one may be found in both sizes."""
    rgb = _rgb(picture)
    return [
        _box(face, STEP_PX * block)
        for block in _BLOCKS
        for face in detector.detect(_shrunk(rgb, block))
    ]


def _box(face: FoundFace, factor: int) -> Box:
    return Box(
        left=round(face.left * factor),
        top=round(face.top * factor),
        right=round(face.right * factor),
        bottom=round(face.bottom * factor),
    )


def _shrunk(rgb: NDArray[np.uint8], block: int) -> NDArray[np.uint8]:
    """The picture that many times smaller, by the mean of whole blocks."""
    height, width = (length // block for length in rgb.shape[:2])
    blocks = rgb[: height * block, : width * block].reshape(height, block, width, block, 3)
    return np.asarray(blocks.mean(axis=(1, 3)), np.uint8)


def _rgb(picture: Picture) -> NDArray[np.uint8]:
    """BT.709 in limited range to RGB, height x width x 3 (ITU-R BT.709)."""
    luma = (picture[0].astype(np.float32) - 16) * (255 / 219)
    blue, red = ((picture[plane].astype(np.float32) - 128) * (255 / 224) for plane in (1, 2))
    colours = (luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue)
    return np.asarray(np.clip(np.stack(colours, axis=2), 0, 255), np.uint8)


def _is_seen(wanted: Box, found: Box) -> bool:
    """Whether the found face is the wanted one, and inside the frame."""
    x, y = (found.left + found.right) / 2, (found.top + found.bottom) / 2
    near = wanted.left <= x < wanted.right and wanted.top <= y < wanted.bottom
    return near and found.shared_px2(FRAME) >= _LEAST_INSIDE * found.area_px2


def _text_boxes(plan: RenderPlan, frame: int) -> Sequence[Box]:
    at_ms = frame * 1000 / Fraction(plan.fps)
    boxes = [
        box
        for event in plan.captions
        if event.start_ms <= at_ms < event.end_ms
        for box in event.boxes
    ]
    hook = plan.hook
    return [*boxes, hook.box] if hook is not None and at_ms < hook.end_ms else boxes


def _is_covered(face: Box, text: Iterable[Box]) -> bool:
    return sum(face.shared_px2(box) for box in text) > _COVERED * face.area_px2
