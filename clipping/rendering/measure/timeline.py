"""When pictures and sound are shown and heard, by the file's own clock and against the source."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from clipping.models import ProofCheck, RenderPlan
from clipping.rendering.measure.playback import Playback
from clipping.rendering.measure.sync import PictureMatch, SoundMatch
from clipping.rendering.measure.verdict import (
    at_most,
    exactly,
    not_applicable,
    not_measurable,
    within,
)

AAC_PACKET_MS = 1024 / 48
"""The least unit of AAC's time: an edge of the sound cannot be placed more finely."""
_TIMER_MS = 1.0
"""Rounding of container clocks."""
_PICTURE_STILL = "the source's picture stands still here"


@dataclass(frozen=True)
class EndMatch:
    """Picture and sound of one end of the clip, found in the source."""

    picture: PictureMatch
    picture_at_ms: float
    """How much later than planned these pictures stand in the clip's file."""
    sound: SoundMatch


def timeline_checks(playback: Playback, plan: RenderPlan) -> list[ProofCheck]:
    """Length, constancy and starts, from decoded frames alone; at least one picture is there."""
    fps, times = Fraction(plan.fps), playback.picture_times
    frame_ms = float(1000 / fps)
    steps = [after - before for before, after in pairwise(times)]
    unevenness = max((float(abs(step * 1000 - 1000 / fps)) for step in steps), default=0.0)
    last_step = steps[-1] if steps else 1 / fps
    picture_end = times[-1] + last_step
    length_ms = float((picture_end - times[0]) * 1000)
    start_ms, sound_ms = float(times[0] * 1000), float(playback.sound_start * 1000)
    end_gap_ms = float((playback.sound_end - picture_end) * 1000)
    longer_ms = max(frame_ms, AAC_PACKET_MS)
    checks = [
        exactly("decode_faults", playback.faults, 0),
        exactly("frame_count", playback.frames, plan.frames, "frames"),
        within("duration_error_ms", length_ms - float(plan.frames * 1000 / fps), 0, 1, "ms"),
        at_most("frame_step_error_ms", unevenness, 0.1, "ms"),
        within("video_start_ms", start_ms, 0, _TIMER_MS, "ms"),
    ]
    if not len(playback.sound):
        return [*checks, not_measurable("audio_start_ms", "the clip has no sound")]
    return [
        *checks,
        within("audio_start_ms", sound_ms, 0, round(AAC_PACKET_MS, 1), "ms"),
        within("av_start_offset_ms", sound_ms - start_ms, 0, round(AAC_PACKET_MS, 1), "ms"),
        within("av_length_difference_ms", end_gap_ms, 0, round(longer_ms, 1), "ms"),
    ]


def sync_checks(
    head: EndMatch, tail: EndMatch, extra_frames: int, fps: Fraction
) -> list[ProofCheck]:
    """Cut error at both ends and the offset of sound to picture, all against the source.

    ``extra_frames`` is by how many pictures the clip is longer than planned.
    """
    frame_ms = float(1000 / fps)
    return [
        _cut("cut_start_error_frames", head, 0, frame_ms),
        _cut("cut_end_error_frames", tail, extra_frames, frame_ms),
        _offset((head, tail), frame_ms),
    ]


def _cut(name: str, end: EndMatch, extra_frames: int, frame_ms: float) -> ProofCheck:
    """By the picture; by the sound where the picture stands still; 0 where neither can tell."""
    if not end.picture.still:
        error = end.picture.shift_frames + extra_frames
        return at_most(name, abs(error), 1, "frames")
    if end.sound.delay_ms is not None:
        error = -end.sound.delay_ms / frame_ms
        return at_most(name, abs(error), 1, "frames", f"{_PICTURE_STILL}: judged by the sound")
    return at_most(
        name, abs(extra_frames), 1, "frames", f"{_PICTURE_STILL} and it is silent: length only"
    )


def _offset(ends: tuple[EndMatch, EndMatch], frame_ms: float) -> ProofCheck:
    """Positive when the sound is late; the worse of both ends, so that drift is found too."""
    name = "av_offset_ms"
    offsets = []
    for end in ends:
        if end.sound.delay_ms is not None:
            picture_delay_ms = end.picture_at_ms - end.picture.shift_frames * frame_ms
            offsets.append(end.sound.delay_ms - picture_delay_ms)
        elif not end.sound.silent_source:
            return not_measurable(name, "the clip's sound is not the source's sound")
    if not offsets:
        return not_applicable(name, "not measurable: the source is silent here")
    note = _PICTURE_STILL if all(end.picture.still for end in ends) else ""
    return within(name, max(offsets, key=abs), 0, round(frame_ms, 1), "ms", note)
