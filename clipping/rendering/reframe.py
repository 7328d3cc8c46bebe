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
    Sightings,
    VideoStream,
    Word,
)
from clipping.rendering.framing import (
    PANEL_HEIGHT_PX,
    centre_crop,
    even_within,
    largest_crop,
    panels,
    still,
)
from clipping.rendering.grid import Cut
from clipping.rendering.pathing import Path, follow_path
from clipping.rendering.shots import Shot, choice_for, frame_at, height_px, shots
from clipping.rendering.speaking import Turn, turns

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
    for shot in shots(sightings, cut, video):
        chosen = choice_for(choices, shot.scene)
        for part, followed in _framed(shot, words, cut, video, chosen):
            framings.append(part)
            faces += _faces(part, shot, followed, cut)
    if not framings:
        return Camera(still(centre_crop(video), cut.frames), ())
    return Camera(tuple(_merged(framings)), tuple(faces))


_Framed = tuple[Framing, tuple[FaceTrack, ...]]
"""A framing, and the faces that it is meant to keep in the picture."""


def _framed(
    shot: Shot, words: Sequence[Word], cut: Cut, video: VideoStream, choice: FramingChoice
) -> Iterator[_Framed]:
    if choice.layout is Layout.FIT:
        yield _fitted(shot, video, "chosen"), ()
    elif choice.layout is Layout.SPLIT:
        yield _split(shot, _two_of(shot, video), video, "chosen"), ()
    elif choice.centre is not None:
        yield _still(shot, choice.centre * video.width_px, None, video, "chosen"), ()
    elif not shot.tracks:
        yield _without_face(shot, video), ()
    elif shot.scene.graphic >= _GRAPHIC and height_px(shot.tracks[0]) < (
        _SMALL_ON_GRAPHIC * video.height_px
    ):
        yield _fitted(shot, video, "graphics beside a small face"), ()
    else:
        yield from _with_faces(shot, words, cut, video)


def _with_faces(
    shot: Shot, words: Sequence[Word], cut: Cut, video: VideoStream
) -> Iterator[_Framed]:
    if len(shot.tracks) == 1:
        yield _following(shot, shot.tracks, cut, video, "one face"), shot.tracks
        return
    if _fit_together(shot.tracks, video):
        yield _following(shot, shot.tracks, cut, video, "faces close together"), shot.tracks
        return
    who = turns(shot.tracks, words, shot.scene.span)
    if who is None:
        two = shot.tracks[:2]
        areas = [_middle_area(track) for track in two]
        yield _split(shot, areas, video, "two faces"), two
        return
    by_number = {track.track: track for track in shot.tracks}
    for start, end, turn in _parts(shot, who, cut):
        part = Shot(start, end, shot.scene, shot.tracks)
        speaker = (by_number[turn.track],)
        yield _following(part, speaker, cut, video, "who speaks"), speaker


def _parts(shot: Shot, who: Sequence[Turn], cut: Cut) -> Iterator[tuple[int, int, Turn]]:
    starts = [shot.start, *(frame_at(turn.start_ms, cut) for turn in who[1:]), shot.end]
    for turn, (start, end) in zip(who, pairwise(starts), strict=True):
        start, end = (min(max(shot.start, edge), shot.end) for edge in (start, end))
        if end > start:
            yield start, end, turn


def _fit_together(tracks: Sequence[FaceTrack], video: VideoStream) -> bool:
    """Whether all faces, with a little room beside them, are seen in one crop."""
    width, _ = largest_crop(video, 9, 16)
    areas = [_middle_area(track) for track in tracks]
    left = max(0.0, min(area.left_px - area.width_px * 0.25 for area in areas))
    right = min(video.width_px, max(area.left_px + area.width_px * 1.25 for area in areas))
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
    shot: Shot, tracks: Sequence[FaceTrack], cut: Cut, video: VideoStream, reason: str
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


def _without_face(shot: Shot, video: VideoStream) -> Framing:
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


def _still(shot: Shot, x: float, y: float | None, video: VideoStream, reason: str) -> Framing:
    width, height = largest_crop(video, 9, 16)
    y = video.height_px / 2 if y is None else y
    crop = Crop(
        left_px=even_within(x - width / 2, video.width_px - width),
        top_px=even_within(y - height / 2, video.height_px - height),
        width_px=width,
        height_px=height,
    )
    return _framing(shot, Layout.FOLLOW, (crop,), reason)


def _fitted(shot: Shot, video: VideoStream, reason: str) -> Framing:
    whole = Crop(
        left_px=0,
        top_px=0,
        width_px=video.width_px // 2 * 2,
        height_px=video.height_px // 2 * 2,
    )
    return _framing(shot, Layout.FIT, (whole,), reason)


def _two_of(shot: Shot, video: VideoStream) -> list[Area]:
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


def _split(shot: Shot, areas: Sequence[Area], video: VideoStream, reason: str) -> Framing:
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
        left_px=even_within(area.centre[0] - width / 2, video.width_px - width),
        top_px=even_within(area.centre[1] - height * _HEAD_ROOM, video.height_px - height),
        width_px=int(width),
        height_px=height,
    )


def _framing(shot: Shot, layout: Layout, crops: tuple[Crop, ...], reason: str) -> Framing:
    return Framing(
        start_frame=shot.start, end_frame=shot.end, layout=layout, crops=crops, reason=reason
    )


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


def _faces(framing: Framing, shot: Shot, followed: Sequence[FaceTrack], cut: Cut) -> Iterator[Face]:
    """Where faces are meant to be seen, a few times a second.

    Those that the framing follows count wherever they are, also outside of the picture: there the
    proof will not find them. Others count where they happen to be seen.
    """
    for track in shot.tracks:
        last_ms = -_FACE_EVERY_MS
        for point in track.points:
            frame = frame_at(point.time_ms, cut)
            if not framing.start_frame <= frame < framing.end_frame:
                continue
            if point.time_ms - last_ms < _FACE_EVERY_MS:
                continue
            views = panels(framing, frame)
            seen = [panel for panel in views if panel.shows(point.area)]
            if seen or track in followed:
                yield Face(frame=frame, box=(seen or views)[0].placed(point.area))
                last_ms = point.time_ms
