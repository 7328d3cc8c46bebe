"""Look at a stretch of a source: cuts, faces, mouths, graphics, in one pass and bounded memory.

Small pictures are read once, in order. They wait in a short queue until it is certain whether a
cut begins with them; then faces are looked for in some of them, and mouths compared in more. Where
a cut lies between two pictures that were read, all pictures in between are read in the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.faces import graphics, mouth
from clipping.faces.base import FaceDetector, FoundFace
from clipping.faces.cuts import THUMB_PX, CutFinder, Thumb, largest_step
from clipping.faces.tracks import LONGEST_GAP_MS, Follower, Sight, Step, Track, between
from clipping.media.small import SmallPicture, every_picture, small_pictures
from clipping.models import Area, FacePoint, FaceTrack, MediaInfo, Scene, Sightings
from clipping.timing import TimeSpan

VERSION = "1"
"""Changes whenever the same pictures could give other sightings, the detector aside."""

STEP_MS = 300
"""Faces are looked for this often; a look costs as much as decoding ten pictures."""
MOUTH_STEP_MS = 90
"""Mouths are compared at most this often: three times between two looks."""

_GRAPHICS_STEP_MS = 1_000
_LONGEST_PX = 640
_PICTURE_STEP_MS = 25
"""Sources of 50 pictures a second and more are read at half their rate."""
_SMALLEST_FACE = 0.05
"""Height of a face as a share of the picture's shorter side; the camera does not aim at less."""
_MOST_FACES = 8
"""A crowd is not followed head by head."""
_READING_SHARE = 0.95


def watch(
    path: Path,
    media: MediaInfo,
    span: TimeSpan,
    detector: FaceDetector,
    on_progress: Callable[[float], None] | None = None,
) -> Sightings:
    """See :func:`clipping.faces.look`."""
    tell = on_progress or (lambda _: None)
    width, height = _fitted(media, _LONGEST_PX)
    watcher = _Watcher(detector, _fitted(media, detector.longest_px), (width, height))
    pictures = small_pictures(
        path, span, width_px=width, height_px=height, step_ms=_PICTURE_STEP_MS
    )
    for picture in pictures:
        watcher.take(picture)
        tell(_READING_SHARE * (picture.time_ms - span.start_ms) / span.duration_ms)
    scenes = watcher.finish()
    starts = [span.start_ms, *_exact_cuts(path, media, scenes[1:]), span.end_ms]
    scale = (media.video.width_px / width, media.video.height_px / height)
    tell(1.0)
    return Sightings(
        span=span,
        detector=f"{detector.name} {detector.version}, watch {VERSION}",
        step_ms=STEP_MS,
        scenes=_described(scenes, starts, scale, media),
    )


