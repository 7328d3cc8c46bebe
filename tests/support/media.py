"""Small videos made on the spot: pictures that can be read back and sounds at known times.

Everything is drawn and encoded with PyAV. The pixels are BT.709, tagged so, limited range. Times
in this module are seconds on the container's own timeline as exact fractions; the engine's source
clock counts from the container's start, which is the smaller of ``start_video_ms`` and
``start_audio_ms`` (video only: ``start_video_ms``).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = Literal["frame_number", "moving", "flash"]
Sound = Literal["tone", "silence"]

TONE_HZ = 440
BEEP_HZ = 1000
FLASH_EVERY_S = 1
FLASH_FIRST_S = Fraction(1, 2)
FLASH_LENGTH_S = Fraction(1, 10)

_CODE_COLUMNS, _CODE_ROWS = 5, 4
_CODE_WIDTH, _CODE_HEIGHT, _CODE_TOP = 0.45, 0.28, 0.30  # of the height of the 9:16 crop
_LARGEST_NUMBER = 1 << 16
_DARK, _LIGHT, _GREY = 16, 235, 110
# Repeated durations of a variable-rate source, in quarters of a frame: the mean is one frame.
_VARIABLE_QUARTERS = (2, 6, 4, 3, 5, 4)
_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}


def make_video(
    path: Path,
    *,
    seconds: float = 4,
    fps: Fraction | int = 30,
    size: tuple[int, int] = (320, 180),
    audio: NDArray[np.float32] | Sound | None = "tone",
    sample_rate: int = 48_000,
    channels: int = 1,
    rotation: int = 0,
    variable_rate: bool = False,
    keyframe_every: int = 250,
    start_video_ms: int = 0,
    start_audio_ms: int = 0,
    picture: Picture | None = "moving",
    sample_aspect: Fraction | int = 1,
    container: str | None = None,
    faststart: bool = False,
) -> Path:
    """Write a video file and return its path.

    The container follows the suffix (``.mp4 .m4v .mov .mkv .webm``) unless ``container`` names an
    ffmpeg muxer; WebM gets VP8 and Opus, everything else H.264 (with B frames) and AAC.

    :param size: Coded width and height, before rotation; pictures are drawn upright as displayed.
    :param audio: Samples in -1..1, shape (n,) or (n, channels), the first one heard at
        ``start_audio_ms``; a name; or None for no sound track. With ``picture="flash"`` the name
        ``tone`` gives one beep with every flash.
    :param rotation: Clockwise degrees a player must turn the coded picture: 0, 90, 180, 270.
    :param picture: ``frame_number`` can be read with :func:`read_frame_number`; None leaves the
        video track out.
    :param variable_rate: Frame durations vary from a half to one and a half; see
        :func:`frame_times`.
    """
    muxer = container or _FORMATS[path.suffix.lower()]
    options = {"movflags": "+faststart"} if faststart else {}
    times = frame_times(seconds, fps, variable_rate=variable_rate, start_video_ms=start_video_ms)
    with av.open(str(path), "w", format=muxer, options=options) as output:
        web = muxer == "webm"
        video = None
        if picture is not None:
            video = _add_video(output, web, Fraction(fps), size, rotation, keyframe_every)
            video.codec_context.sample_aspect_ratio = Fraction(sample_aspect)
        sound = None if audio is None else _add_audio(output, web, sample_rate, channels)
        if sound is not None and audio is not None:
            samples = _sound(audio, picture, seconds, sample_rate, start_audio_ms, times)
            _write_sound(output, sound, samples, sample_rate, channels, start_audio_ms)
        if video is not None and picture is not None:
            _write_pictures(output, video, times, picture, size, rotation)
    return path


def make_long_video(path: Path, *, minutes: int, **options: Any) -> Path:
    """One minute of :func:`make_video` repeated without encoding again; quick for hours.

    H.264 and AAC, so not for WebM. With ``picture="frame_number"`` the numbers begin anew every
    minute.
    """
    minute = make_video(path.with_name(path.stem + "-minute.mp4"), seconds=60, **options)
    with av.open(str(path), "w", format=_FORMATS[path.suffix.lower()]) as output:
        with av.open(str(minute)) as source:
            streams = {
                stream.index: output.add_stream_from_template(stream)
                for stream in (*source.streams.video, *source.streams.audio)
            }
        for number in range(minutes):
            with av.open(str(minute)) as source:
                for packet in source.demux():
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = round(60 * number / packet.time_base)
                    # Sound's priming and last samples would overlap the neighbouring minutes.
                    if not 0 <= packet.pts * packet.time_base < 60:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    packet.stream = streams[packet.stream_index]
                    output.mux(packet)
    minute.unlink()
    return path


def frame_times(
    seconds: float = 4,
    fps: Fraction | int = 30,
    *,
    variable_rate: bool = False,
    start_video_ms: int = 0,
) -> list[Fraction]:
    """When each frame of :func:`make_video` is first shown, in seconds of the container."""
    fps = Fraction(fps)
    start = Fraction(start_video_ms, 1000)
    count = max(1, round(seconds * fps))
    if not variable_rate:
        return [start + index / fps for index in range(count)]
    quarters, times = 0, []
    for index in range(count):
        times.append(start + Fraction(quarters, 4) / fps)
        quarters += _VARIABLE_QUARTERS[index % len(_VARIABLE_QUARTERS)]
    return times


def flash_times(
    seconds: float = 4,
    fps: Fraction | int = 30,
    *,
    variable_rate: bool = False,
    start_video_ms: int = 0,
) -> list[Fraction]:
    """When each white flash begins, and its beep: one a second, always on a frame's own time."""
    times = frame_times(seconds, fps, variable_rate=variable_rate, start_video_ms=start_video_ms)
    return [time for time, lit in _flashes(times) if lit]


