"""Proving a clip: everything is measured from the encoded file, against its plan and its source.

The clip is decoded once, strictly and whole (``measure.playback``); of the source, only the
pictures to compare with (``measure.reference``) and the sound of the same span.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np

from clipping.errors import UnreadableMedia
from clipping.faces import detector
from clipping.likeness import PRINT_VERSION, sound_print
from clipping.models import ClipPrint, MediaInfo, Proof, ProofCheck, RenderPlan
from clipping.rendering.framing import travel_px
from clipping.rendering.measure import sampling
from clipping.rendering.measure.container import container_checks, keyframe_checks, read_facts
from clipping.rendering.measure.geometry import GRID_HEIGHT, GRID_WIDTH, open_picture
from clipping.rendering.measure.motion import black_check, frozen_check
from clipping.rendering.measure.people import chosen, people_checks
from clipping.rendering.measure.playback import SOUND_RATE_HZ, Playback, decode_digest, play
from clipping.rendering.measure.scene import Scene
from clipping.rendering.measure.speech import level_checks, opening_check
from clipping.rendering.measure.timeline import sync_checks, timeline_checks
from clipping.rendering.measure.verdict import at_most, not_measurable, reported

_Identity = tuple[str, int, int, int]
_seen: dict[_Identity, tuple[str, ClipPrint]] = {}
"""Digest and print of the clips proven lately; several may be in hand, side by side."""
_MOST_SEEN = 64


def prove(
    clip_path: Path,
    plan: RenderPlan,
    media_path: Path,
    media: MediaInfo,
    *,
    frames_encoded: int | None = None,
    most_encodes: int = 1,
) -> Proof:
    """Measure the clip; docs/proof.md says what each check means and where its limit is from.

    :param frames_encoded: How many pictures it took, from ``compose.render``, where that is known.
    :param most_encodes: 2 for a clip whose first encode came out above the highest rate.

    A clip that cannot be opened or holds no picture fails with the few checks that could be made.

    :raises UnreadableMedia: The source cannot be read any more.
    :raises Interrupted: ffmpeg was killed while it measured the loudness.
    """
    try:
        facts = read_facts(clip_path)
    except UnreadableMedia as error:
        return _proof([not_measurable("opens", str(error))])
    samples, open_cells = sampling.choose(plan), open_picture(plan)
    people = chosen(plan)
    wanted = {*samples.overlaid(), *samples.head, *samples.tail, *people}
    playback = play(clip_path, wanted, open_cells)
    checks = [*container_checks(facts, playback.pixel_aspects), *keyframe_checks(facts)]
    if not playback.frames:
        return _proof([*checks, not_measurable("frame_count", "no picture can be decoded")])
    if not playback.faults:
        _remember(clip_path, playback)
    scene = Scene(plan, media_path, media, playback, samples, open_cells)
    checks += _as_planned(clip_path, scene)
    if people:
        checks += people_checks(plan, playback.shots, detector())
    return _proof([*checks, *_effort(plan, frames_encoded, most_encodes)])


def _as_planned(clip_path: Path, scene: Scene) -> list[ProofCheck]:
    """All that is held against the plan and the source."""
    plan, playback, fps = scene.plan, scene.playback, scene.clock.fps
    duration_ms = ceil(plan.frames * 1000 / fps)
    return [
        *timeline_checks(playback, plan),
        *sync_checks(scene.head, scene.tail, scene.extra_frames, fps),
        black_check(playback.black, fps),
        frozen_check(scene.looks, scene.looked_at, fps),
        *level_checks(clip_path, duration_ms, plan.loudness.target_lufs),
        *scene.mutes(),
        opening_check(plan),
        *scene.drawing(),
    ]


def _effort(plan: RenderPlan, frames_encoded: int | None, most_encodes: int) -> list[ProofCheck]:
    """What the clip cost, and how much its camera moves."""
    checks = [reported("camera_travel_px", float(travel_px(plan)), "px")]
    if frames_encoded is not None:
        share = frames_encoded / plan.frames
        checks.append(at_most("encodes_per_picture", share, most_encodes, "encodes"))
    return checks


def frames_sha256(path: Path) -> str:
    """SHA-256 over the decoded pictures: Y, Cb, Cr planes without padding, in order of display.

    The same as ffmpeg's ``-map 0:v -f hash -hash sha256``. A clip that was just proven is not
    decoded again.

    :raises UnreadableMedia: The file cannot be opened, or not be decoded to its end.
    """
    known = _known(path)
    return known[0] if known else decode_digest(path)


def clip_print(path: Path) -> ClipPrint:
    """What the clip is compared with others by. One that was just proven is not decoded again.

    :raises UnreadableMedia: The file cannot be opened, or not be decoded to its end.
    """
    known = _known(path)
    if known:
        return known[1]
    playback = play(path, (), np.ones((GRID_HEIGHT, GRID_WIDTH), np.bool_))
    if playback.faults or not playback.frames:
        raise UnreadableMedia(f"{path.name} cannot be decoded to its end.")
    return _print_of(playback)


def _known(path: Path) -> tuple[str, ClipPrint] | None:
    try:
        return _seen.get(_identity(path))
    except OSError as error:
        raise UnreadableMedia(f"{path.name} cannot be opened as a video.") from error


def _identity(path: Path) -> _Identity:
    facts = path.stat()
    return str(path.resolve()), facts.st_ino, facts.st_size, facts.st_mtime_ns


def _remember(path: Path, playback: Playback) -> None:
    while len(_seen) >= _MOST_SEEN:
        _seen.pop(next(iter(_seen)), None)
    _seen[_identity(path)] = playback.frames_sha256, _print_of(playback)


def _print_of(playback: Playback) -> ClipPrint:
    sound = sound_print(playback.sound, SOUND_RATE_HZ)
    return ClipPrint(version=PRINT_VERSION, pictures=playback.looks, sound=sound)


def _proof(checks: list[ProofCheck]) -> Proof:
    return Proof(passed=all(check.passed for check in checks), checks=tuple(checks))
