"""What the file says about itself: boxes, streams and their tags. Nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from clipping.errors import UnreadableMedia
from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, ProofCheck
from clipping.rendering.measure.verdict import at_least, at_most, exactly

_BOX_HEADER_BYTES = 8
_BT709 = 1
"""The code point of BT.709 for primaries, transfer and matrix alike (ITU-T H.273)."""
_LIMITED_RANGE = 1
LONGEST_GAP_MS = 5_000
"""Instagram wants closed groups of 2 to 5 s (its publishing reference, read 2026-11)."""
HIGHEST_KBPS = 25_000
"""Instagram takes no more (its publishing reference, read 2026-11)."""
_RATE_OVER_S = 5


@dataclass(frozen=True)
class ContainerFacts:
    """The container as a player meets it."""

    size_bytes: int
    boxes: tuple[str, ...]
    """Top-level MP4 boxes in file order; empty when it is not an MP4."""
    video_streams: int
    audio_streams: int
    other_streams: int
    width_px: int
    height_px: int
    sample_aspect: str
    video_codec: str
    pixel_format: str
    colour: str
    """``bt709`` when primaries, transfer and matrix all say so in limited range."""
    audio_codec: str
    audio_rate_hz: int
    key_times: tuple[Fraction, ...] = ()
    """When each key frame is shown, in seconds, in order."""
    picture_end: Fraction = Fraction(0)
    """When the last picture is shown, in seconds."""
    peak_kbps: float = 0.0
    """Of the pictures, over the heaviest five seconds."""

    @property
    def moov_first(self) -> bool:
        """Whether the index stands before the media, so that playing starts while it loads."""
        if "moov" not in self.boxes or "mdat" not in self.boxes:
            return False
        return self.boxes.index("moov") < self.boxes.index("mdat")


def top_level_boxes(path: Path) -> tuple[str, ...]:
    """The four-letter types of an MP4 file's top-level boxes, in file order (ISO/IEC 14496-12).

    Reading stops at the first box that is cut short or that is not a box.
    """
    names: list[str] = []
    end = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + _BOX_HEADER_BYTES <= end:
            file.seek(at)
            header = file.read(16)
            size = int.from_bytes(header[:4], "big")
            if size == 1:
                size = int.from_bytes(header[8:16], "big")
            elif size == 0:
                size = end - at
            name = header[4:8]
            if size < _BOX_HEADER_BYTES or not name.isascii():
                break
            names.append(name.decode("ascii"))
            at += size
    return tuple(names)


def read_facts(path: Path) -> ContainerFacts:
    """Open the file and note what it declares.

    :raises UnreadableMedia: It is missing, or no demuxer can open it.
    """
    try:
        size, boxes = path.stat().st_size, top_level_boxes(path)
        with av.open(str(path.absolute())) as container:
            videos, audios = container.streams.video, container.streams.audio
            others = len(container.streams) - len(videos) - len(audios)
            video = videos[0].codec_context if videos else None
            audio = audios[0].codec_context if audios else None
            packets = _packets(container)
            return ContainerFacts(
                size_bytes=size,
                boxes=boxes,
                video_streams=len(videos),
                audio_streams=len(audios),
                other_streams=others,
                width_px=video.width if video else 0,
                height_px=video.height if video else 0,
                sample_aspect=_aspect(videos[0].sample_aspect_ratio) if videos else "none",
                video_codec=video.name if video else "none",
                pixel_format=(video.pix_fmt or "unknown") if video else "none",
                colour=_colour(video) if video else "none",
                audio_codec=audio.name if audio else "none",
                audio_rate_hz=audio.sample_rate if audio else 0,
                key_times=tuple(sorted(packet.shown for packet in packets if packet.opens)),
                picture_end=max((packet.shown for packet in packets), default=Fraction(0)),
                peak_kbps=_peak_kbps(packets),
            )
    except (OSError, av.error.FFmpegError) as error:
        raise UnreadableMedia(f"{path.name} cannot be opened as a video.") from error


@dataclass(frozen=True)
class _Packet:
    """One coded picture: when it is shown, in seconds, and whether it opens a group."""

    shown: Fraction
    opens: bool
    size_bytes: int


def _packets(container: InputContainer) -> list[_Packet]:
    if not container.streams.video:
        return []
    stream = container.streams.video[0]
    return [
        _Packet(packet.pts * packet.time_base, packet.is_keyframe, packet.size)
        for packet in container.demux(stream)
        if packet.pts is not None and packet.time_base is not None
    ]


def _peak_kbps(packets: Sequence[_Packet]) -> float:
    """The highest rate over any five seconds, or over the whole file when it is shorter."""
    packets = sorted(packets, key=lambda packet: packet.shown)
    if not packets or packets[-1].shown == packets[0].shown:
        return 0.0
    step = (packets[-1].shown - packets[0].shown) / (len(packets) - 1)
    length = min(Fraction(_RATE_OVER_S), packets[-1].shown - packets[0].shown + step)
    heaviest = held = first = 0
    for packet in packets:
        held += packet.size_bytes
        while packet.shown - packets[first].shown >= length:
            held -= packets[first].size_bytes
            first += 1
        heaviest = max(heaviest, held)
    return float(heaviest * 8 / 1000 / length)


def keyframe_checks(facts: ContainerFacts) -> list[ProofCheck]:
    """Whether a player can enter the clip anywhere without a wait, and load it in time."""
    times = [*facts.key_times, facts.picture_end]
    gaps = [float((after - before) * 1000) for before, after in pairwise(times)]
    starts = bool(facts.key_times) and facts.key_times[0] <= Fraction(1, 1000)
    return [
        exactly("starts_with_key_frame", "yes" if starts else "no", "yes"),
        at_most("longest_key_frame_gap_ms", max(gaps, default=0.0), LONGEST_GAP_MS, "ms"),
        at_most("peak_kbps", facts.peak_kbps, HIGHEST_KBPS, "kbit/s"),
    ]


def _aspect(ratio: Fraction | None) -> str:
    """``num:den``; an unset ratio (0 or none) means square pixels to every player."""
    return f"{ratio.numerator}:{ratio.denominator}" if ratio else "1:1"


def _colour(video: av.VideoCodecContext) -> str:
    tags = (video.color_primaries, video.color_trc, video.colorspace)
    if tags == (_BT709,) * 3 and video.color_range == _LIMITED_RANGE:
        return "bt709"
    return "/".join(str(int(tag)) for tag in (*tags, video.color_range))


def container_checks(
    facts: ContainerFacts,
    coded_aspects: Iterable[Fraction],
    wanted: tuple[int, int] = (OUTPUT_WIDTH_PX, OUTPUT_HEIGHT_PX),
) -> list[ProofCheck]:
    """What every platform takes without converting it, and nothing besides.

    :param coded_aspects: Of pixels by the coded stream, which players may believe instead.
    :param wanted: Width and height of the picture.
    """
    aspects = {facts.sample_aspect, *map(_aspect, coded_aspects)}
    size = f"{facts.width_px}x{facts.height_px}"
    streams = f"{facts.video_streams} video, {facts.audio_streams} audio"
    if facts.other_streams:
        streams += f", {facts.other_streams} other"
    return [
        at_least("file_size_bytes", facts.size_bytes, 1, "bytes"),
        exactly("streams", streams, "1 video, 1 audio"),
        exactly("resolution", size, f"{wanted[0]}x{wanted[1]}", "px"),
        exactly("sample_aspect", " or ".join(sorted(aspects)), "1:1"),
        exactly("video_codec", facts.video_codec, "h264"),
        exactly("pixel_format", facts.pixel_format, "yuv420p"),
        exactly("colour", facts.colour, "bt709"),
        exactly("audio_codec", facts.audio_codec, "aac"),
        exactly("audio_rate_hz", facts.audio_rate_hz, 48_000, "Hz"),
        exactly("moov_first", "yes" if facts.moov_first else "no", "yes"),
    ]
