"""Encode the talk: H.264 and AAC in one MP4, the sound exactly where the samples say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from clipping.demo.scene import FPS, HEIGHT_PX, WIDTH_PX, Scene
from clipping.demo.talk import Talk

SAMPLE_RATE_HZ = 48_000
_AAC_BITRATE = 128_000
_KEYFRAME_EVERY = 8 * FPS
"""Sparse key frames, as downloaded talks have them: cuts have to be made between them."""

# Numbers of ITU-T H.273, as FFmpeg's enumerations have them.
_BT709, _LIMITED = 1, 1

_FRAMES_AHEAD = 4

_QUIET_DB, _LOUD_DB = -42.0, -12.0


def encode(talk: Talk, path: Path, on_progress: Callable[[float], None]) -> None:
    """Write the MP4 at ``path``; ``on_progress`` hears fractions 0..1.

    Raises ``OSError`` (PyAV's errors among them) as the system gave it.
    """
    levels = _levels(talk)
    scene = Scene(levels)
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        context = video.codec_context
        context.time_base = Fraction(1, FPS)
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        video.options = {
            # A source only: what is made of it is encoded anew, and its size does not matter.
            "preset": "ultrafast",
            "crf": "19",
            "g": str(_KEYFRAME_EVERY),
            # A fixed number, because the pictures differ slightly with it.
            "threads": "3",
        }
        audio = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="mono")
        audio.bit_rate = _AAC_BITRATE
        sound = _sound(talk, audio.codec_context.frame_size or 1024)
        for index, picture in enumerate(_drawn_ahead(scene, len(levels))):
            picture.pts = index
            picture.time_base = Fraction(1, FPS)
            container.mux(video.encode(picture))
            _mux_until(container, audio, sound, (index + 1) / FPS)
            if index % FPS == 0:
                on_progress(index / len(levels))
        _mux_until(container, audio, sound, float("inf"))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    on_progress(1.0)


def _drawn_ahead(scene: Scene, count: int) -> Iterator[av.VideoFrame]:
    """All frames in order, the next ones drawn in a thread while one is encoded."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="demo-scene") as painter:
        pending: deque[Future[av.VideoFrame]] = deque()
        for index in range(count):
            pending.append(painter.submit(scene.frame, index))
            if len(pending) > _FRAMES_AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _mux_until(
    container: av.container.OutputContainer,
    stream: av.AudioStream,
    sound: Iterator[av.AudioFrame],
    seconds: float,
) -> None:
    """Encode sound up to ``seconds``, so that both streams stay side by side in the file."""
    for frame in sound:
        container.mux(stream.encode(frame))
        if frame.time is not None and frame.time >= seconds:
            return


def _levels(talk: Talk) -> NDArray[np.float32]:
    """How loud the voice is in each frame of the picture, 0 silent to 1 loud."""
    step = talk.rate_hz // FPS
    frames = len(talk.speech) // step
    power = (talk.speech[: frames * step].reshape(frames, step) ** 2).mean(axis=1)
    decibels = 10 * np.log10(power + 1e-9)
    loud = np.clip((decibels - _QUIET_DB) / (_LOUD_DB - _QUIET_DB), 0, 1)
    return np.asarray(loud, np.float32)


def _sound(talk: Talk, samples: int) -> Iterator[av.AudioFrame]:
    """The talk at 48 kHz in the encoder's own frame size, timestamps counted in samples."""
    whole = av.AudioFrame.from_ndarray(talk.samples[None, :], format="fltp", layout="mono")
    whole.sample_rate = talk.rate_hz
    whole.pts = 0
    whole.time_base = Fraction(1, talk.rate_hz)
    resampler = AudioResampler("fltp", "mono", SAMPLE_RATE_HZ, frame_size=samples)
    yield from resampler.resample(whole)
    yield from resampler.resample(None)
