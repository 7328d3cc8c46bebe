"""Measuring a video of which no plan is known: all that its own file can tell."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from clipping.faces import detector
from clipping.media.container import check_file, container_of
from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, Proof, ProofCheck
from clipping.rendering.measure.container import container_checks, keyframe_checks, read_facts
from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH
from clipping.rendering.measure.motion import black_check
from clipping.rendering.measure.people import MOST_LOOKS, boxes_of
from clipping.rendering.measure.playback import Playback, play
from clipping.rendering.measure.sampling import spread
from clipping.rendering.measure.speech import level_checks
from clipping.rendering.measure.timeline import AAC_PACKET_MS
from clipping.rendering.measure.verdict import (
    at_most,
    exactly,
    not_applicable,
    not_measurable,
    reported,
    within,
)

_LONGEST_S = 3_600


def inspect(path: Path, size: tuple[int, int] = (OUTPUT_WIDTH_PX, OUTPUT_HEIGHT_PX)) -> Proof:
    """Measure any MP4 the way a clip is measured, as far as that takes no plan and no source.

    :param size: Width and height that the picture should have.

    :raises Rejected: The file is missing or holds no video.
    """
    check_file(path)
    container_of(path)
    facts = read_facts(path)
    frames = _frame_count(facts.picture_end)
    looks = spread(range(frames), MOST_LOOKS)
    everything = np.ones((GRID_HEIGHT, GRID_WIDTH), np.bool_)
    playback = play(path, looks, everything)
    checks = [*container_checks(facts, playback.pixel_aspects, size), *keyframe_checks(facts)]
    if not playback.frames:
        checks.append(not_measurable("frame_count", "no picture can be decoded"))
        return _proof(checks)
    checks += _timeline(playback)
    fps = Fraction(max(1, playback.frames - 1)) / max(playback.picture_times[-1], Fraction(1, 1000))
    checks.append(black_check(playback.black, fps))
    duration_ms = round(playback.picture_times[-1] * 1000)
    checks += level_checks(path, duration_ms)
    found = [bool(boxes_of(shot, detector())) for shot in playback.shots.values()]
    checks.append(reported("pictures_with_a_face", sum(found) / max(1, len(found)), "share"))
    return _proof(checks)


def _proof(checks: list[ProofCheck]) -> Proof:
    return Proof(passed=all(check.passed for check in checks), checks=tuple(checks))


def _frame_count(end: Fraction) -> int:
    """A guess that is good enough to spread a few looks."""
    return max(2, round(min(end, Fraction(_LONGEST_S)) * 24))


def _timeline(playback: Playback) -> list[ProofCheck]:
    times = playback.picture_times
    steps = [float((after - before) * 1000) for before, after in pairwise(times)]
    usual = float(np.median(steps)) if steps else 0.0
    uneven = max((abs(step - usual) for step in steps), default=0.0)
    checks = [
        exactly("decode_faults", playback.faults, 0),
        reported("frame_count", float(playback.frames), "frames"),
        at_most("frame_step_error_ms", uneven, 1.0, "ms"),
        within("video_start_ms", float(times[0] * 1000), 0, 1, "ms"),
    ]
    if not len(playback.sound):
        return [*checks, not_applicable("audio_start_ms", "the file has no sound")]
    start_ms = float(playback.sound_start * 1000)
    gap_ms = float((playback.sound_end - times[-1]) * 1000) - usual
    return [
        *checks,
        within("audio_start_ms", start_ms, 0, round(AAC_PACKET_MS, 1), "ms"),
        within("av_length_difference_ms", gap_ms, 0, round(max(usual, AAC_PACKET_MS), 1), "ms"),
    ]
