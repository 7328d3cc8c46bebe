"""The clip's sound: cut to the sample, muted, brought to level, and never louder than allowed.

What was measured is what is delivered: measuring ends with the encoded sound itself, and the same
chain of filters (``Soundtrack``) makes the same file again. It decodes from a little before the
cut, fills gaps, mixes down to 48 kHz stereo, trims by sample count, silences the mutes, fades both
ends, then applies gain and a limiter that works at four times the sample rate, where the peaks
between samples can be seen.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from clipping.errors import RenderFailed
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import EncoderSettings, Loudness, MediaInfo
from clipping.rendering.grid import Cut, snap
from clipping.scratch import scratch_folder
from clipping.timing import TimeSpan, seconds_text

RATE_HZ = 48_000
TARGET_LUFS = -14.0
HIGHEST_PEAK_DBTP = -1.0
FADE_MS = 15
"""At both ends of the clip: long enough to hide the cut's click, too short to be heard."""
LARGEST_GAIN_DB = 30.0
"""Whisper-quiet speech is raised by this much and no more: what lies below is noise."""

_SILENCE_LUFS = -69.9
"""EBU R 128's absolute gate is -70: below it there is nothing to measure."""
_CLOSE_ENOUGH_LU = 0.2
_PEAK_RESERVE_DB = 0.15
_LOWEST_LIMIT_DBTP = -9.0
_ENCODER_RESERVE_LU = 0.05
"""The encoder, too, moves the loudness a little; ffmpeg tells it in tenths."""
_MOST_TRIES = 6
_MOST_ENCODES = 4
_FIRST_STEEPNESS = 1.6
"""Of speech that a limiter works on; saves a try where it is about right."""
_RAW_INPUT = ["-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i"]
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
class Levels:
    """Loudness of a whole clip, and its highest peak between samples."""

    lufs: float
    peak_dbtp: float


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
    def _lead_ms(self) -> int:
        return min(_LEAD_MS, self.start_ms)

    def input_args(self) -> list[str]:
        """The ffmpeg input; it ends soon after the clip, whatever the file still holds."""
        length_ms = self._lead_ms + math.ceil(self.samples * 1000 / RATE_HZ) + _TAIL_MS
        return [
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
        return ",".join(
            [
                f"[{input_number}:{self.stream_index}]"
                f"aresample={RATE_HZ}:ochl=stereo:osf=fltp:async=1:first_pts=0:min_hard_comp=0.02",
                "apad",
                f"atrim=start_sample={first}:end_sample={first + self.samples}",
                "asetpts=N/SR/TB",
                *([_DENOISING] if self.denoise else []),
                *self._muting(),
                *self._fading(),
                *_levelling(loudness),
                "apad",
                f"atrim=end_sample={self.samples}{label}",
            ]
        )

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
        timeout_s=_timeout_s(track),
    )


def measure(
    path: Path,
    media: MediaInfo,
    span: TimeSpan,
    mutes: Sequence[TimeSpan],
    *,
    denoise: bool = False,
    keep: Path | None = None,
) -> Loudness:
    """Decide gain and limit that bring the span to -14 LUFS and its true peak below -1 dBTP.

    The limiter takes loudness away, by an amount that only the signal decides; so the gain is tried
    on the decoded sound and corrected until it fits, usually once. The encoder adds peaks; so the
    result is encoded, measured and corrected as well, which is seldom needed. Encoding is nearly
    all of the cost, a few hundredths of the render.

    :param span: On the source clock; it is snapped to the frame grid as the plan is.
    :param mutes: Relative to the clip.
    :param denoise: Take steady noise away first; part of what is decided.
    :param keep: Where to leave the sound as :func:`encode` makes it with what was decided.
    :raises RenderFailed: The sound cannot be decoded.
    """
    track = soundtrack(path, media, snap(span, media), mutes, FADE_MS, denoise=denoise)
    with scratch_folder("sound") as folder:
        decoded = folder / "decoded.f32"
        lufs = _lufs(track.input_args(), track.filters(0, None, ""), track, decoded)
        if lufs > _SILENCE_LUFS:
            loudness, encoded = _fitting(track, lufs, folder)
        else:
            loudness = Loudness(
                target_lufs=TARGET_LUFS, gain_db=0.0, measured_lufs=lufs, denoise=denoise
            )
            encoded = folder / "silence.m4a"
            if keep is not None:
                encode(track, loudness, encoded)
        if keep is not None:
            shutil.move(encoded, keep)
        return loudness


