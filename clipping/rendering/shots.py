"""From sightings to the shots of a clip, each with the faces that matter in it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from statistics import median

from clipping.models import FaceTrack, FramingChoice, Scene, Sightings, VideoStream
from clipping.rendering.grid import Cut, grid

_LEAST_FACE = 0.05
"""Height of a face that matters, as a share of the picture's."""
_LEAST_OF_LARGEST = 0.4
"""Faces smaller than this share of the largest are in the background."""
_LEAST_SHOWN = 0.25
"""Share of its scene in which a face has to be seen to matter."""
_FEWEST_POINTS = 3
_SHORT_SCENE_MS = 1_000
"""In which a face may be seen in one look only."""


@dataclass(frozen=True)
class Shot:
    """A stretch of the clip between two cuts of the source, or of the camera."""

    start: int
    end: int
    scene: Scene
    tracks: tuple[FaceTrack, ...]
    """Those that matter, the most prominent first."""


def shots(sightings: Sightings, cut: Cut, video: VideoStream) -> Iterator[Shot]:
    """The shots of a clip, in order, from its first frame to its last; none without any scene."""
    scenes = [scene for scene in sightings.scenes if scene.span.overlap_ms(cut.span)]
    if not scenes:
        return
    starts = [0, *(first_frame(scene.span.start_ms, cut, video) for scene in scenes[1:])]
    for scene, (start, end) in zip(scenes, pairwise([*starts, cut.frames]), strict=True):
        if end > start:
            yield Shot(start, end, scene, _that_matter(scene, video))


def frame_at(at_ms: float, cut: Cut) -> int:
    """The clip's frame nearest to a time of the source."""
    return max(0, min(cut.frames, round((at_ms - cut.span.start_ms) * cut.fps / 1000)))


def first_frame(at_ms: int, cut: Cut, video: VideoStream) -> int:
    """The first frame of the clip that shows the source's picture of that time, or a later one.

    A clip of a faster source shows every second or fourth picture, the first of each group: what
    begins with another of the group is first seen in the next one.
    """
    rates = grid(video)
    if rates.cut_rate is None or rates.keep_every == 1:
        return frame_at(at_ms, cut)
    number = round((at_ms - cut.span.start_ms) * rates.cut_rate / 1000)
    return max(0, min(cut.frames, ceil(number / rates.keep_every)))


def choice_for(choices: Sequence[FramingChoice], scene: Scene) -> FramingChoice:
    """The last choice that names a time within the scene, else the last that names none."""
    general = [choice for choice in choices if choice.at_ms is None]
    named = [
        choice
        for choice in choices
        if choice.at_ms is not None and scene.span.contains(choice.at_ms)
    ]
    return (general + named or [FramingChoice()])[-1]


def _that_matter(scene: Scene, video: VideoStream) -> tuple[FaceTrack, ...]:
    """Without passers-by, people in the background, and what the detector saw once by mistake."""
    short = scene.span.duration_ms <= _SHORT_SCENE_MS
    large = [
        track
        for track in scene.tracks
        if height_px(track) >= _LEAST_FACE * video.height_px
        and (short or len(track.points) >= _FEWEST_POINTS)
    ]
    shown = [
        track
        for track in _joined(large)
        if short or duration_ms(track) >= _LEAST_SHOWN * scene.span.duration_ms
    ]
    largest = max((height_px(track) for track in shown), default=0.0)
    kept = [track for track in shown if height_px(track) >= _LEAST_OF_LARGEST * largest]
    return tuple(
        sorted(kept, key=lambda track: (-height_px(track) * duration_ms(track), track.track))
    )


def _joined(tracks: Sequence[FaceTrack]) -> list[FaceTrack]:
    """Tracks that are never seen at the same time as one: somebody who was lost for a while.

    Each goes on with the free one that was last seen nearest.
    """
    joined: list[FaceTrack] = []
    for track in sorted(tracks, key=lambda one: (one.points[0].time_ms, one.track)):
        first = track.points[0]
        free = [one for one in joined if one.points[-1].time_ms < first.time_ms]
        if not free:
            joined.append(track)
            continue
        x = first.area.centre[0]
        near = min(free, key=lambda one: abs(one.points[-1].area.centre[0] - x))
        joined.remove(near)
        joined.append(near.model_copy(update={"points": (*near.points, *track.points)}))
    return joined


def height_px(track: FaceTrack) -> float:
    """Of the face, in the median."""
    return median(point.area.height_px for point in track.points)


def duration_ms(track: FaceTrack) -> int:
    """From the first sight of the face to the last."""
    return track.points[-1].time_ms - track.points[0].time_ms + 1
