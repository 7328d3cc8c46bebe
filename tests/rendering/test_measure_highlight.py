"""When words light up, read back from rendered pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.errors import UnreadableMedia
from clipping.models import RenderPlan
from clipping.rendering.compose import render
from clipping.rendering.measure.highlight import highlight_onsets
from tests.rendering.clips import bare_plan
from tests.rendering.recipes import plan_of, spoken
from tests.support.media import make_video

TEXTS = ("so", "this", "is", "how", "to", "do", "it")
FPS = 24
FRAME_MS = 1000 / FPS


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RenderPlan]:
    folder = tmp_path_factory.mktemp("highlight")
    source = make_video(folder / "talk.mp4", seconds=3, fps=FPS)
    words = spoken(*TEXTS, start_ms=300, every_ms=310, length_ms=240)
    plan, media = plan_of(source, 0, 2_800, words=words)
    render(plan, source, media, folder / "clip.mp4")
    return folder / "clip.mp4", plan


def test_every_word_is_seen_to_light_up_on_its_own_picture(
    rendered: tuple[Path, RenderPlan],
) -> None:
    clip, plan = rendered
    seen = {word: (onset, end) for word, onset, end in highlight_onsets(clip, plan)}
    assert sorted(seen) == list(range(len(TEXTS)))
    for event in plan.captions:
        if event.lit is None:
            continue
        onset, end = seen[event.clip_words[event.lit]]
        # The first picture at or behind the planned time, which is cut to hundredths in ASS.
        assert event.start_ms - 10 <= onset <= event.start_ms + FRAME_MS + 1
        assert event.end_ms - 10 <= end <= event.end_ms + FRAME_MS + 1


def test_times_are_the_pictures_own_not_the_plans(rendered: tuple[Path, RenderPlan]) -> None:
    clip, plan = rendered
    late = tuple(
        event.model_copy(update={"start_ms": event.start_ms + 230, "end_ms": event.end_ms + 230})
        for event in plan.captions
    )
    moved = plan.model_copy(update={"captions": late})
    assert highlight_onsets(clip, moved) == highlight_onsets(clip, plan)


def test_a_word_that_never_lights_up_is_missing(rendered: tuple[Path, RenderPlan]) -> None:
    clip, plan = rendered
    dark = tuple(
        event.model_copy(
            update={
                "boxes": tuple(
                    box.model_copy(update={"top": box.top - 300, "bottom": box.bottom - 300})
                    if index == 2
                    else box
                    for index, box in zip(event.clip_words, event.boxes, strict=True)
                )
            }
        )
        for event in plan.captions
    )
    seen = [
        word for word, _, _ in highlight_onsets(clip, plan.model_copy(update={"captions": dark}))
    ]
    assert 2 not in seen
    assert len(seen) == len(TEXTS) - 1


def test_a_clip_without_captions_has_no_onsets() -> None:
    assert highlight_onsets(Path("never opened.mp4"), bare_plan()) == []


def test_what_cannot_be_decoded_is_said_to_be_so(
    rendered: tuple[Path, RenderPlan], tmp_path: Path
) -> None:
    clip, plan = rendered
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:300])
    with pytest.raises(UnreadableMedia, match=r"broken\.mp4 cannot be decoded"):
        highlight_onsets(broken, plan)
