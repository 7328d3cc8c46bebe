"""What the camera decides: whom it shows, when it moves, and when it does not."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import Area, Framing, FramingChoice, Layout, Scene, Word
from clipping.rendering.framing import centre_crop, panels, place
from clipping.rendering.grid import Cut, snap
from clipping.rendering.reframe import Camera, reframe
from clipping.timing import TimeSpan
from tests.rendering.recipes import media_of, spoken
from tests.rendering.sights import scene, sightings, talking, track

MEDIA = media_of()
VIDEO = MEDIA.video
SPAN = TimeSpan(start_ms=0, end_ms=10_000)
CUT = snap(SPAN, MEDIA)
WORDS = spoken(*["word"] * 33)


def decided(
    *scenes: Scene,
    words: list[Word] | None = None,
    choices: tuple[FramingChoice, ...] = (),
    cut: Cut = CUT,
) -> Camera:
    return reframe(sightings(*scenes), WORDS if words is None else words, cut, VIDEO, choices)


def middle_of(framing: Framing, frame: int) -> float:
    return float(place(framing, frame)[0]) + framing.crops[0].width_px / 2


def test_a_still_face_gets_a_still_camera_on_it() -> None:
    (framing,) = decided(scene(0, 10_000, track(0, 1_200))).framings
    assert framing.layout is Layout.FOLLOW
    assert framing.moves == ()
    assert middle_of(framing, 0) == pytest.approx(1_200, abs=2)


def test_nods_and_jitter_do_not_move_the_camera() -> None:
    swaying = track(0, lambda at: 900 + 45 * sin(at / 300))
    (framing,) = decided(scene(0, 10_000, swaying)).framings
    assert framing.moves == ()


def test_one_stray_detection_never_moves_the_camera() -> None:
    def stray(at: int) -> float:
        # A detection is made every 300 ms; the points around it lean towards it.
        return {4_900: 1_150.0, 5_000: 1_600.0, 5_100: 1_150.0}.get(at, 700.0)

    lone = track(7, 1_700, start_ms=3_000, end_ms=3_100)
    (framing,) = decided(scene(0, 10_000, track(0, stray), lone)).framings
    assert framing.moves == ()
    assert middle_of(framing, 150) == pytest.approx(700, abs=2)


def test_the_camera_goes_along_with_somebody_who_walks_and_then_rests() -> None:
    def walking(at: int) -> float:
        return 500 + 900 * min(1.0, max(0.0, (at - 3_000) / 3_000))

    (framing,) = decided(scene(0, 10_000, track(0, walking))).framings
    assert framing.moves
    assert middle_of(framing, 0) == pytest.approx(500, abs=30)
    assert middle_of(framing, 299) == pytest.approx(1_400, abs=30)
    for frame in range(0, 300, 3):
        # Always well inside the crop of 608 px.
        assert abs(middle_of(framing, frame) - walking(frame * 1000 // 30)) < 230
    lefts = [place(framing, frame)[0] for frame in range(300)]
    speeds = [abs(after - before) * 30 / 608 for before, after in pairwise(lefts)]
    assert max(speeds) < 1.0


def test_a_face_at_the_edge_does_not_push_the_crop_out_of_the_picture() -> None:
    (framing,) = decided(scene(0, 10_000, track(0, 1_900))).framings
    crop = framing.crops[0]
    assert crop.left_px + crop.width_px <= 1_920


def test_the_camera_cuts_where_the_source_cuts_to_the_frame() -> None:
    camera = decided(
        scene(0, 4_067, track(0, 500, end_ms=4_000)),
        scene(4_067, 10_000, track(1, 1_500, start_ms=4_067)),
    )
    one, two = camera.framings
    assert (one.end_frame, two.start_frame) == (122, 122)
    assert (one.moves, two.moves) == ((), ())
    assert (middle_of(one, 0), middle_of(two, 130)) == pytest.approx((500, 1_500), abs=2)


def test_equal_framings_on_both_sides_of_a_cut_are_one() -> None:
    camera = decided(
        scene(0, 4_000, track(0, 900, end_ms=4_000)),
        scene(4_000, 10_000, track(1, 900, start_ms=4_000)),
    )
    assert len(camera.framings) == 1
    assert camera.framings[0].end_frame == CUT.frames


def test_who_speaks_is_shown_and_the_camera_cuts_between_them() -> None:
    left = track(0, 450, mouth=talking((0, 5_000)))
    right = track(1, 1_500, mouth=talking((5_000, 10_000)))
    one, two = decided(scene(0, 10_000, left, right)).framings
    assert middle_of(one, 0) == pytest.approx(450, abs=2)
    assert middle_of(two, 250) == pytest.approx(1_500, abs=2)
    assert abs(one.end_frame - 150) <= 15


def test_a_short_interjection_does_not_turn_the_camera() -> None:
    left = track(0, 450, mouth=talking((0, 5_000), (5_600, 10_000)))
    right = track(1, 1_500, mouth=talking((5_000, 5_600)))
    (framing,) = decided(scene(0, 10_000, left, right)).framings
    assert middle_of(framing, 160) == pytest.approx(450, abs=2)


def test_a_bigger_face_that_is_silent_loses_to_a_smaller_one_that_speaks() -> None:
    big = track(0, 450, size=420, mouth=0.005)
    small = track(1, 1_500, size=240, mouth=0.15)
    (framing,) = decided(scene(0, 10_000, big, small)).framings
    assert middle_of(framing, 100) == pytest.approx(1_500, abs=2)


def test_chewing_in_silence_is_not_speech() -> None:
    left = track(0, 450, mouth=talking((0, 4_000)))
    right = track(1, 1_500, mouth=talking((5_000, 10_000)))
    words = spoken(*["word"] * 13)
    (framing,) = decided(scene(0, 10_000, left, right), words=words).framings
    assert middle_of(framing, 250) == pytest.approx(450, abs=2)


def test_speakers_of_the_transcript_are_given_the_face_that_speaks_with_them() -> None:
    left = track(0, 450, mouth=talking((0, 4_000), (4_400, 5_000)))
    right = track(1, 1_500, mouth=talking((5_200, 10_000)))
    words = [
        word.model_copy(update={"speaker": "B" if word.span.start_ms < 5_000 else "A"})
        for word in WORDS
    ]
    one, two = decided(scene(0, 10_000, left, right), words=words).framings
    assert middle_of(one, 0) == pytest.approx(450, abs=2)
    assert abs(two.start_frame - 150) <= 4


def test_two_far_apart_of_whom_nobody_can_be_told_to_speak_are_split() -> None:
    camera = decided(scene(0, 10_000, track(0, 450), track(1, 1_500)))
    (framing,) = camera.framings
    assert framing.layout is Layout.SPLIT
    upper, lower = panels(framing, 10)
    left = Area(left_px=350, top_px=270, width_px=208, height_px=260)
    right = Area(left_px=1_396, top_px=270, width_px=208, height_px=260)
    assert upper.placed(left).inside(upper.box)
    assert lower.placed(right).inside(lower.box)
    assert not upper.shows(right)
    assert not lower.shows(left)
    # Each is seen in its own half.
    assert {face.box.top >= 960 for face in camera.faces} == {True, False}


def test_two_close_together_share_the_crop() -> None:
    (framing,) = decided(
        scene(0, 10_000, track(0, 800, size=200), track(1, 1_050, size=200))
    ).framings
    assert framing.layout is Layout.FOLLOW
    assert middle_of(framing, 0) == pytest.approx(925, abs=2)


def test_a_small_face_in_the_background_does_not_count() -> None:
    (framing,) = decided(
        scene(0, 10_000, track(0, 500, size=300), track(1, 1_600, size=70))
    ).framings
    assert middle_of(framing, 0) == pytest.approx(500, abs=2)


@pytest.mark.parametrize(
    ("graphic", "detail", "layout", "middle"),
    [
        pytest.param(0.0, None, Layout.FOLLOW, 960, id="nothing"),
        pytest.param(0.9, (100, 100, 1_700, 800), Layout.FIT, None, id="wide_slide"),
        pytest.param(0.9, (1_200, 100, 500, 800), Layout.FOLLOW, 1_450, id="narrow_text"),
        pytest.param(0.1, (10, 10, 1_900, 1_000), Layout.FOLLOW, 960, id="texture_everywhere"),
        pytest.param(0.1, (300, 100, 400, 300), Layout.FOLLOW, 500, id="a_sign"),
    ],
)
def test_without_a_face_text_is_kept_whole_and_graphics_are_fitted(
    graphic: float, detail: tuple[int, ...] | None, layout: Layout, middle: float | None
) -> None:
    area = None
    if detail is not None:
        left, top, width, height = detail
        area = Area(left_px=left, top_px=top, width_px=width, height_px=height)
    (framing,) = decided(scene(0, 10_000, graphic=graphic, detail=area)).framings
    assert framing.layout is layout
    if middle is not None:
        assert middle_of(framing, 0) == pytest.approx(middle, abs=2)


def test_a_presenters_small_face_beside_slides_does_not_hide_the_slides() -> None:
    detail = Area(left_px=50, top_px=50, width_px=1_800, height_px=900)
    shown = scene(0, 10_000, track(0, 1_700, size=150), graphic=0.8, detail=detail)
    assert decided(shown).framings[0].layout is Layout.FIT


def test_a_person_can_choose_per_scene_and_for_all() -> None:
    scenes = [scene(0, 4_000, track(0, 500, end_ms=4_000)), scene(4_000, 10_000)]
    choices = (
        FramingChoice(layout=Layout.FIT),
        FramingChoice(at_ms=1_000, centre=0.75),
    )
    one, two = decided(*scenes, choices=choices).framings
    assert middle_of(one, 0) == pytest.approx(1_440, abs=2)
    assert two.layout is Layout.FIT
    split = decided(*scenes, choices=(FramingChoice(layout=Layout.SPLIT),)).framings
    assert {framing.layout for framing in split} == {Layout.SPLIT}


@settings(max_examples=60)
@given(
    places=st.lists(st.integers(0, 1_920), min_size=2, max_size=12),
    cuts=st.lists(st.integers(200, 9_800), max_size=4, unique=True),
    start_ms=st.integers(0, 3_000),
)
def test_any_camera_covers_every_frame_and_stays_inside_the_picture(
    places: list[int], cuts: list[int], start_ms: int
) -> None:
    edges = [0, *sorted(cuts), 10_000]
    scenes = [
        scene(
            start,
            end,
            track(
                number,
                lambda at: places[at * len(places) // 10_001],
                start_ms=start,
                end_ms=max(end, start + 1),
            ),
        )
        for number, (start, end) in enumerate(pairwise(edges))
        if end > start
    ]
    cut = snap(TimeSpan(start_ms=start_ms, end_ms=start_ms + 6_000), MEDIA)
    framings = decided(*scenes, cut=cut).framings
    assert framings[0].start_frame == 0
    assert framings[-1].end_frame == cut.frames
    assert all(one.end_frame == other.start_frame for one, other in pairwise(framings))
    for framing in framings:
        ends = [framing.start_frame]
        for move in framing.moves:
            assert ends[-1] <= move.start_frame < move.end_frame <= framing.end_frame
            ends.append(move.end_frame)
            assert 0 <= move.left_px <= 1_920 - framing.crops[0].width_px
            assert move.left_px % 2 == 0


def test_the_middle_is_what_a_clip_without_sightings_of_faces_had_before() -> None:
    (framing,) = decided(scene(0, 10_000)).framings
    assert framing.crops == (centre_crop(VIDEO),)


@pytest.mark.parametrize(
    ("fps", "number", "frame"),
    [
        pytest.param("60/1", 4, 2, id="on_a_shown_picture"),
        pytest.param("60/1", 5, 3, id="on_a_picture_that_is_not_shown"),
        pytest.param("60000/1001", 301, 151, id="ntsc"),
        pytest.param("120/1", 9, 3, id="every_fourth"),
        pytest.param("25/1", 7, 7, id="every_picture"),
    ],
)
def test_a_cut_of_a_fast_source_is_where_its_first_picture_is_shown(
    fps: str, number: int, frame: int
) -> None:
    media = media_of(fps=fps)
    cut = snap(SPAN, media)
    cut_ms = round(number * 1000 / Fraction(fps))
    scenes = (
        scene(0, cut_ms, track(0, 500, end_ms=max(1, cut_ms))),
        scene(cut_ms, 10_000, track(1, 1_500, start_ms=cut_ms)),
    )
    camera = reframe(sightings(*scenes), WORDS, cut, media.video)
    assert camera.framings[-1].start_frame == frame


def test_somebody_who_was_lost_for_a_while_is_still_one_person() -> None:
    camera = decided(
        scene(
            0, 10_000, track(0, 450, end_ms=4_500), track(1, 1_500, start_ms=6_000, end_ms=10_000)
        )
    )
    (framing,) = camera.framings
    assert framing.layout is Layout.FOLLOW
    assert middle_of(framing, 0) == pytest.approx(450, abs=2)
    assert middle_of(framing, 299) == pytest.approx(1_500, abs=2)


def test_two_points_of_a_long_scene_are_nobody() -> None:
    stray = track(1, 1_600, start_ms=5_000, end_ms=5_200)
    (framing,) = decided(scene(0, 10_000, track(0, 500), stray)).framings
    assert framing.layout is Layout.FOLLOW
    assert middle_of(framing, 150) == pytest.approx(500, abs=2)
    assert decided(scene(0, 10_000, stray)).faces == ()


def test_a_portrait_that_shows_everything_is_not_split_for_faces_at_its_edges() -> None:
    media = media_of(size=(1080, 1920))
    pair = (track(0, 240, size=450, y=800), track(1, 830, size=450, y=800))
    camera = reframe(sightings(scene(0, 10_000, *pair)), WORDS, snap(SPAN, media), media.video)
    assert {framing.layout for framing in camera.framings} == {Layout.FOLLOW}


def test_a_followed_face_counts_also_where_the_picture_does_not_show_it() -> None:
    # Back and forth faster than the camera goes: some of it is missed, and the proof must know.
    def jumping(at: int) -> float:
        return 300.0 if at // 1_500 % 2 else 1_650.0

    camera = decided(scene(0, 10_000, track(0, jumping)))
    assert any(face.box.right <= 0 or face.box.left >= 1_080 for face in camera.faces)


def test_nothing_seen_of_the_span_is_the_middle() -> None:
    seen = sightings(scene(20_000, 30_000, track(0, 300, start_ms=20_000, end_ms=30_000)))
    camera = reframe(seen, WORDS, CUT, VIDEO)
    assert camera.framings[0].crops == (centre_crop(VIDEO),)
