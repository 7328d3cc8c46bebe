"""Every caption style and every hook style is proven when it is right, and found when it is not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from clipping.captions import HOOK_STYLES, STYLES, LitKind
from clipping.captions.emphasis import emphasis
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import CaptionEvent, RenderPlan
from clipping.rendering.measure.highlight import highlight_onsets
from tests.rendering.clips import Clip, failed, good_clip, value

HOOK = "You lost 10 million dollars"
DRAWN = {
    "captions_visible",
    "spoken_word_lit",
    "captions_absent_elsewhere",
    "captions_in_safe_area",
    "hook_present",
    "hook_gone_after",
}


def in_look(plan: RenderPlan, style: str, hook_style: str) -> RenderPlan:
    """The same words and cut in another look, with a word that is set apart."""
    chosen = emphasis(plan.words) or {1}
    words = tuple(
        word.model_copy(update={"emphasis": index in chosen})
        for index, word in enumerate(plan.words)
    )
    duration_ms = plan.span.duration_ms
    captions = lay_out(words, STYLES[style], duration_ms)
    hook = lay_out_hook(HOOK, STYLES[style], duration_ms, hook_style, captions=captions)
    return plan.model_copy(
        update={"style": style, "words": words, "captions": captions, "hook": hook}
    )


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return good_clip(tmp_path_factory.mktemp("looks"))


@pytest.fixture(scope="module")
def bare(good: Clip) -> Path:
    """The clip with nothing drawn on it."""
    return good.rendered("bare.mp4", good.plan.model_copy(update={"captions": (), "hook": None}))


@pytest.fixture(scope="module", params=list(STYLES))
def styled(request: pytest.FixtureRequest, good: Clip) -> Clip:
    name = request.param
    plan = in_look(good.plan, name, "plate")
    path = good.rendered(f"{name}.mp4", plan)
    return Clip(good.source, good.media, plan, path)


@pytest.fixture(scope="module", params=[name for name in HOOK_STYLES if name != "none"])
def hooked(request: pytest.FixtureRequest, good: Clip) -> Clip:
    name = request.param
    plan = in_look(good.plan, "pop", name)
    path = good.rendered(f"hook_{name}.mp4", plan)
    return Clip(good.source, good.media, plan, path)


def test_a_right_clip_of_every_style_is_proven(styled: Clip) -> None:
    assert failed(styled.prove()) == set()


def test_captions_of_every_style_are_missed_where_they_are_missing(
    styled: Clip, bare: Path
) -> None:
    proof = styled.prove(bare)
    assert failed(proof) & DRAWN == {"captions_visible", "spoken_word_lit", "hook_present"}
    assert value(proof, "captions_visible") == 0


def test_the_wrong_word_lit_is_found_in_every_style(styled: Clip) -> None:
    def swapped(event: CaptionEvent) -> CaptionEvent:
        lit = None if event.lit is None else len(event.words) - 1 - event.lit
        return event.model_copy(update={"lit": lit})

    wrong = tuple(swapped(event) for event in styled.plan.captions)
    assert wrong != styled.plan.captions
    proof = styled.prove(plan=styled.plan.model_copy(update={"captions": wrong}))
    assert failed(proof) == {"spoken_word_lit"}


def test_captions_of_every_style_that_stay_too_long_are_found(styled: Clip) -> None:
    shorter = tuple(event for event in styled.plan.captions if event.lit is not None)
    proof = styled.prove(plan=styled.plan.model_copy(update={"captions": shorter}))
    assert failed(proof) == {"captions_absent_elsewhere"}


def test_captions_of_every_style_outside_the_safe_area_are_found(styled: Clip) -> None:
    low = tuple(
        event.model_copy(
            update={
                "boxes": tuple(
                    box.model_copy(update={"top": box.top + 260, "bottom": box.bottom + 260})
                    for box in event.boxes
                )
            }
        )
        for event in styled.plan.captions
    )
    plan = styled.plan.model_copy(update={"captions": low})
    path = styled.rendered(f"low_{plan.style}.mp4", plan)
    assert failed(styled.prove(path, plan)) == {"captions_in_safe_area"}


def test_a_right_hook_of_every_style_is_proven(hooked: Clip) -> None:
    assert failed(hooked.prove()) == set()


def test_a_hook_of_every_style_is_missed_where_it_is_missing(hooked: Clip, bare: Path) -> None:
    assert "hook_present" in failed(hooked.prove(bare))


def test_a_hook_of_every_style_that_stays_is_found(hooked: Clip) -> None:
    assert hooked.plan.hook is not None
    brief = hooked.plan.hook.model_copy(update={"end_ms": 1_400})
    proof = hooked.prove(plan=hooked.plan.model_copy(update={"hook": brief}))
    assert failed(proof) == {"hook_gone_after"}


def test_a_natural_start_has_no_hook_to_prove(good: Clip) -> None:
    plan = in_look(good.plan, "highlight", "none")
    assert plan.hook is None
    assert failed(good.prove(good.rendered("natural.mp4", plan), plan)) == set()


def test_the_instant_at_which_a_word_lights_up_is_read_from_the_pictures(styled: Clip) -> None:
    look, plan = STYLES[styled.plan.style], styled.plan
    if look.lit is LitKind.FILL:
        with pytest.raises(ValueError, match="lights no word alone"):
            highlight_onsets(styled.path, plan)
        return
    if look.spoken_colour == "#FFFFFF":
        pytest.skip("the film itself may be white")
    seen = {word: onset for word, onset, _ in highlight_onsets(styled.path, plan)}
    frame_ms = 1000 / Fraction(plan.fps)
    lit = [event for event in plan.captions if event.lit is not None]
    assert sorted(seen) == [event.clip_words[event.lit or 0] for event in lit]
    for event in lit:
        onset = seen[event.clip_words[event.lit or 0]]
        assert event.start_ms - 10 <= onset <= event.start_ms + frame_ms + 1
