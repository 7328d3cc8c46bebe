"""Joining encoded pieces without encoding them again."""

from __future__ import annotations

import errno
import heapq
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from clipping.errors import RenderFailed

_OPTIONS = {"movflags": "+faststart+negative_cts_offsets", "fflags": "+bitexact"}


def join(
    pieces: Sequence[tuple[Path, int]], sound_path: Path, fps: Fraction, out_path: Path
) -> None:
    """One MP4 of H.264 pieces, one after another, and the sound of another file; all copied.

    Each piece is a file with the number of its first frame that is taken, which must be a key
    frame that opens a closed group: nothing behind it may lean on what lies before it.

    :param fps: Constant frame rate of all pieces.
    :raises RenderFailed: The pieces were encoded with different settings, a piece does not begin
        with a key frame or lacks frames, or a file cannot be read or written.
    :raises OSError: There is no space left.
    """
    try:
        with (
            av.open(str(out_path.absolute()), "w", format="mp4", container_options=_OPTIONS) as out,
            av.open(str(sound_path.absolute())) as sound,
        ):
            with av.open(str(pieces[0][0].absolute())) as first:
                video = out.add_stream_from_template(first.streams.video[0])
                parameters = _parameters(first.streams.video[0])
            audio = out.add_stream_from_template(sound.streams.audio[0])
            video.time_base = Fraction(1, fps.numerator)
            packets = heapq.merge(
                _pictures(pieces, parameters, fps, video),
                _sound(sound, audio),
                key=lambda packet: (packet.dts or 0) * packet.time_base,
            )
            for packet in packets:
                out.mux(packet)
    except (av.error.FFmpegError, IndexError) as error:
        code = getattr(error, "errno", None)
        if code in (errno.ENOSPC, errno.EDQUOT):
            raise OSError(code, "no space left", str(out_path)) from error
        raise RenderFailed(f"The parts of {out_path.name} could not be joined: {error}.") from error


def _parameters(stream: VideoStream) -> tuple[object, ...]:
    """What must be equal for one decoder to show all pieces."""
    context = stream.codec_context
    return context.name, bytes(context.extradata or b""), context.width, context.height


def _pictures(
    pieces: Sequence[tuple[Path, int]],
    parameters: tuple[object, ...],
    fps: Fraction,
    out: VideoStream,
) -> Iterator[Packet[Any]]:
    """The packets of all pieces in order of decoding, timed as one film."""
    begin = 0
    for path, first in pieces:
        with av.open(str(path.absolute())) as container:
            stream = container.streams.video[0]
            if _parameters(stream) != parameters:
                raise RenderFailed(f"{path.name} was encoded with other settings than its head.")
            last, seen = first, 0
            started = False
            for packet in container.demux(stream):
                if packet.pts is None or packet.dts is None:
                    continue
                number, order = (_number(ticks, stream, fps) for ticks in (packet.pts, packet.dts))
                if not started:
                    if number != first:
                        continue
                    if not packet.is_keyframe:
                        raise RenderFailed(f"{path.name} cannot be parted at frame {first}.")
                    started = True
                last, seen = max(last, number), seen + 1
                packet.stream = out
                packet.time_base = 1 / fps
                packet.pts, packet.dts = begin + number - first, begin + order - first
                packet.duration = 1
                yield packet
        if not started:
            raise RenderFailed(f"{path.name} has no frame {first}.")
        if seen != last - first + 1:
            raise RenderFailed(f"{path.name} lacks frames: {seen} of {last - first + 1} are there.")
        begin += last - first + 1


def _number(ticks: int, stream: VideoStream, fps: Fraction) -> int:
    """The number of the frame with that time stamp."""
    assert stream.time_base is not None
    start = stream.start_time or 0
    return round((ticks - start) * stream.time_base * fps)


def _sound(container: InputContainer, out: AudioStream) -> Iterator[Packet[Any]]:
    for packet in container.demux(container.streams.audio[0]):
        if packet.pts is not None:
            packet.stream = out
            yield packet
