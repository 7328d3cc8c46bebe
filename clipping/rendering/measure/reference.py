"""The source's own pictures, framed as the plan says, to hold the clip against."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame

from clipping.errors import UnreadableMedia
from clipping.media.color import matrix_of
from clipping.media.orientation import orientation_of
from clipping.models import Crop, Layout, MediaInfo
from clipping.rendering.framing import View, centre_crop
from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, Picture, cells
from clipping.rendering.picture import FILL_BLUR_PX, FILL_LIGHT, FILL_PX

_SEEK_MARGIN_S = Fraction(1, 2)
_MICROSECONDS = 1_000_000
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


Sight = tuple[Fraction, View]
"""A time in ms on the source's clock, and what of the picture then is looked at."""


@dataclass(frozen=True)
class _Packet:
    pts: int
    opens_group: bool
    hidden: bool
    """Left out of the show by an edit list, but other pictures may lean on it."""


class SourcePictures:
    """Shown pictures of a source at any times of its clock, as pictures on the grid.

    Only what a wanted picture depends on is decoded: whole groups of pictures are left out, and
    within a group those that no other picture refers to (H.264 and HEVC mark them).
    """

    def __init__(self, path: Path, media: MediaInfo) -> None:
        self._path = path
        self._media = media

    def at(self, sights: Iterable[Sight]) -> dict[Sight, Picture]:
        """The picture on screen at each time; the first or last one outside of the video.

        :raises UnreadableMedia: The source cannot be opened or decoded there any more.
        """
        return dict(self.each(sights))

    def each(self, sights: Iterable[Sight]) -> Iterator[tuple[Sight, Picture]]:
        """As :meth:`at`, one after the other in the order of time, for those who keep less."""
        views: dict[Fraction, list[View]] = {}
        for time_ms, view in dict.fromkeys(sights):
            views.setdefault(time_ms, []).append(view)
        wanted = sorted(views)
        if not wanted:
            return
        try:
            with av.open(str(self._path.absolute())) as container:
                yield from self._read(container, wanted, views)
        except (OSError, av.error.FFmpegError) as error:
            raise self._unreadable() from error

    def _unreadable(self) -> UnreadableMedia:
        return UnreadableMedia(f"{self._path.name} can no longer be read as it was when clipped.")

    def _read(
        self,
        container: InputContainer,
        wanted: list[Fraction],
        views: dict[Fraction, list[View]],
    ) -> Iterator[tuple[Sight, Picture]]:
        stream = self._stream(container)
        if stream is None or stream.time_base is None:
            raise self._unreadable()
        origin = Fraction(container.start_time or 0, _MICROSECONDS)
        ticks = [(time / 1000 + origin) / stream.time_base for time in wanted]
        start = self._seek_before(container, stream, ticks[0])
        packets = _packets(container, stream, ticks[-1])
        if all(packet.hidden for packet in packets):
            raise self._unreadable()
        times: dict[int, list[Fraction]] = {}
        for time, pts in zip(wanted, _shown(packets, ticks), strict=True):
            times.setdefault(pts, []).append(time)
        container.seek(start, stream=stream, backward=True)
        camera = _Camera(self._media)
        for frame in _frames(container, stream, packets, set(times)):
            assert frame.pts is not None
            seen: dict[View, Picture] = {}
            for time in times.pop(frame.pts):
                for view in views[time]:
                    if view not in seen:
                        seen[view] = camera.picture(frame, view)
                    yield (time, view), seen[view]
        if times:
            raise self._unreadable()

    def _stream(self, container: InputContainer) -> av.VideoStream | None:
        index = self._media.video.index
        if index is None:
            return next(iter(container.streams.video), None)
        stream = container.streams[index] if index < len(container.streams) else None
        return stream if isinstance(stream, av.VideoStream) else None

    def _seek_before(
        self, container: InputContainer, stream: av.VideoStream, tick: Fraction
    ) -> int:
        """Seek so that the picture on screen at ``tick`` lies ahead; returns where to seek."""
        assert stream.time_base is not None
        margin = _SEEK_MARGIN_S / stream.time_base
        # Indexes lead by decoding time, so the first try can land behind a reordered picture.
        while True:
            start = int(tick - margin)
            container.seek(start, stream=stream, backward=True)
            first = next((p.pts for p in container.demux(stream) if p.pts is not None), None)
            if (first is not None and first <= tick) or start <= 0:
                container.seek(start, stream=stream, backward=True)
                return start
            margin *= 4


class _Camera:
    """The filters that turn, crop and scale decoded pictures onto the grid."""

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


def _packets(
    container: InputContainer, stream: av.VideoStream, last_tick: Fraction
) -> list[_Packet]:
    """Packets in decoding order, up to one whole group of pictures behind the last tick."""
    packets: list[_Packet] = []
    behind = 0
    for packet in container.demux(stream):
        if packet.pts is None:
            continue
        behind += packet.is_keyframe and packet.pts > last_tick
        # A group that opens behind the tick can still be led by pictures shown before it.
        if behind > 1:
            break
        packets.append(_Packet(packet.pts, packet.is_keyframe, packet.is_discard))
    return packets


def _shown(packets: list[_Packet], ticks: list[Fraction]) -> list[int]:
    """The time stamp of the picture on screen at each tick."""
    stamps = sorted(packet.pts for packet in packets if not packet.hidden)
    return [stamps[max(0, bisect_right(stamps, tick) - 1)] for tick in ticks]


def _needed(packets: list[_Packet], stamps: set[int]) -> list[bool]:
    """Which packets have to be decoded: the whole groups on which a wanted picture depends."""
    group_of: list[int] = []
    opening: list[int] = []
    for packet in packets:
        if packet.opens_group or not opening:
            opening.append(packet.pts)
        group_of.append(len(opening) - 1)
    groups: set[int] = set()
    last_in_group: dict[int, int] = {}
    for place, (packet, group) in enumerate(zip(packets, group_of, strict=True)):
        if packet.pts in stamps:
            groups.add(group)
            last_in_group[group] = place
            if packet.pts < opening[group]:
                # Shown before the picture that opens its group: it leans on the group before.
                groups.add(group - 1)
                last_in_group[group - 1] = place
    return [
        group in groups and place <= last_in_group[group] for place, group in enumerate(group_of)
    ]


def _frames(
    container: InputContainer, stream: av.VideoStream, packets: list[_Packet], stamps: set[int]
) -> Iterator[VideoFrame]:
    """Decode as little as the wanted time stamps allow, and yield their pictures."""
    # Frame threads would hand the wish to skip on to the wrong packet.
    stream.codec_context.thread_type = "NONE"
    left = set(stamps)
    for packet in _fed(container, stream, _needed(packets, stamps)):
        if packet is not None:
            stream.codec_context.skip_frame = "DEFAULT" if packet.pts in stamps else "NONREF"
        for frame in stream.codec_context.decode(packet):
            if frame.pts in left:
                left.discard(frame.pts)
                yield frame
        if not left:
            return


def _fed(
    container: InputContainer, stream: av.VideoStream, needed: list[bool]
) -> Iterator[av.Packet[av.VideoStream] | None]:
    """The packets that are needed, in order of decoding, then None, which empties the decoder."""
    timed = (packet for packet in container.demux(stream) if packet.pts is not None)
    for packet, wanted in zip(timed, needed, strict=False):
        if wanted:
            yield packet
    yield None
