"""The camera: from what was seen of a span to where the crop is in every frame. Pure.

The camera is still while it may be. It moves when the face it shows would leave the middle, at a
bounded speed and with eased ends; it cuts where the source cuts, and where somebody else speaks
for a second. One stray detection never moves it. Two who both matter and do not fit into one crop
stand one above the other; wide graphics are fitted whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from clipping.models import (
    Area,
    Crop,
    Face,
    FaceTrack,
    Framing,
    FramingChoice,
    Layout,
    Scene,
    Sightings,
    VideoStream,
    Word,
)
from clipping.rendering.framing import (
    PANEL_HEIGHT_PX,
    centre_crop,
    largest_crop,
    panels,
)
from clipping.rendering.grid import Cut
from clipping.rendering.pathing import Path, follow_path
from clipping.rendering.speaking import Turn, turns

_LEAST_FACE = 0.05
"""Height of a face that matters, as a share of the picture's."""
_LEAST_OF_LARGEST = 0.4
"""Faces smaller than this share of the largest are in the background."""
_LEAST_SHOWN = 0.25
"""Share of its scene in which a face has to be seen to matter."""
_GRAPHIC = 0.5
_SMALL_ON_GRAPHIC = 0.16
"""Height of a presenter's face beside slides, below which the slides matter more."""
_FACE_EVERY_MS = 300
_PANEL_FACE = 0.34
"""Height of the face in a half of a split, as a share of the half, where there is room for it."""
_LEAST_PANEL = 0.3
"""Of the largest crop: enlarged further, a picture gets soft."""
_HEAD_ROOM = 0.42
"""Where in the height of its crop a face is centred."""


@dataclass(frozen=True)
class Camera:
    """Framings that cover the whole clip, and the faces they are to show."""

    framings: tuple[Framing, ...]
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class _Shot:
    """A stretch of the clip between two cuts of the source, or of the camera."""

    start: int
    end: int
    scene: Scene
    tracks: tuple[FaceTrack, ...]
    """Those that matter, the most prominent first."""


def reframe(
    sightings: Sightings,
    words: Sequence[Word],
    cut: Cut,
    video: VideoStream,
    choices: Sequence[FramingChoice] = (),
) -> Camera:
    """Decide the camera for a clip.

    :param sightings: Of at least the cut's span.
    :param words: The source's words, of which those within the span count.
    :param choices: What a person wants, over the camera's own decision.
    """
    framings: list[Framing] = []
    faces: list[Face] = []
    for shot in _shots(sightings, cut, video):
        chosen = _choice(choices, shot.scene)
        for part in _framed(shot, words, cut, video, chosen):
            framings.append(part)
            faces += _faces(part, shot, cut)
    return Camera(tuple(_merged(framings)), tuple(faces))


def _shots(sightings: Sightings, cut: Cut, video: VideoStream) -> Iterator[_Shot]:
    scenes = [scene for scene in sightings.scenes if scene.span.overlap_ms(cut.span)]
    starts = [0, *(_frame(scene.span.start_ms, cut) for scene in scenes[1:]), cut.frames]
    for scene, (start, end) in zip(scenes, pairwise(starts), strict=True):
        start, end = min(start, cut.frames), min(end, cut.frames)
        if end > start:
            yield _Shot(start, end, scene, _that_matter(scene, video))


def _frame(at_ms: float, cut: Cut) -> int:
    """The clip's frame that shows what the source shows first at that time."""
    return max(0, min(cut.frames, round((at_ms - cut.span.start_ms) * cut.fps / 1000)))


def _that_matter(scene: Scene, video: VideoStream) -> tuple[FaceTrack, ...]:
    """Without passers-by, people in the background, and what the detector saw once by mistake."""
    long_enough = [
        track
        for track in scene.tracks
        if _height(track) >= _LEAST_FACE * video.height_px and _shown_share(track, scene)
    ]
    largest = max((_height(track) for track in long_enough), default=0.0)
    kept = [track for track in long_enough if _height(track) >= _LEAST_OF_LARGEST * largest]
    return tuple(
        sorted(kept, key=lambda track: (-_height(track) * _duration_ms(track), track.track))
    )


def _height(track: FaceTrack) -> float:
    return median(point.area.height_px for point in track.points)


def _duration_ms(track: FaceTrack) -> int:
    return track.points[-1].time_ms - track.points[0].time_ms + 1


def _shown_share(track: FaceTrack, scene: Scene) -> bool:
    if len(track.points) < 2 and scene.span.duration_ms > 1_000:
        return False
    return _duration_ms(track) >= _LEAST_SHOWN * scene.span.duration_ms or len(track.points) < 3


