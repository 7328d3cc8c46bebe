"""Decoded pictures of a source as the plan frames them: turned, cropped and scaled to the grid."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame

from clipping.media.color import matrix_of
from clipping.media.orientation import orientation_of
from clipping.models import Crop, Layout, MediaInfo
from clipping.rendering.framing import View, centre_crop
from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, Picture, cells
from clipping.rendering.picture import FILL_BLUR_PX, FILL_LIGHT, FILL_PX

_HD_PX = 720
_MOST_GRAPHS = 64
_MATRICES = ("bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc")
"""Those that ffmpeg's scaler knows by name."""
_TURNS: dict[int, tuple[tuple[str, str], ...]] = {
    0: (),
    90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "cclock"),),
}


class Lens:
    """The filters for one source; built for each kind of view when it first comes, then kept."""

    def __init__(self, media: MediaInfo) -> None:
        self._media = media
        self._graphs: dict[tuple[object, ...], Graph] = {}

    def picture(self, frame: VideoFrame, view: View) -> Picture:
        """The shown picture of one frame; BT.709 in limited range."""
        if view.layout is Layout.FIT:
            picture = self._fill(frame)
        else:
            picture = np.zeros((3, GRID_HEIGHT, GRID_WIDTH), np.uint8)
        for panel in view.panels:
            rows, columns = cells(panel.box)
            crop = panel.crop.model_copy(
                update={"left_px": round(panel.left), "top_px": round(panel.top)}
            )
            size = (columns.stop - columns.start, rows.stop - rows.start)
            resampler = "area" if crop.width_px >= size[0] else "lanczos"
            picture[:, rows, columns] = self._filtered(
                frame, crop, (_scale(frame, size, resampler),)
            )
        return picture

    def _fill(self, frame: VideoFrame) -> Picture:
        filters = (
            _scale(frame, FILL_PX, "bilinear"),
            ("gblur", f"sigma={FILL_BLUR_PX}"),
            ("lutyuv", f"y=16+(val-16)*{FILL_LIGHT}"),
            ("scale", f"{GRID_WIDTH}:{GRID_HEIGHT}:flags=bicubic"),
        )
        return self._filtered(frame, centre_crop(self._media.video), filters)

    def _filtered(
        self, frame: VideoFrame, crop: Crop, filters: tuple[tuple[str, str], ...]
    ) -> Picture:
        kind = (frame.width, frame.height, frame.format.name, frame.colorspace, crop, filters)
        if kind not in self._graphs:
            if len(self._graphs) >= _MOST_GRAPHS:
                self._graphs.clear()
            self._graphs[kind] = self._built(frame, crop, filters)
        graph = self._graphs[kind]
        graph.vpush(frame)
        return np.asarray(graph.vpull().to_ndarray(), dtype=np.uint8)

    def _built(self, frame: VideoFrame, crop: Crop, filters: tuple[tuple[str, str], ...]) -> Graph:
        graph = Graph()
        graph.threads = 1
        buffer = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            # Nothing here goes by time, but a buffer without a unit of it is deprecated.
            time_base=frame.time_base or Fraction(1, 1000),
        )
        # The clip shows each interlaced picture at the time of its first field, the upper one.
        weaving = [("field", "type=top")] if self._media.video.interlaced else []
        chain = [
            *weaving,
            *self._turned(frame),
            self._cropped(crop),
            *filters,
            ("format", "yuv444p"),
        ]
        nodes = [graph.add(name, options) for name, options in chain]
        graph.link_nodes(buffer, *nodes, graph.add("buffersink")).configure()
        return graph

    @staticmethod
    def _turned(frame: VideoFrame) -> Iterator[tuple[str, str]]:
        turn = orientation_of(frame)
        if turn.mirrored:
            yield "hflip", ""
        yield from _TURNS[turn.rotation]

    def _cropped(self, crop: Crop) -> tuple[str, str]:
        # Anamorphic pixels are still as they were coded, so the crop is given in shares.
        shown = self._media.video
        return (
            "crop",
            f"w=iw*{crop.width_px}/{shown.width_px}:h=ih*{crop.height_px}/{shown.height_px}"
            f":x=iw*{crop.left_px}/{shown.width_px}:y=ih*{crop.top_px}/{shown.height_px}"
            f":exact={crop.left_px % 2 or crop.top_px % 2}",
        )


def _scale(frame: VideoFrame, size: tuple[int, int], resampler: str) -> tuple[str, str]:
    return (
        "scale",
        f"{size[0]}:{size[1]}:flags={resampler}:in_color_matrix={_matrix(frame)}"
        ":out_color_matrix=bt709:out_range=tv",
    )


def _matrix(frame: VideoFrame) -> str:
    """How to read the picture's colours; the convention for untagged ones is by size."""
    named = matrix_of(frame)
    if named in _MATRICES:
        return named
    return "bt709" if min(frame.width, frame.height) >= _HD_PX else "smpte170m"