def read_frame_number(rgb: NDArray[np.uint8]) -> int:
    """The number drawn by ``picture="frame_number"``, from the whole picture or its 9:16 crop.

    :param rgb: Height x width x 3, scaled in any way that keeps the shape of the picture.
    :raises ValueError: The blocks are not black and white, or their check sum is wrong.
    """
    bits = 0
    for top, bottom, left, right in _code_cells(rgb.shape[1], rgb.shape[0]):
        inset_y, inset_x = (bottom - top) // 4, (right - left) // 4
        block = rgb[top + inset_y : bottom - inset_y, left + inset_x : right - inset_x]
        level = float(np.median(block.mean(axis=2)))
        if 90 < level < 165:
            raise ValueError(f"a block of the frame number is neither black nor white: {level:.0f}")
        bits = bits << 1 | (level > 127)
    number, check = bits >> 4, bits & 15
    if check != _check_sum(number):
        raise ValueError("the check sum of the frame number is wrong")
    return number


def _add_video(
    output: OutputContainer,
    web: bool,
    fps: Fraction,
    size: tuple[int, int],
    rotation: int,
    keyframe_every: int,
) -> VideoStream:
    options = (
        {"deadline": "realtime", "cpu-used": "8", "auto-alt-ref": "0", "b": "1M"}
        if web
        else {"preset": "ultrafast", "crf": "16", "bf": "2", "sc_threshold": "0"}
    )
    stream = output.add_stream("libvpx" if web else "libx264", rate=fps, options=options)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    stream.gop_size = keyframe_every
    stream.codec_context.thread_count = 1
    # Four ticks a frame leave room for variable durations; 1/90000 for offsets in milliseconds.
    stream.codec_context.time_base = Fraction(1, 90_000)
    for name in ("colorspace", "color_primaries", "color_trc", "color_range"):
        setattr(stream.codec_context, name, 1)  # 1 is BT.709 in all three, and limited range
    if rotation:
        # The display matrix counts anticlockwise, this module (like a phone's gallery) clockwise.
        stream.set_display_rotation(-rotation)
    return stream


def _add_audio(output: OutputContainer, web: bool, rate: int, channels: int) -> AudioStream:
    stream = output.add_stream("libopus" if web else "aac", rate=rate)
    assert isinstance(stream, AudioStream)
    stream.layout = _layout(channels)
    stream.codec_context.time_base = Fraction(1, rate)
    return stream


def _layout(channels: int) -> str:
    return {1: "mono", 2: "stereo", 6: "5.1"}[channels]


def _sound(
    audio: NDArray[np.float32] | Sound,
    picture: Picture | None,
    seconds: float,
    rate: int,
    start_audio_ms: int,
    times: list[Fraction],
) -> NDArray[np.float32]:
    if not isinstance(audio, str):
        return audio
    count = round(seconds * rate)
    samples = np.zeros(count, np.float32)
    if audio == "silence":
        return samples
    if picture != "flash":
        phase = np.arange(count) * (2 * np.pi * TONE_HZ / rate)
        samples[:] = 0.25 * np.sin(phase)
        return samples
    length = round(FLASH_LENGTH_S * rate)
    beep = 0.5 * np.sin(np.arange(length) * (2 * np.pi * BEEP_HZ / rate))
    for time in (time for time, lit in _flashes(times) if lit):
        first = round((time - Fraction(start_audio_ms, 1000)) * rate)
        if first >= 0:
            samples[first : first + length] = beep[: max(0, count - first)]
    return samples


