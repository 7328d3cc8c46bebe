"""Proving a clip: everything is measured from the encoded file, against its plan and its source.

The clip is decoded once, strictly and whole (``measure.playback``); of the source, only the
pictures to compare with (``measure.reference``) and the sound of the same span.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.captions import style
from clipping.errors import UnreadableMedia
from clipping.faces import detector
from clipping.media.decode import read_speech
from clipping.models import MediaInfo, Proof, ProofCheck, RenderPlan
from clipping.rendering.framing import travel_px, view
from clipping.rendering.measure import sampling
from clipping.rendering.measure.container import container_checks, keyframe_checks, read_facts
from clipping.rendering.measure.drawing import drawing_checks
from clipping.rendering.measure.geometry import Mask, Picture, open_picture
from clipping.rendering.measure.motion import black_check, camera_check, frozen_check, looks
from clipping.rendering.measure.overlays import compare
from clipping.rendering.measure.people import chosen, people_checks
from clipping.rendering.measure.playback import SOUND_RATE_HZ, Playback, decode_digest, play
from clipping.rendering.measure.reference import Sight, SourcePictures
from clipping.rendering.measure.sound import resampled
from clipping.rendering.measure.speech import level_checks, mute_checks, opening_check
from clipping.rendering.measure.stillness import Samples as LumaSamples
from clipping.rendering.measure.stillness import Stretch, open_samples, samples_of
from clipping.rendering.measure.sync import (
    SEARCH_MARGIN_MS,
    SEARCH_RATE_HZ,
    PictureMatch,
    SourceClock,
    match_pictures,
    match_sound,
)
from clipping.rendering.measure.timeline import EndMatch, sync_checks, timeline_checks
from clipping.rendering.measure.verdict import at_most, not_measurable, reported
from clipping.rendering.picture import HDR_TRANSFERS
from clipping.timing import TimeSpan

_END_MS = 10_000
"""How much sound at either end is looked for in the source."""

Samples = NDArray[np.float32]
_Identity = tuple[str, int, int, int]
_digests: dict[_Identity, str] = {}
_MOST_DIGESTS = 64
"""Of clips proven lately; several may be in hand, side by side."""


def prove(
    clip_path: Path,
    plan: RenderPlan,
    media_path: Path,
    media: MediaInfo,
    *,
    frames_encoded: int | None = None,
) -> Proof:
    """Measure the clip; docs/proof.md says what each check means and where its limit is from.

    :param frames_encoded: How many pictures it took, from ``compose.render``, where that is known.

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
        _remember(clip_path, playback.frames_sha256)
    scene = _Scene(plan, media_path, media, playback, samples, open_cells)
    duration_ms = ceil(plan.frames * 1000 / scene.clock.fps)
    checks += timeline_checks(playback, plan)
    checks += sync_checks(scene.head, scene.tail, scene.extra_frames, scene.clock.fps)
    checks.append(black_check(playback.black, scene.clock.fps))
    checks.append(frozen_check(scene.looks, scene.looked_at, scene.clock.fps))
    checks += level_checks(clip_path, duration_ms, plan.loudness.target_lufs)
    checks += scene.mutes()
    checks.append(opening_check(plan))
    checks += scene.drawing()
    if people:
        checks += people_checks(plan, playback.shots, detector())
    checks += _effort(plan, frames_encoded)
    return _proof(checks)


def _effort(plan: RenderPlan, frames_encoded: int | None) -> list[ProofCheck]:
    """What the clip cost, and how much its camera moves."""
    checks = [reported("camera_travel_px", float(travel_px(plan)), "px")]
    if frames_encoded is not None:
        share = frames_encoded / plan.frames
        checks.append(at_most("encodes_per_picture", share, 1, "encodes"))
    return checks


def frames_sha256(path: Path) -> str:
    """SHA-256 over the decoded pictures: Y, Cb, Cr planes without padding, in order of display.

    The same as ffmpeg's ``-map 0:v -f hash -hash sha256``. A clip that was just proven is not
    decoded again.

    :raises UnreadableMedia: The file cannot be opened, or not be decoded to its end.
    """
    try:
        known = _digests.get(_identity(path))
    except OSError as error:
        raise UnreadableMedia(f"{path.name} cannot be opened as a video.") from error
    return known or decode_digest(path)


def _identity(path: Path) -> _Identity:
    facts = path.stat()
    return str(path.resolve()), facts.st_ino, facts.st_size, facts.st_mtime_ns


def _remember(path: Path, digest: str) -> None:
    while len(_digests) >= _MOST_DIGESTS:
        _digests.pop(next(iter(_digests)), None)
    _digests[_identity(path)] = digest


def _proof(checks: list[ProofCheck]) -> Proof:
    return Proof(passed=all(check.passed for check in checks), checks=tuple(checks))


