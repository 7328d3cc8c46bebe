"""The source's own pictures, framed as the plan says, to hold the clip against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame

from clipping.errors import UnreadableMedia
from clipping.media.container import only_demuxer
from clipping.models import MediaInfo
from clipping.rendering.framing import View
from clipping.rendering.measure.geometry import Picture
from clipping.rendering.measure.lens import Lens
from clipping.rendering.measure.packets import PacketFacts, needed, shown

_SEEK_MARGIN_S = Fraction(1, 2)
_MICROSECONDS = 1_000_000

Sight = tuple[Fraction, View]
"""A time in ms on the source's clock, and what of the picture then is looked at."""


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
            with av.open(str(self._path.absolute()), format=only_demuxer(self._path)) as container:
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
        for time, pts in zip(wanted, shown(packets, ticks), strict=True):
            times.setdefault(pts, []).append(time)
        container.seek(start, stream=stream, backward=True)
        lens = Lens(self._media)
        for frame in _frames(container, stream, packets, set(times)):
            assert frame.pts is not None
            seen: dict[View, Picture] = {}
            for time in times.pop(frame.pts):
                for view in views[time]:
                    if view not in seen:
                        seen[view] = lens.picture(frame, view)
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


def _packets(
    container: InputContainer, stream: av.VideoStream, last_tick: Fraction
) -> list[PacketFacts]:
    """Packets in decoding order, up to one whole group of pictures behind the last tick."""
    packets: list[PacketFacts] = []
    behind = 0
    for packet in container.demux(stream):
        if packet.pts is None:
            continue
        behind += packet.is_keyframe and packet.pts > last_tick
        # A group that opens behind the tick can still be led by pictures shown before it.
        if behind > 1:
            break
        packets.append(PacketFacts(packet.pts, packet.is_keyframe, packet.is_discard))
    return packets


def _frames(
    container: InputContainer, stream: av.VideoStream, packets: list[PacketFacts], stamps: set[int]
) -> Iterator[VideoFrame]:
    """Decode as little as the wanted time stamps allow, and yield their pictures."""
    # Frame threads would hand the wish to skip on to the wrong packet.
    stream.codec_context.thread_type = "NONE"
    left = set(stamps)
    for packet in _fed(container, stream, needed(packets, stamps)):
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
