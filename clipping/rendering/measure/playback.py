"""One strict decode of the clip, from which nearly everything else is measured.

A 30 s clip holds 900 pictures of 3 MB, so nothing is kept but what is asked for: a digest, a few
numbers per picture, the pictures of a few moments at a third of their size, and the sound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from clipping.errors import UnreadableMedia
from clipping.likeness import Looks
from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, Mask, Picture
from clipping.rendering.measure.stillness import Stretch, Watch, open_samples

SOUND_RATE_HZ = 48_000
_DECODER_THREADS = 2
"""Frame threads: the digest of one picture is taken while the next ones are decoded."""
_LONGEST_SOUND_S = 3600
"""A time stamp beyond this is nonsense, and must not decide how much memory is taken."""


@dataclass
class Playback:
    """What a player would have got. Times are seconds on the file's own clock."""

    frames_sha256: str = ""
    picture_times: list[Fraction] = field(default_factory=list)
    """Time of every decoded picture, in the order of display."""
    sound_start: Fraction = Fraction(0)
    sound_end: Fraction = Fraction(0)
    sound: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Mono at ``SOUND_RATE_HZ``; sample k is heard at k / rate seconds. Empty without sound."""
    pixel_aspects: set[Fraction] = field(default_factory=set)
    """Of the coded stream's pixels, as its decoder was told; the container may say otherwise."""
    faults: int = 0
    """Packets and pictures that a strict decoder refuses."""
    black: tuple[Stretch, ...] = ()
    still: tuple[Stretch, ...] = ()
    shots: dict[int, Picture] = field(default_factory=dict)
    """The pictures asked for, by their number."""
    looks: bytes = b""
    """What ``clipping.likeness`` compares pictures by."""

    @property
    def frames(self) -> int:
        """How many pictures were decoded."""
        return len(self.picture_times)


def play(path: Path, wanted: Collection[int], open_cells: Mask) -> Playback:
    """Decode the whole clip once, up to the first thing that cannot be decoded.

    :param wanted: Numbers of the pictures to keep, the first is 0.
    :param open_cells: Where black and still pictures are looked for.
    :raises UnreadableMedia: The file cannot be opened at all.
    """
    result, watch, digest = Playback(), Watch(open_samples(open_cells)), hashlib.sha256()
    looks = Looks()
    sound: list[tuple[Fraction, NDArray[np.float32]]] = []
    resampler = AudioResampler(format="fltp", rate=SOUND_RATE_HZ)
    for frame in _strict_frames(path, result):
        if isinstance(frame, AudioFrame):
            sound += [(_seconds(piece), _mono(piece)) for piece in resampler.resample(frame)]
            continue
        if result.frames in wanted:
            result.shots[result.frames] = _shot(frame)
        luma, time = _hash_planes(frame, digest), _seconds(frame)
        watch.see(luma)
        looks.see(time, luma)
        result.picture_times.append(time)
    result.frames_sha256, result.looks = digest.hexdigest(), looks.finish()
    result.black, result.still = watch.finish()
    _lay_out_sound(sound, result)
    return result


def decode_digest(path: Path) -> str:
    """SHA-256 over the decoded pictures: Y, Cb, Cr planes without padding, in order of display.

    The same as ffmpeg's ``-map 0:v -f hash -hash sha256``.

    :raises UnreadableMedia: The file cannot be opened, or not be decoded to its end.
    """
    result, digest = Playback(), hashlib.sha256()
    for frame in _strict_frames(path, result, sound=False):
        if isinstance(frame, VideoFrame):
            _hash_planes(frame, digest)
            result.picture_times.append(_seconds(frame))
    if result.faults or not result.frames:
        raise UnreadableMedia(f"{path.name} cannot be decoded to its end.")
    return digest.hexdigest()


def _strict_frames(
    path: Path, result: Playback, *, sound: bool = True
) -> Iterator[VideoFrame | AudioFrame]:
    """Frames of the first video and audio stream; faults are counted, and an error ends it."""
    try:
        container = av.open(str(path.absolute()))
    except (OSError, av.error.FFmpegError) as error:
        raise UnreadableMedia(f"{path.name} cannot be opened as a video.") from error
    with container:
        streams: list[av.VideoStream | av.AudioStream] = list(container.streams.video[:1])
        if sound:
            streams += container.streams.audio[:1]
        for stream in streams:
            stream.codec_context.options = {"err_detect": "explode"}
            # Slice threads hide what was concealed (seen with FFmpeg 8.1); frame threads do not.
            stream.codec_context.thread_type = "FRAME"
            stream.codec_context.thread_count = _DECODER_THREADS
        try:
            seen = 0
            for packet in container.demux(*streams):
                result.faults += packet.is_corrupt
                seen += packet.size > 0 and packet.stream.type == "video"
                for frame in packet.decode():
                    assert isinstance(frame, VideoFrame | AudioFrame)
                    result.faults += frame.is_corrupt
                    yield frame
            # A file that was cut between two packets ends without an error.
            result.faults += any(seen < stream.frames for stream in container.streams.video[:1])
            result.pixel_aspects = {
                stream.codec_context.sample_aspect_ratio or Fraction(1)
                for stream in container.streams.video[:1]
            }
        except (OSError, av.error.FFmpegError):
            result.faults += 1


def _seconds(frame: VideoFrame | AudioFrame) -> Fraction:
    """A frame without a time (a broken file) counts as shown at 0."""
    if frame.pts is None or frame.time_base is None:
        return Fraction(0)
    return frame.pts * frame.time_base


def _hash_planes(frame: VideoFrame, digest: hashlib._Hash) -> NDArray[np.uint8]:
    """Add the picture to the digest, and return its luma plane."""
    luma: NDArray[np.uint8] | None = None
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        tight = np.ascontiguousarray(rows[:, : plane.width])
        digest.update(tight.data)
        if luma is None:
            luma = tight
    assert luma is not None
    return luma


def _shot(frame: VideoFrame) -> Picture:
    """The picture on the grid. Full-range or differently coded clips show up as differing."""
    small = frame.reformat(
        width=GRID_WIDTH,
        height=GRID_HEIGHT,
        format="yuv444p",
        interpolation=Interpolation.AREA,
        threads=1,
    )
    return np.asarray(small.to_ndarray(), dtype=np.uint8)


def _mono(frame: AudioFrame) -> NDArray[np.float32]:
    """The mean of all channels, planar floats."""
    return np.asarray(frame.to_ndarray().mean(axis=0), dtype=np.float32)


def _lay_out_sound(pieces: list[tuple[Fraction, NDArray[np.float32]]], result: Playback) -> None:
    """Put every piece where its time says; what no piece covers is silent."""
    pieces = [piece for piece in pieces if 0 <= piece[0] < _LONGEST_SOUND_S]
    if not pieces:
        return
    places = [(round(time * SOUND_RATE_HZ), samples) for time, samples in pieces]
    end = max(at + len(samples) for at, samples in places)
    result.sound = np.zeros(end, np.float32)
    for at, samples in places:
        result.sound[at : at + len(samples)] = samples
    result.sound_start = min(time for time, _ in pieces)
    result.sound_end = Fraction(end, SOUND_RATE_HZ)
