"""The clip's sound: cut to the sample, muted, brought to level, and never louder than allowed.

What was measured is what is delivered: measuring (``clipping.rendering.loudness``) ends with the
encoded sound itself, and the same chain of filters makes the same file again. It decodes from a
little before the cut, fills gaps, mixes down to 48 kHz stereo, trims by sample count, silences the
mutes, fades both ends, then applies gain and a limiter that works at four times the sample rate,
where the peaks between samples can be seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from clipping.media.container import only_itself
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import EncoderSettings, Loudness, MediaInfo
from clipping.rendering.grid import Cut
from clipping.timing import TimeSpan, seconds_text

RATE_HZ = 48_000
RAW_INPUT = ("-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i")
"""Samples as they are, interleaved; the file follows."""
FADE_MS = 15
"""At both ends of the clip: long enough to hide the cut's click, too short to be heard."""
_LEAD_MS = 1_000
"""Decoding begins this early: the first frames after a seek lack their predecessors (AAC: one
frame, Opus: 80 ms), and interleaved files may hold the sound well before its picture."""
_TAIL_MS = 500
_DENOISING = "afftdn=nr=12:nf=-45:tn=1"
"""Spectral subtraction by 12 dB that follows the noise floor: hum and hiss fade, speech stays."""
_MUTE_RAMP_MS = 2
_MUTE_FRAME = 64
"""Samples to a filter frame while muting: ``enable`` is decided once per frame."""


@dataclass(frozen=True)
class Soundtrack:
    """What of a source's sound the clip uses; times in ``mutes`` are relative to the clip."""

    media_path: Path
    stream_index: int
    start_ms: int
    frames: int
    fps: Fraction
    mutes: tuple[TimeSpan, ...]
    fade_ms: int
    denoise: bool = False

    @property
    def samples(self) -> int:
        """Length at 48 kHz: exactly as long as the picture, rounded to a sample."""
        return round(self.frames * RATE_HZ / self.fps)

    @property
    def timeout_s(self) -> float:
        """How long a run of ffmpeg over this sound may take; it needs a hundredth of that."""
        return 60 + 2 * self.samples / RATE_HZ

    @property
    def _lead_ms(self) -> int:
        return min(_LEAD_MS, self.start_ms)

    def input_args(self) -> list[str]:
        """The ffmpeg input; it ends soon after the clip, whatever the file still holds."""
        length_ms = self._lead_ms + math.ceil(self.samples * 1000 / RATE_HZ) + _TAIL_MS
        return [
            *only_itself(self.media_path),
            "-ss",
            seconds_text(self.start_ms - self._lead_ms),
            "-t",
            seconds_text(length_ms),
            "-i",
            f"file:{self.media_path.absolute()}",
        ]

    def filters(self, input_number: int, loudness: Loudness | None, label: str) -> str:
        """The filter chain from input ``input_number`` to ``label``; None leaves the level alone.

        The sound keeps its place: late, early-ending and interrupted tracks are filled with
        silence. Deviations of timestamps below 20 ms are left, or jitter would become clicks.
        """
        first = self._lead_ms * RATE_HZ // 1000
        return (
            ",".join(
                [
                    f"[{input_number}:{self.stream_index}]"
                    f"aresample={RATE_HZ}:ochl=stereo:osf=fltp:async=1:first_pts=0:min_hard_comp=0.02",
                    "apad",
                    f"atrim=start_sample={first}:end_sample={first + self.samples}",
                    "asetpts=N/SR/TB",
                    *([_DENOISING] if self.denoise else []),
                    *self._muting(),
                    *self._fading(),
                    *self.levelling(loudness),
                ]
            )
            + label
        )

    def levelling(self, loudness: Loudness | None) -> Iterator[str]:
        """From the sound without a level to exactly as many samples with it."""
        yield from _levelling(loudness)
        yield "apad"
        yield f"atrim=end_sample={self.samples}"

    def _muting(self) -> Iterator[str]:
        """Each mute is a pair of short fades inside it: sample-exact, and it does not click.

        A fade filter acts on everything before or after its fade, so each works only on its half
        of the mute; the half that begins early or ends late meets samples that it leaves alone.
        """
        if not self.mutes:
            return
        yield f"asetnsamples=n={_MUTE_FRAME}:p=0"
        slack = 2 * _MUTE_FRAME / RATE_HZ
        for mute in self.mutes:
            start, end = mute.start_ms / 1000, mute.end_ms / 1000
            middle = (start + end) / 2
            ramp = min(_MUTE_RAMP_MS / 1000, (end - start) / 4)
            yield (
                f"afade=t=out:st={start:.6f}:d={ramp:.6f}"
                f":enable='gte(t,{start - slack:.6f})*lt(t,{middle:.6f})'"
            )
            yield (
                f"afade=t=in:st={end - ramp:.6f}:d={ramp:.6f}"
                f":enable='gte(t,{middle:.6f})*lt(t,{end + slack:.6f})'"
            )
        yield "asetnsamples=n=1024:p=0"

    def _fading(self) -> Iterator[str]:
        count = min(self.fade_ms * RATE_HZ // 1000, self.samples // 4)
        if count > 0:
            yield f"afade=t=in:ss=0:ns={count}"
            yield f"afade=t=out:ss={self.samples - count}:ns={count}"


def _levelling(loudness: Loudness | None) -> Iterator[str]:
    """Gain and limiter; nothing where there is no loudness."""
    if loudness is None:
        return
    limit = 10 ** (loudness.peak_limit_dbtp / 20)
    yield f"volume={loudness.gain_db:.2f}dB:precision=float"
    yield f"aresample={4 * RATE_HZ}"
    yield f"alimiter=limit={limit:.6f}:attack=5:release=80:level=disabled:latency=1"
    yield f"aresample={RATE_HZ}:osf=fltp"


def soundtrack(
    media_path: Path,
    media: MediaInfo,
    cut: Cut,
    mutes: Sequence[TimeSpan],
    fade_ms: int,
    *,
    denoise: bool = False,
) -> Soundtrack:
    """The sound of a cut of the source."""
    return Soundtrack(
        media_path=media_path,
        stream_index=media.audio.index,
        start_ms=cut.span.start_ms,
        frames=cut.frames,
        fps=cut.fps,
        mutes=tuple(mutes),
        fade_ms=fade_ms,
        denoise=denoise,
    )


def encode(
    track: Soundtrack,
    loudness: Loudness,
    out_path: Path,
    audio_kbps: int = EncoderSettings().audio_kbps,
) -> None:
    """The sound as a clip has it: AAC at 48 kHz, stereo, in an MP4 file without a picture.

    The same track and loudness give the same bytes.

    :raises RenderFailed: The sound cannot be decoded.
    :raises DiskFull: No space left.
    :raises Interrupted: ffmpeg was killed from outside.
    """
    run_ffmpeg(
        [
            *track.input_args(),
            *("-filter_complex", track.filters(0, loudness, "[a]"), "-map", "[a]"),
            *("-c:a", "aac", "-b:a", f"{audio_kbps}k", "-ar", str(RATE_HZ), "-ac", "2"),
            *("-map_metadata", "-1", "-map_chapters", "-1"),
            *("-fflags", "+bitexact", "-flags:a", "+bitexact"),
            *("-f", "mp4", f"file:{out_path.absolute()}"),
        ],
        timeout_s=track.timeout_s,
    )