def _choice(choices: Sequence[FramingChoice], scene: Scene) -> FramingChoice:
    """The last choice that names a time within the scene, else the last that names none."""
    general = [choice for choice in choices if choice.at_ms is None]
    named = [
        choice
        for choice in choices
        if choice.at_ms is not None and scene.span.contains(choice.at_ms)
    ]
    return (general + named or [FramingChoice()])[-1]


def _framed(
    shot: _Shot, words: Sequence[Word], cut: Cut, video: VideoStream, choice: FramingChoice
) -> Iterator[Framing]:
    if choice.layout is Layout.FIT:
        yield _fitted(shot, video, "chosen")
    elif choice.layout is Layout.SPLIT:
        yield _split(shot, _two_of(shot, video), video, "chosen")
    elif choice.centre is not None:
        yield _still(shot, choice.centre * video.width_px, None, video, "chosen")
    elif not shot.tracks:
        yield _without_face(shot, video)
    elif shot.scene.graphic >= _GRAPHIC and _height(shot.tracks[0]) < (
        _SMALL_ON_GRAPHIC * video.height_px
    ):
        yield _fitted(shot, video, "graphics beside a small face")
    else:
        yield from _with_faces(shot, words, cut, video)


def _with_faces(
    shot: _Shot, words: Sequence[Word], cut: Cut, video: VideoStream
) -> Iterator[Framing]:
    if len(shot.tracks) == 1:
        yield _following(shot, shot.tracks, cut, video, "one face")
        return
    if _fit_together(shot.tracks, video):
        yield _following(shot, shot.tracks, cut, video, "faces close together")
        return
    who = turns(shot.tracks, words, shot.scene.span)
    if who is None:
        yield _split(shot, [_middle_area(track) for track in shot.tracks[:2]], video, "two faces")
        return
    by_number = {track.track: track for track in shot.tracks}
    for start, end, turn in _parts(shot, who, cut):
        part = _Shot(start, end, shot.scene, shot.tracks)
        yield _following(part, (by_number[turn.track],), cut, video, "who speaks")


def _parts(shot: _Shot, who: Sequence[Turn], cut: Cut) -> Iterator[tuple[int, int, Turn]]:
    starts = [shot.start, *(_frame(turn.start_ms, cut) for turn in who[1:]), shot.end]
    for turn, (start, end) in zip(who, pairwise(starts), strict=True):
        start, end = (min(max(shot.start, edge), shot.end) for edge in (start, end))
        if end > start:
            yield start, end, turn


def _fit_together(tracks: Sequence[FaceTrack], video: VideoStream) -> bool:
    """Whether all faces, with a little room beside them, are seen in one crop."""
    width, _ = largest_crop(video, 9, 16)
    areas = [_middle_area(track) for track in tracks]
    left = min(area.left_px - area.width_px * 0.25 for area in areas)
    right = max(area.left_px + area.width_px * 1.25 for area in areas)
    return right - left <= width


def _middle_area(track: FaceTrack) -> Area:
    """Where the face is for most of its time."""
    areas = [point.area for point in track.points]
    return Area(
        left_px=round(median(area.left_px for area in areas)),
        top_px=round(median(area.top_px for area in areas)),
        width_px=round(median(area.width_px for area in areas)),
        height_px=round(median(area.height_px for area in areas)),
    )


def _following(
    shot: _Shot, tracks: Sequence[FaceTrack], cut: Cut, video: VideoStream, reason: str
) -> Framing:
    width, height = largest_crop(video, 9, 16)
    path: Path = follow_path(
        tracks,
        crop=(width, height),
        picture=(video.width_px, video.height_px),
        frames=(shot.start, shot.end),
        cut=cut,
        head_room=_HEAD_ROOM,
    )
    return Framing(
        start_frame=shot.start,
        end_frame=shot.end,
        crops=(Crop(left_px=path.left_px, top_px=path.top_px, width_px=width, height_px=height),),
        moves=path.moves,
        reason=reason,
    )


def _without_face(shot: _Shot, video: VideoStream) -> Framing:
    """Text is kept whole; what is too wide for the crop is fitted if it was drawn, not filmed."""
    detail, (width, _) = shot.scene.detail, largest_crop(video, 9, 16)
    drawn = shot.scene.graphic >= _GRAPHIC
    if detail is None or (detail.width_px >= 0.95 * video.width_px and not drawn):
        middle = centre_crop(video)
        return _framing(shot, Layout.FOLLOW, (middle,), "no face: the middle")
    if detail.width_px > width and drawn:
        return _fitted(shot, video, "wide graphics")
    x, y = detail.centre
    return _still(shot, x, y, video, "no face: where the detail is")


