"""CenterFace: an anchor-free face detector, small enough for one core.

Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point" (2019). The network
answers on a grid of 4 x 4 pixels: how much a face's centre lies there, the logarithm of the face's
height and width in cells, where in the cell the centre is, and five points relative to the face.
"""

from __future__ import annotations

import os
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clipping.errors import Broken, NotInstalled
from clipping.faces import weights
from clipping.faces.base import FoundFace

_CELL_PX = 4
_GRID_PX = 32
"""The network halves the picture five times and joins the halves again."""
_LEAST_SCORE = 0.3
_LARGEST_SHARED = 0.3
"""Two rectangles that share more of their union are the same face."""

Floats = NDArray[np.float32]


class CenterFace:
    """The detector; threads may share one.

    At 384 pixels it finds faces of 6 % of the height of a 16:9 picture, at a third of the cost of
    640 pixels (``docs/decisions/0004-faces.md``).

    :param threads: Cores to use; clips are prepared side by side, so one each.
    :raises NotInstalled: onnxruntime or the weights are missing.
    """

    name: Final = "centerface"
    version: Final = f"1-{weights.SHA256[:8]}"
    longest_px: Final = 384

    def __init__(self, threads: int = 1) -> None:
        model = weights.model()
        # It would send what it is used for to its makers, and keep a number for this machine in
        # the user's home (seen with 1.32, on importing it).
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        try:
            import onnxruntime
        except ImportError as error:
            raise NotInstalled(f"Faces cannot be looked for without onnxruntime: {error}.") from (
                error
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        # A plan of the memory for every size of picture costs some 10 MB and saves no time.
        options.enable_mem_pattern = False
        # The file lists constants twice; every start would warn of each of them.
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own classes derive from Exception alone
            raise NotInstalled(f"The face detector cannot be loaded: {error}.") from error

    def detect(self, rgb: NDArray[np.uint8]) -> list[FoundFace]:
        """All faces of a picture (height x width x 3), the surest first.

        :raises Broken: The network cannot be run on this picture.
        """
        height, width = rgb.shape[:2]
        padded = np.zeros((1, 3, _on_grid(height), _on_grid(width)), np.float32)
        padded[0, :, :height, :width] = rgb.transpose(2, 0, 1)
        names = [weights.HEATMAP, weights.SCALE, weights.OFFSET, weights.LANDMARKS]
        try:
            heat, scale, offset, landmarks = self._session.run(names, {weights.INPUT: padded})
        except Exception as error:  # as above
            raise Broken(f"Faces cannot be looked for in {width}x{height}: {error}.") from error
        faces = faces_of(heat[0, 0], scale[0], offset[0], landmarks[0])
        # What lies wholly in the padding is none.
        return [face for face in faces if face.centre[0] < width and face.centre[1] < height]


def _on_grid(length_px: int) -> int:
    return -(-length_px // _GRID_PX) * _GRID_PX


def faces_of(heat: Floats, scale: Floats, offset: Floats, landmarks: Floats) -> list[FoundFace]:
    """The faces that the network's four answers mean, each once, the surest first.

    Channels are (height, width), (y, x) and five times (y, x).
    """
    rows, columns = np.nonzero((heat >= _LEAST_SCORE) & (heat >= _highest_around(heat)))
    order = np.argsort(-heat[rows, columns], kind="stable")
    found: list[FoundFace] = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        at = (slice(None), row, column)
        face = _face(row, column, float(heat[row, column]), scale[at], offset[at], landmarks[at])
        if all(shared(face, other) <= _LARGEST_SHARED for other in found):
            found.append(face)
    return found


def _highest_around(heat: Floats) -> Floats:
    """For each cell the highest value of the nine around it."""
    height, width = heat.shape
    edged = np.pad(heat, 1, constant_values=-np.inf)
    around = [edged[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    highest: Floats = np.max(around, axis=0)
    return highest


def _face(
    row: int, column: int, score: float, scale: Floats, offset: Floats, points: Floats
) -> FoundFace:
    height, width = (float(value) for value in np.exp(scale) * _CELL_PX)
    centre_y = (row + float(offset[0]) + 0.5) * _CELL_PX
    centre_x = (column + float(offset[1]) + 0.5) * _CELL_PX
    left, top = centre_x - width / 2, centre_y - height / 2
    first, second, third, fourth, fifth = (
        (left + float(points[2 * place + 1]) * width, top + float(points[2 * place]) * height)
        for place in range(5)
    )
    return FoundFace(
        left=left,
        top=top,
        right=left + width,
        bottom=top + height,
        score=min(1.0, score),
        landmarks=(first, second, third, fourth, fifth),
    )


def shared(one: FoundFace, other: FoundFace) -> float:
    """Intersection over union of two rectangles, 0..1."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across <= 0 or down <= 0:
        return 0.0
    common = across * down
    return common / (one.width * one.height + other.width * other.height - common)
