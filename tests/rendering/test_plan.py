from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.captions import HOOK_STYLES, STYLES
from clipping.captions.hook import lay_out_hook
from clipping.models import Crop, EncoderSettings, RenderChoices, RenderPlan, Word
from clipping.rendering.framing import centre_crop
from clipping.rendering.grid import Grid, grid, snap
from clipping.rendering.plan import (
    clip_words,
    encoder_settings,
    join_frame,
    make_plan,
    mutes,
)
from clipping.settings import Settings
from clipping.timing import TimeSpan
from tests.rendering.recipes import AS_IT_IS, media_of, moment_of, source_of, spoken

SPAN = TimeSpan(start_ms=10_000, end_ms=20_000)


@pytest.mark.parametrize(
    ("source_fps", "clip_fps"),
    [
        pytest.param("24000/1001", "24000/1001", id="film_on_ntsc"),
        pytest.param("24/1", "24/1", id="film"),
        pytest.param("25/1", "25/1", id="pal"),
        pytest.param("30000/1001", "30000/1001", id="ntsc"),
        pytest.param("30/1", "30/1", id="thirty"),
        pytest.param("50/1", "25/1", id="pal_sports_halved"),
        pytest.param("60000/1001", "30000/1001", id="ntsc_sports_halved"),
        pytest.param("60/1", "30/1", id="sixty_halved"),
        pytest.param("48/1", "24/1", id="high_rate_film_halved"),
        pytest.param("120/1", "30/1", id="slow_motion_quartered"),
        pytest.param("144/1", "144/5", id="gaming_screen_divided_by_five"),
        pytest.param("15/1", "30/1", id="webcam_doubled"),
        pytest.param("10/1", "30/1", id="slides_tripled"),
        pytest.param("36/1", "30/1", id="cannot_be_divided"),
        pytest.param("0/1", "30/1", id="unknown"),
        pytest.param("3053518/50943", "30000/1001", id="average_of_rounded_timestamps"),
        pytest.param("2999/100", "2999/100", id="odd_but_constant"),
    ],
)
def test_the_clips_rate_divides_or_multiplies_the_sources(source_fps: str, clip_fps: str) -> None:
    assert grid(media_of(fps=source_fps).video).fps == Fraction(clip_fps)


def test_a_variable_rate_becomes_thirty_frames_a_second() -> None:
    rates = grid(media_of(fps="24/1", variable_rate=True).video)
    assert rates == Grid(fps=Fraction(30), cut_rate=None)


RATES = st.sampled_from(
    ["24000/1001", "24/1", "25/1", "30000/1001", "30/1", "60/1", "60000/1001", "120/1", "12/1"]
)


@given(
    fps=RATES,
    first_ms=st.integers(0, 2_000),
    start_ms=st.integers(0, 500_000),
    length_ms=st.integers(500, 90_000),
)
def test_a_cut_lies_on_the_sources_frames(
    fps: str, first_ms: int, start_ms: int, length_ms: int
) -> None:
    media = media_of(fps=fps, start_ms=first_ms)
    wanted = TimeSpan(start_ms=start_ms, end_ms=start_ms + length_ms)
    cut = snap(wanted, media)
    rate = grid(media.video).cut_rate
    assert rate is not None
    # The milliseconds lead back to one frame and no other: they are nearer to it than any.
    place = Fraction(cut.span.start_ms - first_ms, 1000) * rate
    assert abs(place - round(place)) <= rate / 2000
    assert abs(cut.span.start_ms - start_ms) <= 1000 / rate
    assert abs(cut.span.end_ms - wanted.end_ms) <= 1000 / rate + 1000 / cut.fps
    assert abs(cut.duration_ms - cut.span.duration_ms) <= 1
    assert snap(cut.span, media) == cut


@given(fps=RATES, end_ms=st.integers(9_500, 10_400))
def test_a_cut_never_runs_past_the_end_of_its_source(fps: str, end_ms: int) -> None:
    media = media_of(fps=fps, duration_ms=10_000)
    cut = snap(TimeSpan(start_ms=5_000, end_ms=end_ms), media)
    assert cut.span.start_ms + cut.frames * 1000 / cut.fps <= 10_001


@pytest.mark.parametrize(
    ("size", "crop"),
    [
        pytest.param((1920, 1080), (656, 0, 608, 1080), id="full_hd"),
        pytest.param((1280, 720), (438, 0, 404, 720), id="hd"),
        pytest.param((3840, 2160), (1312, 0, 1216, 2160), id="ultra_hd"),
        pytest.param((1080, 1920), (0, 0, 1080, 1920), id="already_vertical"),
        pytest.param((1080, 2340), (0, 210, 1080, 1920), id="narrower_than_9_16"),
        pytest.param((720, 720), (158, 0, 404, 720), id="square"),
        pytest.param((853, 480), (290, 0, 270, 480), id="odd_width"),
        pytest.param((101, 301), (0, 60, 100, 178), id="odd_and_narrow"),
    ],
)
def test_the_crop_is_the_largest_9_16_in_the_middle(
    size: tuple[int, int], crop: tuple[int, int, int, int]
) -> None:
    left, top, width, height = crop
    assert centre_crop(media_of(size=size).video) == Crop(
        left_px=left, top_px=top, width_px=width, height_px=height
    )


@given(width=st.integers(16, 8_000), height=st.integers(16, 8_000))
def test_every_crop_is_even_vertical_and_inside_the_picture(width: int, height: int) -> None:
    crop = centre_crop(media_of(size=(width, height)).video)
    numbers = (crop.left_px, crop.top_px, crop.width_px, crop.height_px)
    assert all(number >= 0 and number % 2 == 0 for number in numbers)
    assert crop.left_px + crop.width_px <= width
    assert crop.top_px + crop.height_px <= height
    # Rounding to even numbers moves a side by one pixel at most, from an even starting point.
    assert abs(crop.width_px * 16 - crop.height_px * 9) <= 16
    assert crop.width_px >= width - 1 or crop.height_px >= height - 1