def _still(shot: _Shot, x: float, y: float | None, video: VideoStream, reason: str) -> Framing:
    width, height = largest_crop(video, 9, 16)
    y = video.height_px / 2 if y is None else y
    crop = Crop(
        left_px=_even_within(x - width / 2, video.width_px - width),
        top_px=_even_within(y - height / 2, video.height_px - height),
        width_px=width,
        height_px=height,
    )
    return _framing(shot, Layout.FOLLOW, (crop,), reason)


def _fitted(shot: _Shot, video: VideoStream, reason: str) -> Framing:
    whole = Crop(
        left_px=0,
        top_px=0,
        width_px=video.width_px // 2 * 2,
        height_px=video.height_px // 2 * 2,
    )
    return _framing(shot, Layout.FIT, (whole,), reason)


def _two_of(shot: _Shot, video: VideoStream) -> list[Area]:
    """Two faces; where there are fewer, the middle of either half of the picture."""
    areas = [_middle_area(track) for track in shot.tracks[:2]]
    high = max(2, video.height_px // 5)
    for share in (0.25, 0.75):
        if len(areas) < 2:
            areas.append(
                Area(
                    left_px=round(share * video.width_px - high / 2),
                    top_px=round(0.3 * video.height_px),
                    width_px=high,
                    height_px=high,
                )
            )
    return areas


def _split(shot: _Shot, areas: Sequence[Area], video: VideoStream, reason: str) -> Framing:
    """One above the other, the left one first, each as large as the other's place allows."""
    upper, lower = sorted(areas, key=lambda area: area.centre[0])
    apart = abs(lower.centre[0] - upper.centre[0])
    crops = tuple(_panel_crop(area, apart, video) for area in (upper, lower))
    return _framing(shot, Layout.SPLIT, crops, reason)


def _panel_crop(area: Area, apart_px: float, video: VideoStream) -> Crop:
    """A crop in which the face has its share of the height, and nobody else is seen."""
    shape = 1080 / PANEL_HEIGHT_PX
    most, _ = largest_crop(video, 1080, PANEL_HEIGHT_PX)
    wanted = min(area.height_px / _PANEL_FACE * shape, 1.6 * apart_px)
    width = min(most, max(wanted, area.width_px * 1.3, most * _LEAST_PANEL)) // 2 * 2
    height = min(round(width / shape / 2) * 2, video.height_px // 2 * 2)
    return Crop(
        left_px=_even_within(area.centre[0] - width / 2, video.width_px - width),
        top_px=_even_within(area.centre[1] - height * _HEAD_ROOM, video.height_px - height),
        width_px=int(width),
        height_px=height,
    )


def _framing(shot: _Shot, layout: Layout, crops: tuple[Crop, ...], reason: str) -> Framing:
    return Framing(
        start_frame=shot.start, end_frame=shot.end, layout=layout, crops=crops, reason=reason
    )


def _even_within(pixels: float, most: float) -> int:
    return max(0, min(round(pixels / 2) * 2, int(most // 2) * 2))


def _merged(framings: Sequence[Framing]) -> Iterator[Framing]:
    """Neighbours that look at the same place, and stand still, are one."""
    held: Framing | None = None
    for framing in framings:
        if held is not None and _same_view(held, framing):
            held = held.model_copy(update={"end_frame": framing.end_frame})
            continue
        if held is not None:
            yield held
        held = framing
    if held is not None:
        yield held


def _same_view(one: Framing, other: Framing) -> bool:
    return (
        not one.moves and not other.moves and (one.layout, one.crops) == (other.layout, other.crops)
    )


def _faces(framing: Framing, shot: _Shot, cut: Cut) -> Iterator[Face]:
    """Where faces are meant to be seen, a few times a second."""
    for track in shot.tracks:
        last_ms = -_FACE_EVERY_MS
        for point in track.points:
            frame = _frame(point.time_ms, cut)
            if not framing.start_frame <= frame < framing.end_frame:
                continue
            if point.time_ms - last_ms < _FACE_EVERY_MS:
                continue
            for panel in panels(framing, frame):
                # A face that is mostly outside is not the one that is shown.
                if panel.shows(point.area):
                    box = panel.to_output(point.area)
                    assert box is not None
                    yield Face(frame=frame, box=box)
                    last_ms = point.time_ms
                    break
