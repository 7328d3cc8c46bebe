"""The clip as it was played, beside what its source shows and says at the same times."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.captions import style
from clipping.media.decode import read_speech
from clipping.models import MediaInfo, ProofCheck, RenderPlan
from clipping.rendering.framing import view
from clipping.rendering.measure import sampling
from clipping.rendering.measure.drawing import drawing_checks
from clipping.rendering.measure.geometry import Mask, Picture
from clipping.rendering.measure.motion import camera_check, looks
from clipping.rendering.measure.overlays import compare
from clipping.rendering.measure.playback import SOUND_RATE_HZ, Playback
from clipping.rendering.measure.reference import Sight, SourcePictures
from clipping.rendering.measure.sound import resampled
from clipping.rendering.measure.speech import mute_checks
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
from clipping.rendering.measure.timeline import EndMatch
from clipping.rendering.picture import HDR_TRANSFERS
from clipping.timing import TimeSpan

_END_MS = 10_000
"""How much sound at either end is looked for in the source."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """One clip and one source; each is read once, when it is first asked for.

    :raises UnreadableMedia: By whatever needs the source, when it cannot be read any more.
    """

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
