"""One good clip, and ways to spoil it, for the tests of proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.join import join
from clipping.models import (
    Crop,
    EncoderSettings,
    Framing,
    Loudness,
    MediaInfo,
    Proof,
    RenderPlan,
    Word,
)
from clipping.rendering.compose import render
from clipping.rendering.grid import snap
from clipping.rendering.loudness import measure
from clipping.rendering.proof import prove
from clipping.rendering.sound import encode, soundtrack
from clipping.timing import TimeSpan
from tests.rendering.recipes import plan_of
from tests.support.media import make_video

START_MS, END_MS = 1_480, 3_880
"""Of the good clip in its source, off the source's key frames (0 s, 2 s, 4 s)."""
MUTED_MS = (1_900, 2_130)
"""Of the muted word in the clip."""
HOOK_END_MS = 700
"""Hooks stand for two and a half seconds and more; this one is as brief as the clip."""
SPOKEN = (("now", 60, 300), ("listen", 340, 600))
AFTERWARDS = (("these", 1_680, 1_880), ("darn", 1_940, 2_080), ("words", 2_140, 2_380))


@dataclass(frozen=True)
class Clip:
    """A rendered clip and what it was rendered from."""

    source: Path
    media: MediaInfo
    plan: RenderPlan
    path: Path

    def prove(self, path: Path | None = None, plan: RenderPlan | None = None) -> Proof:
        """Prove this clip, or another file or plan in its place."""
        return prove(path or self.path, plan or self.plan, self.source, self.media)

    def rendered(self, name: str, plan: RenderPlan, source: Path | None = None) -> Path:
        """The clip of another plan or source, beside this one."""
        path, heard = self.path.with_name(name), ("span", "mutes", "loudness")
        same = all(getattr(plan, one) == getattr(self.plan, one) for one in heard)
        sound = self.path if same and source is None else None
        render(plan, source or self.source, self.media, path, sound=sound)
        return path

    def resounded(self, name: str, plan: RenderPlan) -> Path:
        """This clip's picture with the sound of another plan."""
        path, heard = self.path.with_name(name), self.path.with_name(f"{name}.sound")
        cut = snap(plan.span, self.media)
        track = soundtrack(self.source, self.media, cut, plan.mutes, plan.fade_ms)
        encode(track, plan.loudness, heard, plan.encoder.audio_kbps)
        join([(self.path, 0)], heard, cut.fps, path)
        return path

    def remade(self, name: str, *args: str, more: Sequence[str] = ()) -> Path:
        """This clip through ffmpeg: streams are copied unless ``args`` say otherwise."""
        path = self.path.with_name(name)
        copy = ["-c", "copy", "-movflags", "+faststart+negative_cts_offsets"]
        run_ffmpeg(
            ["-i", str(self.path), *more, *copy, *args, "-f", "mp4", str(path)], timeout_s=60
        )
        return path


PICTURE_AGAIN = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p"),
    *("-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709"),
    *("-color_trc", "bt709", "-fps_mode", "passthrough"),
)
SOUND_AGAIN = ("-c:a", "aac", "-b:a", "160k")


def failed(proof: Proof) -> set[str]:
    """Names of the checks that did not pass."""
    return {check.name for check in proof.failures}


def value(proof: Proof, name: str) -> float | str | None:
    """What one check measured."""
    return next(check.value for check in proof.checks if check.name == name)


def speech(seconds: float, rate_hz: int = 48_000) -> NDArray[np.float32]:
    """Noise with the spectrum and the syllables of speech, never the same twice."""
    count = round(seconds * rate_hz)
    noise = np.random.default_rng(5).standard_normal(count)
    spectrum = np.fft.rfft(noise)
    pitch = np.fft.rfftfreq(count, 1 / rate_hz)
    spectrum *= (pitch > 90) / (1 + (pitch / 700) ** 2)
    voice = np.fft.irfft(spectrum, count)
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.3 * np.arange(count) / rate_hz)
    samples = voice * syllables
    return np.asarray(0.2 * samples / np.abs(samples).max(), np.float32)


def words() -> list[Word]:
    """What is said in the good clip, on the source's clock."""
    return [
        Word(text=text, span=TimeSpan(start_ms=START_MS + start, end_ms=START_MS + end))
        for text, start, end in (*SPOKEN, *AFTERWARDS)
    ]


def muted(plan: RenderPlan, text: str, mutes: Sequence[tuple[int, int]]) -> RenderPlan:
    """The plan with other mutes, and the word of that text marked as muted."""
    return plan.model_copy(
        update={
            "mutes": tuple(TimeSpan(start_ms=start, end_ms=end) for start, end in mutes),
            "words": tuple(
                word.model_copy(update={"muted": word.text == text}) for word in plan.words
            ),
        }
    )


def good_clip(folder: Path, end_ms: int = END_MS) -> Clip:
    """2.4 s at 25 frames a second: a hook, two groups of captions, a pause, and a muted word.

    An earlier end leaves out the muted word and those around it.
    """
    silenced = [MUTED_MS] if end_ms == END_MS else []
    source = make_video(
        folder / "talk.mp4",
        seconds=4.6,
        fps=25,
        audio=speech(4.6),
        picture="moving",
        keyframe_every=50,
    )
    encoder = EncoderSettings(preset="ultrafast", quality=26)
    first, media = plan_of(source, START_MS, end_ms, words=words())
    loudness = measure(
        source,
        media,
        snap(first.span, media),
        [TimeSpan(start_ms=start, end_ms=end) for start, end in silenced],
    )
    plan, _ = plan_of(
        source,
        START_MS,
        end_ms,
        words=words(),
        hook="Listen to this",
        loudness=loudness,
        encoder=encoder,
    )
    assert plan.hook is not None
    plan = muted(plan, "darn", silenced).replace(hook=plan.hook.replace(end_ms=HOOK_END_MS))
    path = folder / "clip.mp4"
    render(plan, source, media, path)
    return Clip(source, media, plan, path)


def bare_plan() -> RenderPlan:
    """Ten seconds at 30 frames a second from 2 s on, with nothing drawn or muted."""
    return RenderPlan(
        version=1,
        source_sha256="ab" * 32,
        span=TimeSpan(start_ms=2_000, end_ms=12_000),
        fps="30/1",
        frames=300,
        framings=(
            Framing(
                start_frame=0,
                end_frame=300,
                crops=(Crop(left_px=656, top_px=0, width_px=608, height_px=1080),),
            ),
        ),
        style="highlight",
        words=(),
        captions=(),
        hook=None,
        mutes=(),
        fade_ms=15,
        loudness=Loudness(gain_db=0.0, measured_lufs=-14.0),
        encoder=EncoderSettings(),
    )
