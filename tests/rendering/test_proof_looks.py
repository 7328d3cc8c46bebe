"""Every caption style and every hook style is proven when it is right, and found when it is not."""

from __future__ import annotations

from fractions import Fraction
from itertools import cycle
from pathlib import Path

import pytest

from clipping.captions import HOOK_STYLES, STYLES, LitKind
from clipping.captions.emphasis import emphasis
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import Box, CaptionEvent, RenderPlan
from clipping.rendering.measure.highlight import highlight_onsets
from tests.rendering.clips import Clip, failed, good_clip, value

HOOK = "You lost 10 million dollars"
END_MS, HOOK_END_MS = 2_800, 1_000
LOOKS = list(zip(STYLES, cycle(name for name in HOOK_STYLES if name != "none"), strict=False))
"""Every style of captions, and with them every style of hooks."""


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
    hook = hook and hook.replace(end_ms=HOOK_END_MS)
    return plan.model_copy(
        update={"style": style, "words": words, "captions": captions, "hook": hook}
    )


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return good_clip(tmp_path_factory.mktemp("looks"), END_MS)


@pytest.fixture(scope="module")
def bare(good: Clip) -> Path:
    """The clip with nothing drawn on it."""
    return good.rendered("bare.mp4", good.plan.model_copy(update={"captions": (), "hook": None}))


@pytest.fixture(scope="module", params=LOOKS, ids="-".join)
def styled(request: pytest.FixtureRequest, good: Clip) -> Clip:
    plan = in_look(good.plan, *request.param)
    path = good.rendered(f"{plan.style}.mp4", plan)
    return Clip(good.source, good.media, plan, path)


def test_every_style_is_among_the_looks() -> None:
    assert {style for style, _ in LOOKS} == set(STYLES)
    assert {hook for _, hook in LOOKS} == set(HOOK_STYLES) - {"none"}


def test_a_right_clip_of_every_style_is_proven(styled: Clip) -> None:
    assert failed(styled.prove()) == set()


def test_captions_and_hooks_of_every_style_are_missed_where_they_are_missing(
    styled: Clip, bare: Path
) -> None:
    proof = styled.prove(bare)
    assert failed(proof) == {"captions_visible", "spoken_word_lit", "hook_present"}
    assert value(proof, "captions_visible") == 0


def test_the_wrong_word_lit_and_text_that_stays_too_long_are_found_in_every_style(
    styled: Clip,
) -> None:
    def swapped(event: CaptionEvent) -> CaptionEvent:
        lit = None if event.lit is None else len(event.words) - 1 - event.lit
        return event.model_copy(update={"lit": lit})

    shorter = tuple(event for event in styled.plan.captions if event.lit is not None)
    wrong = tuple(swapped(event) for event in shorter)
    assert len(styled.plan.captions) > len(shorter)
    assert wrong != shorter
    assert styled.plan.hook is not None
    brief = styled.plan.hook.model_copy(update={"end_ms": 500})
    proof = styled.prove(plan=styled.plan.model_copy(update={"captions": wrong, "hook": brief}))
    assert failed(proof) == {"spoken_word_lit", "captions_absent_elsewhere", "hook_gone_after"}


def test_captions_of_every_style_outside_the_safe_area_are_found_and_no_hook_is_missed(
    styled: Clip,
) -> None:
    def lowered(box: Box) -> Box:
        return box.model_copy(update={"top": box.top + 260, "bottom": box.bottom + 260})

    plan = in_look(styled.plan, styled.plan.style, "none")
    assert plan.hook is None
    low = tuple(
        event.model_copy(update={"boxes": tuple(lowered(box) for box in event.boxes)})
        for event in plan.captions
    )
    plan = plan.model_copy(update={"captions": low})
    path = styled.rendered(f"low_{plan.style}.mp4", plan)
    assert failed(styled.prove(path, plan)) == {"captions_in_safe_area"}


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