@dataclass(frozen=True)
class _Scene:
    """The clip as it was played, beside the source it was cut from."""

    plan: RenderPlan
    media_path: Path
    media: MediaInfo
    playback: Playback
    samples: sampling.Samples
    open_cells: Mask

    @cached_property
    def clock(self) -> SourceClock:
        """From picture numbers to source times."""
        return SourceClock.of(self.plan, self.media.video)

    @property
    def extra_frames(self) -> int:
        """By how many pictures the clip is longer than planned."""
        return self.playback.frames - self.plan.frames

    @cached_property
    def _pictures(self) -> SourcePictures:
        return SourcePictures(self.media_path, self.media)

    def _sight(self, frame: int, time_ms: Fraction | None = None) -> Sight:
        """The source at the frame's own time, or another, framed as the clip frames the frame."""
        return (self.clock.at(frame) if time_ms is None else time_ms), view(
            self.plan.framings, frame
        )

    @cached_property
    def looks(self) -> dict[Stretch, list[int]]:
        """Pictures at which the source is asked whether it stands still as well."""
        return looks(self.playback.still, self.clock.fps)

    @cached_property
    def _sights(self) -> tuple[dict[Sight, Picture], dict[Sight, LumaSamples]]:
        """All that is seen of the source, in one pass: pictures to compare with, and samples."""
        ends = [*self._head_frames, *self._tail_frames]
        there = [frame for frame in self.samples.overlaid() if frame in self.playback.shots]
        whole = {self._sight(frame) for frame in there}
        whole |= {self._sight(frame, at) for (frame, _), at in self.clock.search(ends).items()}
        sampled = {self._sight(frame) for frames in self.looks.values() for frame in frames}
        chosen = open_samples(self.open_cells)
        pictures: dict[Sight, Picture] = {}
        samples: dict[Sight, LumaSamples] = {}
        for sight, picture in self._pictures.each(whole | sampled):
            if sight in whole:
                pictures[sight] = picture
            if sight in sampled:
                samples[sight] = samples_of(picture, chosen)
        return pictures, samples

    @property
    def references(self) -> dict[Sight, Picture]:
        """Every source picture that one of the clip's is compared with."""
        return self._sights[0]

    @property
    def looked_at(self) -> dict[int, LumaSamples]:
        """What the source shows where the clip stands still, by picture number."""
        samples = self._sights[1]
        return {
            frame: samples[self._sight(frame)] for frames in self.looks.values() for frame in frames
        }

    @property
    def _head_frames(self) -> list[int]:
        return [frame for frame in self.samples.head if frame in self.playback.shots]

    @property
    def _tail_frames(self) -> list[int]:
        there = [frame for frame in self.samples.tail if frame in self.playback.shots]
        return there[-sampling.EDGE_FRAMES :]

    @cached_property
    def _source_sound(self) -> Samples:
        """From ``SEARCH_MARGIN_MS`` before the clip to as much behind it, silence outside."""
        wanted_ms = self.plan.span.start_ms - SEARCH_MARGIN_MS
        start_ms = max(0, wanted_ms)
        end_ms = self.plan.span.end_ms + SEARCH_MARGIN_MS
        span = TimeSpan(start_ms=start_ms, end_ms=end_ms)
        heard = read_speech(self.media_path, self.media, rate_hz=SEARCH_RATE_HZ, span=span)
        before = (start_ms - wanted_ms) * SEARCH_RATE_HZ // 1000
        return np.pad(heard.astype(np.float32) / 32768, (before, 0))

    @cached_property
    def _clip_sound(self) -> Samples:
        return resampled(self.playback.sound, SOUND_RATE_HZ, SEARCH_RATE_HZ)

    @cached_property
    def head(self) -> EndMatch:
        """The first pictures and seconds of sound, found in the source."""
        return self._match(self._head_frames, 0)

    @cached_property
    def tail(self) -> EndMatch:
        """The last ones."""
        length_ms = floor(self.plan.frames * 1000 / self.clock.fps)
        return self._match(self._tail_frames, max(0, length_ms - _END_MS))

    def _match(self, frames: list[int], sound_from_ms: int) -> EndMatch:
        pictures = {frame: self.playback.shots[frame] for frame in frames}
        match, late_ms = PictureMatch(0.0, still=True), 0.0
        if frames:
            match = match_pictures(
                pictures,
                lambda frame, at: self.references[self._sight(frame, at)],
                self.clock,
                self.open_cells,
            )
            planned_s = frames[0] / self.clock.fps
            late_ms = float((self.playback.picture_times[frames[0]] - planned_s) * 1000)
        until_ms = min(sound_from_ms + _END_MS, floor(self.plan.frames * 1000 / self.clock.fps))
        start, end, margin = (
            ms * SEARCH_RATE_HZ // 1000 for ms in (sound_from_ms, until_ms, SEARCH_MARGIN_MS)
        )
        heard = self._clip_sound[start:end]
        heard = np.pad(heard, (0, end - start - len(heard)))
        return EndMatch(
            match, late_ms, match_sound(heard, self._source_sound[start : end + 2 * margin])
        )

    def _shift_at(self, frame: int) -> Fraction:
        """By how many frames the pictures around this one were found beside the plan."""
        end = self.head if frame < self.plan.frames / 2 else self.tail
        return Fraction(end.picture.shift_frames)

    def mutes(self) -> list[ProofCheck]:
        """Checks of mutes and their neighbours; sound out of place is not held against them."""
        late_ms = self.head.sound.delay_ms or 0.0
        beginning = round((SEARCH_MARGIN_MS - late_ms) * SEARCH_RATE_HZ / 1000)
        return mute_checks(
            self.playback.sound,
            SOUND_RATE_HZ,
            self.plan,
            self._source_sound[beginning:],
            self._clip_sound,
            SEARCH_RATE_HZ,
        )

    def drawing(self) -> list[ProofCheck]:
        """Checks of camera, captions and hook; a cut beside the plan is not held against them."""
        toned = self.media.video.color_transfer in HDR_TRANSFERS
        shots = self.playback.shots
        sights = {
            frame: self._sight(frame, self.clock.at(frame + self._shift_at(frame)))
            for frame in self.samples.overlaid()
            if frame in shots
        }
        sources = dict(self.references)
        sources.update(self._pictures.at(set(sights.values()) - sources.keys()))
        drawn = {
            frame: compare(shots[frame], sources[sight], self.open_cells, toned=toned)
            for frame, sight in sights.items()
        }
        camera = camera_check(
            (
                (shots[frame], sources[sights[frame]])
                for frame in self.samples.camera
                if frame in sights
            ),
            self.open_cells,
        )
        return [camera, *drawing_checks(self.plan, style(self.plan.style), self.samples, drawn)]