def _fitting(track: Soundtrack, lufs: float, folder: Path) -> tuple[Loudness, Path]:
    """The first of several encodes that fits, or the best of them, and its file."""
    loudness = Loudness(
        target_lufs=TARGET_LUFS,
        gain_db=_allowed_gain(TARGET_LUFS - lufs),
        measured_lufs=lufs,
        denoise=track.denoise,
    )
    tries: list[tuple[float, Loudness, Path]] = []
    aim = TARGET_LUFS
    for number in range(_MOST_ENCODES):
        loudness, levelled = _levelled(track, loudness, folder / "decoded.f32", aim)
        encoded = folder / f"{number}.m4a"
        encode(track, loudness, encoded)
        heard = _levels(["-i", f"file:{encoded}"], "[0:a]anull", track)
        missing = TARGET_LUFS - heard.lufs
        excess = heard.peak_dbtp - (HIGHEST_PEAK_DBTP - _PEAK_RESERVE_DB)
        tries.append((abs(missing) + 10 * max(0.0, excess), loudness, encoded))
        as_near_as_it_gets = abs(aim - levelled) > _CLOSE_ENOUGH_LU
        if excess <= 0 and (abs(missing) <= _CLOSE_ENOUGH_LU or as_near_as_it_gets):
            return loudness, encoded
        aim = TARGET_LUFS - (heard.lufs - levelled)
        loudness = loudness.model_copy(
            update={"peak_limit_dbtp": _lowered(loudness.peak_limit_dbtp, excess)}
        )
    _, best, encoded = min(tries, key=lambda one: one[0])
    return best, encoded


def _levelled(
    track: Soundtrack, loudness: Loudness, decoded: Path, aim_lufs: float
) -> tuple[Loudness, float]:
    """The gain that brings the limited sound to ``aim_lufs``, or as near as it gets; its LUFS."""
    found: tuple[Loudness, float] | None = None
    before: tuple[float, float] | None = None
    for _ in range(_MOST_TRIES):
        heard = _lufs([*_RAW_INPUT, f"file:{decoded}"], _levelling_graph(loudness), track)
        missing = aim_lufs - heard
        if found is None or abs(missing) < abs(aim_lufs - found[1]):
            found = loudness, heard
        at_limit = abs(loudness.gain_db) >= LARGEST_GAIN_DB and missing > 0
        if abs(missing) <= _CLOSE_ENOUGH_LU - _ENCODER_RESERVE_LU or at_limit:
            break
        steepness = _steepness(before, (loudness.gain_db, heard), missing)
        before = (loudness.gain_db, heard)
        gain_db = _allowed_gain(loudness.gain_db + missing * steepness)
        loudness = loudness.model_copy(update={"gain_db": gain_db})
    assert found is not None
    return found


def _levelling_graph(loudness: Loudness) -> str:
    return ",".join(["[0:a]anull", *_levelling(loudness)])


def _steepness(
    before: tuple[float, float] | None, now: tuple[float, float], missing: float
) -> float:
    """How many dB of gain one LU of loudness costs just here; more than 1 under the limiter."""
    if before is None:
        # What is missing after the gain that should have been enough was taken by the limiter.
        return _FIRST_STEEPNESS if missing > 0 else 1.0
    gained, louder = now[0] - before[0], now[1] - before[1]
    if abs(louder) < 0.05:
        return 4.0 if gained else 1.0
    return min(6.0, max(1.0, gained / louder))


def _allowed_gain(gain_db: float) -> float:
    return round(min(LARGEST_GAIN_DB, max(-LARGEST_GAIN_DB, gain_db)), 2)


def _lowered(limit_dbtp: float, excess_db: float) -> float:
    if excess_db <= 0:
        return limit_dbtp
    return round(max(_LOWEST_LIMIT_DBTP, limit_dbtp - excess_db - 0.1), 2)


def _lufs(
    input_args: Sequence[str], graph: str, track: Soundtrack, kept: Path | None = None
) -> float:
    """Loudness of what the graph gives; the sound is kept, as :data:`_RAW_INPUT`, if asked."""
    # Peaks between samples cost four times as much as the loudness.
    log = _metered(input_args, f"{graph},ebur128=framelog=quiet[a]", track, kept)
    return _figure(r"\bI:\s+(-?[\d.]+|-?inf|nan) LUFS", log, track)


def _levels(input_args: Sequence[str], graph: str, track: Soundtrack) -> Levels:
    log = _metered(input_args, f"{graph},ebur128=peak=true:framelog=quiet[a]", track)
    lufs = _figure(r"\bI:\s+(-?[\d.]+|-?inf|nan) LUFS", log, track)
    return Levels(lufs, _figure(r"True peak:\s+Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", log, track))


def _metered(
    input_args: Sequence[str], meter: str, track: Soundtrack, kept: Path | None = None
) -> str:
    output = ["-f", "null", "-"] if kept is None else ["-f", "f32le", f"file:{kept}"]
    args = [*input_args, "-filter_complex", meter, "-map", "[a]", *output]
    return run_ffmpeg(args, timeout_s=_timeout_s(track)).log


def _figure(pattern: str, log: str, track: Soundtrack) -> float:
    """A level in the meter's summary, as a number that JSON can hold; silence is -70."""
    found = re.search(pattern, log.rpartition("Summary:")[2])
    if found is None:
        raise RenderFailed(
            f"The loudness of {track.media_path.name} could not be measured.",
            log_tail=log[-4_000:],
        )
    value = float(found[1])
    return max(-70.0, value) if math.isfinite(value) else -70.0


def _timeout_s(track: Soundtrack) -> float:
    return 60 + 2 * track.samples / RATE_HZ