def _fitted(media: MediaInfo, longest_px: int) -> tuple[int, int]:
    """Even width and height of the shown picture, brought down to a longest side."""
    width, height = media.video.width_px, media.video.height_px
    scale = min(1.0, longest_px / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


@dataclass
class _Shot:
    """What was seen between two cuts; times of pictures that were read."""

    after_ms: int
    """The last picture of the shot before."""
    first_ms: int
    follower: Follower = field(default_factory=Follower)
    impressions: list[graphics.Impression] = field(default_factory=list)


@dataclass(frozen=True)
class _Luma:
    time_ms: int
    luma: NDArray[np.uint8]


class _Watcher:
    """Takes pictures one by one and keeps what was seen in them."""

    def __init__(
        self, detector: FaceDetector, look_px: tuple[int, int], small_px: tuple[int, int]
    ) -> None:
        self._detector = detector
        self._look_px = look_px
        self._small_px = small_px
        self._cuts = CutFinder()
        self._waiting: deque[SmallPicture] = deque()
        self._shots: list[_Shot] = []
        self._last: SmallPicture | None = None
        self._looked_ms = 0
        self._lumas: deque[_Luma] = deque()
        """Of the last second, for the mouths of a face that is found again."""
        self._impressed: _Luma | None = None

    def take(self, picture: SmallPicture) -> None:
        """One more picture; it is seen to once it is known which shot it belongs to."""
        self._waiting.append(picture)
        thumb: Thumb = picture.rgb(*THUMB_PX).astype(np.int16)
        for cut in self._cuts.feed(picture.time_ms, thumb):
            self._see(self._waiting.popleft(), cut=cut)

    def finish(self) -> list[_Shot]:
        """See to all that wait, and give the shots."""
        for cut in self._cuts.finish():
            self._see(self._waiting.popleft(), cut=cut)
        self._end_shot()
        return self._shots

    def _see(self, picture: SmallPicture, *, cut: bool) -> None:
        begins = cut or self._last is None
        if begins:
            self._end_shot()
            after_ms = picture.time_ms if self._last is None else self._last.time_ms
            self._shots.append(_Shot(after_ms, picture.time_ms))
            self._lumas.clear()
            self._impressed = None
        self._last = picture
        look = begins or picture.time_ms - self._looked_ms >= STEP_MS
        if look or picture.time_ms - self._lumas[-1].time_ms >= MOUTH_STEP_MS:
            self._remember(picture)
        if look:
            self._look(picture)

    def _end_shot(self) -> None:
        """The last picture of a shot is always looked at."""
        if self._last is not None and self._last.time_ms > self._looked_ms:
            self._remember(self._last)
            self._look(self._last)

    def _remember(self, picture: SmallPicture) -> None:
        if self._lumas and self._lumas[-1].time_ms == picture.time_ms:
            return
        now = _Luma(picture.time_ms, picture.luma())
        self._lumas.append(now)
        while now.time_ms - self._lumas[0].time_ms > LONGEST_GAP_MS:
            self._lumas.popleft()
        before = self._impressed
        if before is None or now.time_ms - before.time_ms >= _GRAPHICS_STEP_MS:
            impression = graphics.impression(now.luma, before.luma if before else None)
            self._shots[-1].impressions.append(impression)
            self._impressed = now

    def _look(self, picture: SmallPicture) -> None:
        self._looked_ms = picture.time_ms
        found = self._detector.detect(picture.rgb(*self._look_px))
        across, down = (
            small / look for small, look in zip(self._small_px, self._look_px, strict=True)
        )
        least = _SMALLEST_FACE * min(self._small_px)
        faces = [face.scaled(across, down) for face in found]
        faces = sorted((f for f in faces if f.height >= least), key=lambda face: -face.height)
        for step in self._shots[-1].follower.see(picture.time_ms, faces[:_MOST_FACES]):
            self._follow(step)

    def _follow(self, step: Step) -> None:
        """Add the points between two looks, and the movement of the mouth in each."""
        start = step.track.last
        before: _Luma | None = None
        face = start.face
        for luma in self._lumas:
            if luma.time_ms <= start.time_ms:
                before = luma if luma.time_ms == start.time_ms else None
                continue
            there = between(start, step.sight, luma.time_ms)
            moved = mouth.movement(before.luma, face, luma.luma, there) if before else None
            step.track.sights.append(Sight(luma.time_ms, there, moved))
            before, face = luma, there


def _exact_cuts(path: Path, media: MediaInfo, shots: list[_Shot]) -> list[int]:
    """The time of the first picture after each cut, whichever pictures were left out before."""
    frame_ms = 1000 / Fraction(media.video.fps)
    windows = [TimeSpan(start_ms=shot.after_ms, end_ms=shot.first_ms + 1) for shot in shots]
    unsure = [
        window
        for window in windows
        if media.video.variable_rate or window.duration_ms > 1.5 * frame_ms
    ]
    width, height = THUMB_PX
    exact = {window.start_ms: window.end_ms - 1 for window in windows}
    groups = every_picture(path, unsure, width_px=width, height_px=height)
    for window, pictures in zip(unsure, groups, strict=True):
        if len(pictures) > 1:
            thumbs = [picture.rgb(width, height).astype(np.int16) for picture in pictures]
            exact[window.start_ms] = pictures[largest_step(thumbs)].time_ms
    return [exact[window.start_ms] for window in windows]


def _described(
    shots: list[_Shot], starts: list[int], scale: tuple[float, float], media: MediaInfo
) -> tuple[Scene, ...]:
    scenes, number = [], 0
    whole = Area(
        left_px=0, top_px=0, width_px=media.video.width_px, height_px=media.video.height_px
    )
    for shot, start_ms, end_ms in zip(shots, starts, starts[1:], strict=False):
        tracks = []
        for track in shot.follower.tracks:
            tracks.append(FaceTrack(track=number, points=_points(track, scale)))
            number += 1
        detail = graphics.detail(shot.impressions, *scale)
        scenes.append(
            Scene(
                span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
                tracks=tuple(tracks),
                graphic=round(graphics.graphic(shot.impressions), 3),
                detail=None if detail is None else _within(detail, whole),
            )
        )
    return tuple(scenes)


def _points(track: Track, scale: tuple[float, float]) -> tuple[FacePoint, ...]:
    return tuple(
        FacePoint(
            time_ms=sight.time_ms,
            area=_area(sight.face.scaled(*scale)),
            score=round(sight.face.score, 3),
            mouth=None if sight.mouth is None else round(sight.mouth, 4),
        )
        for sight in track.sights
    )


def _area(face: FoundFace) -> Area:
    return Area(
        left_px=round(face.left),
        top_px=round(face.top),
        width_px=max(1, round(face.width)),
        height_px=max(1, round(face.height)),
    )


def _within(area: Area, whole: Area) -> Area:
    """What of an area lies inside another one."""
    right = min(area.left_px + area.width_px, whole.width_px)
    bottom = min(area.top_px + area.height_px, whole.height_px)
    left, top = min(area.left_px, right - 1), min(area.top_px, bottom - 1)
    return Area(left_px=left, top_px=top, width_px=right - left, height_px=bottom - top)