def _word(text: str, start_ms: int, end_ms: int) -> Word:
    return Word(text=text, span=TimeSpan(start_ms=start_ms, end_ms=end_ms), speaker="A")


def test_clip_words_are_relative_clamped_and_at_least_half_inside() -> None:
    words = [
        _word("mostly-before", 9_000, 10_400),
        _word("half", 9_800, 10_200),
        _word("inside", 10_300, 10_800),
        _word("clamped", 19_700, 20_200),
        _word("mostly-after", 19_950, 21_000),
    ]
    found = clip_words(words, SPAN)
    assert [(word.text, word.start_ms, word.end_ms) for word in found] == [
        ("half", 0, 200),
        ("inside", 300, 800),
        ("clamped", 9_700, 10_000),
    ]
    assert {word.speaker for word in found} == {"A"}
    assert not any(word.muted for word in found)


def test_a_profanity_is_masked_and_muted_where_it_is_said() -> None:
    words = spoken("what", "the", "fuck,", "man", start_ms=12_000)
    found = clip_words(words, SPAN)
    assert [word.text for word in found] == ["what", "the", "f***,", "man"]
    assert [word.muted for word in found] == [False, False, True, False]
    (mute,) = mutes(words, SPAN)
    assert mute.start_ms <= found[2].start_ms
    assert mute.end_ms >= found[2].end_ms
    assert found[1].end_ms <= mute.start_ms
    assert mute.end_ms <= found[3].start_ms


def test_a_profanity_in_several_words_leaks_in_none_of_them() -> None:
    words = spoken("oh", "f", "u", "c", "k", "off", start_ms=12_000)
    found = clip_words(words, SPAN)
    assert [word.text for word in found[1:5]] == ["f", "*", "*", "*"]
    assert [word.muted for word in found[1:5]] == [True] * 4
    silent = mutes(words, SPAN)
    assert all(
        any(mute.start_ms <= word.start_ms and word.end_ms <= mute.end_ms for mute in silent)
        for word in found
        if word.muted
    )


def test_a_profanity_across_the_cut_is_muted_up_to_the_cut() -> None:
    words = [
        _word("shit", 9_800, 10_100),
        _word("fuck", 19_900, 20_400),
        _word("damn", 25_000, 25_300),
    ]
    assert [(mute.start_ms, mute.end_ms <= 10_000) for mute in mutes(words, SPAN)] == [
        (0, True),
        (9_850, True),
    ]


def _plan(**changes: object) -> RenderPlan:
    choices = {"hook": "A hook", "style": "highlight", "start_ms": 10_000} | changes
    words = spoken(*["this", "is", "how", "a", "talk", "begins"], start_ms=10_500)
    return make_plan(
        source_of(media_of()),
        words,
        moment_of(int(str(choices["start_ms"])), 20_000, str(choices["hook"])),
        choices=RenderChoices(style=str(choices["style"])),
        loudness=AS_IT_IS,
        encoder=EncoderSettings(),
    )


def test_a_plan_holds_all_that_is_drawn_and_heard() -> None:
    plan = _plan()
    assert (plan.frames, plan.fps, plan.span) == (300, "30/1", SPAN)
    assert [word.text for word in plan.words] == ["this", "is", "how", "a", "talk", "begins"]
    shown = {index for event in plan.captions for index in event.clip_words}
    assert shown == set(range(6))
    assert plan.hook is not None
    assert plan.hook.text == "A hook"
    assert plan.source_sha256 == "ab" * 32


def test_equal_choices_give_equal_recipes() -> None:
    assert _plan().recipe_hash() == _plan().recipe_hash()
    assert RenderPlan.model_validate_json(_plan().model_dump_json()) == _plan()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"hook": "Another hook"}, id="hook"),
        pytest.param({"style": "minimal"}, id="style"),
        pytest.param({"start_ms": 10_034}, id="one_frame_later"),
    ],
)
def test_another_choice_gives_another_recipe(change: dict[str, object]) -> None:
    assert _plan(**change).recipe_hash() != _plan().recipe_hash()


def test_a_cut_moved_by_less_than_half_a_frame_is_the_same_cut() -> None:
    assert _plan(start_ms=10_010).span == SPAN


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(ValueError, match="highlight"):
        _plan(style="nonesuch")


@pytest.mark.parametrize(("codec", "preset"), [("libx264", "veryfast"), ("h264_nvenc", "p4")])
def test_each_encoder_has_its_own_settings(codec: str, preset: str) -> None:
    settings = encoder_settings(codec, 2)
    assert (settings.codec, settings.preset, settings.threads) == (codec, preset, 2)


def test_clips_are_encoded_with_veryfast_unless_another_preset_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CLIPPER_X264_PRESET", raising=False)
    assert Settings().x264_preset == "veryfast"


def test_the_preset_of_x264_is_no_preset_of_a_graphics_card() -> None:
    assert encoder_settings("libx264", 2, x264_preset="fast").preset == "fast"
    assert encoder_settings("h264_nvenc", 2, x264_preset="fast").preset == "p4"


@pytest.mark.parametrize("hook_style", list(HOOK_STYLES))
def test_no_hook_stands_longer_than_the_head_of_a_clip(hook_style: str) -> None:
    text = "as many words as there can be in a hook " * 9
    hook = lay_out_hook(text, STYLES["highlight"], 60_000, hook_style)
    assert hook is None or hook.end_ms <= 3_000
    assert join_frame(snap(SPAN, media_of())) == 90
