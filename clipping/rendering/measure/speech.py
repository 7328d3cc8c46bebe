"""Whether the sound is loud enough, mutes are silent, their neighbours heard, the opening clean."""

from __future__ import annotations

from pathlib import Path

from clipping.errors import RenderFailed
from clipping.models import ProofCheck, RenderPlan
from clipping.profanity import find
from clipping.rendering.loudness import TARGET_LUFS
from clipping.rendering.measure.sound import (
    Samples,
    loudest_inside,
    loudness_and_peak,
    quietest_neighbour,
)
from clipping.rendering.measure.verdict import (
    at_least,
    at_most,
    exactly,
    not_applicable,
    not_measurable,
    within,
)

LOUDNESS_REACH_LU = 0.5
PEAK_LIMIT_DBTP = -1.0
MUTED_DBFS = -50.0
NEIGHBOUR_DB = -12.0
OPENING_MS = 3_000


def level_checks(
    path: Path, duration_ms: int, target_lufs: float = TARGET_LUFS
) -> list[ProofCheck]:
    """Integrated loudness and true peak of the encoded sound."""
    try:
        loudness, peak = loudness_and_peak(path, duration_ms)
    except RenderFailed as error:
        names = ("loudness_lufs", "true_peak_dbtp")
        return [not_measurable(name, str(error)) for name in names]
    return [
        within("loudness_lufs", loudness, target_lufs, LOUDNESS_REACH_LU, "LUFS"),
        at_most("true_peak_dbtp", peak, PEAK_LIMIT_DBTP, "dBTP"),
    ]


def mute_checks(
    clip: Samples, clip_hz: int, plan: RenderPlan, source: Samples, slow: Samples, slow_hz: int
) -> list[ProofCheck]:
    """Mutes are silent, and the words beside them are as loud as the others.

    :param slow: The clip's sound at ``slow_hz``, the rate of ``source``; both begin with the clip.
    """
    names = ("muted_spans_silent", "mute_neighbours_audible")
    if not plan.mutes:
        return [not_applicable(name, "nothing to mute") for name in names]
    if not len(clip):
        return [not_measurable(name, "the clip has no sound") for name in names]
    inside = loudest_inside(clip, clip_hz, plan.mutes)
    beside = quietest_neighbour(slow, source, slow_hz, plan.words, plan.mutes)
    checks = [at_most(names[0], inside, MUTED_DBFS, "dBFS")]
    if beside is None:
        return [*checks, not_applicable(names[1], "no other word beside a mute")]
    return [*checks, at_least(names[1], beside, NEIGHBOUR_DB, "dB")]


def opening_check(plan: RenderPlan) -> ProofCheck:
    """Profanities in the first three seconds, muted ones included."""
    opening = [word for word in plan.words if word.start_ms < OPENING_MS]
    heard = len(find([word.text for word in opening if not word.muted]))
    muted = sum(mute.start_ms < OPENING_MS for mute in plan.mutes)
    return exactly("clean_opening", heard + muted, 0, "profanities in 3 s")
