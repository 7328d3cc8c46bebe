"""How loud the clip is made: decided by listening to the sound as it will be delivered."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clipping.errors import RenderFailed
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import Loudness, MediaInfo
from clipping.rendering.grid import Cut
from clipping.rendering.output import file_in_the_making
from clipping.rendering.sound import (
    FADE_MS,
    RAW_INPUT,
    Soundtrack,
    encode,
    soundtrack,
)
from clipping.scratch import scratch_folder
from clipping.timing import TimeSpan

TARGET_LUFS = -14.0
HIGHEST_PEAK_DBTP = -1.0
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


@dataclass(frozen=True)
class Levels:
    """Loudness of a whole clip, and its highest peak between samples."""

    lufs: float
    peak_dbtp: float


def measure(
    path: Path,
    media: MediaInfo,
    cut: Cut,
    mutes: Sequence[TimeSpan],
    *,
    denoise: bool = False,
    keep: Path | None = None,
) -> Loudness:
    """Decide gain and limit that bring the cut to -14 LUFS and its true peak below -1 dBTP.

    The limiter takes loudness away, by an amount that only the signal decides; so the gain is tried
    on the decoded sound and corrected until it fits, usually once. The encoder adds peaks; so the
    result is encoded, measured and corrected as well, which is seldom needed. Encoding is nearly
    all of the cost, a few hundredths of the render.

    :param cut: What is heard: the clip's own cut.
    :param mutes: Relative to the cut.
    :param denoise: Take steady noise away first; part of what is decided.
    :param keep: Where to leave the sound as :func:`encode` makes it with what was decided.
    :raises RenderFailed: The sound cannot be decoded.
    :raises DiskFull: No space left.
    :raises Interrupted: ffmpeg was killed from outside.
    """
    track = soundtrack(path, media, cut, mutes, FADE_MS, denoise=denoise)
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
            with file_in_the_making(keep, ".part") as part:
                shutil.copyfile(encoded, part)
                part.replace(keep)
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
        # From the source once more: the limiter gives other bits when it gets other blocks.
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
        graph = ",".join(["[0:a]anull", *track.levelling(loudness)])
        heard = _lufs([*RAW_INPUT, f"file:{decoded}"], graph, track)
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
    """Loudness of what the graph gives; the sound is kept, as :data:`RAW_INPUT`, if asked."""
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
    return run_ffmpeg(args, timeout_s=track.timeout_s).log


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