def _write_sound(
    output: OutputContainer,
    stream: AudioStream,
    samples: NDArray[np.float32],
    rate: int,
    channels: int,
    start_ms: int,
) -> None:
    planes = np.atleast_2d(samples.T if samples.ndim == 2 else samples).astype(np.float32)
    planes = np.ascontiguousarray(np.broadcast_to(planes, (channels, planes.shape[1])))
    resampler = av.AudioResampler(
        format=stream.codec_context.format, layout=_layout(channels), rate=rate
    )
    offset = start_ms * rate // 1000
    step = 4096
    for first in range(0, planes.shape[1], step):
        part = np.ascontiguousarray(planes[:, first : first + step])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=_layout(channels))
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frame.pts = offset + first
        for piece in resampler.resample(frame):
            _mux_sound(output, stream.encode(piece), offset)
    _mux_sound(output, stream.encode(None), offset)


def _mux_sound(output: OutputContainer, packets: list[av.Packet[Any]], first: int) -> None:
    """Write packets; the encoder's priming only where the muxer can mark it as such, at 0.

    With an offset an MP4 would simply begin 21 ms earlier than it was told to; Matroska always
    declares the priming.
    """
    declared = first == 0 or output.format.name not in ("mp4", "mov")
    for packet in packets:
        if declared or packet.pts is None or packet.pts >= first:
            output.mux(packet)


def _write_pictures(
    output: OutputContainer,
    stream: VideoStream,
    times: list[Fraction],
    picture: Picture,
    size: tuple[int, int],
    rotation: int,
) -> None:
    width, height = size if rotation % 180 == 0 else (size[1], size[0])
    lit = -1.0
    for index, (time, starts) in enumerate(_flashes(times)):
        lit = float(time) if starts else lit
        luma = _draw(picture, index, width, height, flash=0 <= float(time) - lit < 0.1 - 1e-9)
        frame = _frame(np.rot90(luma, k=rotation // 90))
        frame.time_base = Fraction(1, 90_000)
        frame.pts = round(time * 90_000)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _flashes(times: list[Fraction]) -> list[tuple[Fraction, bool]]:
    """Each frame's time, and whether a flash begins with it."""
    due, marked = FLASH_FIRST_S, []
    while times and due < times[0]:
        due += FLASH_EVERY_S
    for time in times:
        marked.append((time, time >= due))
        if time >= due:
            due += FLASH_EVERY_S
    return marked


def _draw(
    picture: Picture, index: int, width: int, height: int, *, flash: bool
) -> NDArray[np.uint8]:
    """One upright picture, luma only."""
    if picture == "flash":
        return np.full((height, width), _LIGHT if flash else 32, np.uint8)
    columns = np.arange(width) + 3 * index
    rows = np.arange(height)[:, None]
    luma = (60 + (columns * 2 % 90) + rows * 60 // height).astype(np.uint8)
    if picture == "frame_number":
        _draw_number(luma, index)
        return luma
    side = max(8, height // 6)
    left = (index * 4) % max(1, width - side)
    luma[height // 2 : height // 2 + side, left : left + side] = _LIGHT
    return luma


def _draw_number(luma: NDArray[np.uint8], number: int) -> None:
    if number >= _LARGEST_NUMBER:
        raise ValueError(f"frame {number} needs more than 16 blocks")
    bits = number << 4 | _check_sum(number)
    cells = _code_cells(luma.shape[1], luma.shape[0])
    # A grey frame around the blocks keeps neighbours from bleeding in when the picture is scaled.
    luma[cells[0][0] - 4 : cells[-1][1] + 4, cells[0][2] - 4 : cells[-1][3] + 4] = _GREY
    for place, (top, bottom, left, right) in enumerate(reversed(cells)):
        luma[top:bottom, left:right] = _LIGHT if bits >> place & 1 else _DARK


def _check_sum(number: int) -> int:
    """Four bits, never all equal to the number's own: an even picture is not read as frame 0."""
    return (number ^ number >> 4 ^ number >> 8 ^ number >> 12 ^ 0b1010) & 15


def _code_cells(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """(top, bottom, left, right) of each block, most significant first, row by row."""
    crop_height = min(float(height), width * 16 / 9)
    left = width / 2 - _CODE_WIDTH * crop_height / 2
    top = height / 2 + (_CODE_TOP - 0.5) * crop_height
    cell_width = _CODE_WIDTH * crop_height / _CODE_COLUMNS
    cell_height = _CODE_HEIGHT * crop_height / _CODE_ROWS
    return [
        (
            round(top + row * cell_height),
            round(top + (row + 1) * cell_height),
            round(left + column * cell_width),
            round(left + (column + 1) * cell_width),
        )
        for row in range(_CODE_ROWS)
        for column in range(_CODE_COLUMNS)
    ]


def _frame(luma: NDArray[np.uint8]) -> av.VideoFrame:
    """A grey picture as yuv420p: grey chroma is 128 whatever the matrix."""
    height, width = luma.shape
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = luma
    frame: Any = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    result: av.VideoFrame = frame
    return result
