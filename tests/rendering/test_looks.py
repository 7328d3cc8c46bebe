"""One more clip of a detection looks like those that there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clipping.models import Moment, RenderChoices, RenderedClip
from clipping.rendering.choices import usual_choices
from clipping.rendering.looks import looks_of
from tests.db.values import a_clip, a_moment, a_plan

ONE, TWO, NEW = a_moment(1), a_moment(3), a_moment(5)
BOXED = RenderChoices(style="boxed", hook_style="bold", denoise=True)


def made(hour: int, **choices: Any) -> RenderedClip:
    plan = a_plan().replace(choices=RenderChoices(**choices))
    first = a_clip("clip_1")
    return a_clip(f"clip_{hour}", plan=plan, rendered_at=first.rendered_at + timedelta(hours=hour))


def looks(*clips: tuple[Moment, list[RenderedClip]]) -> list[RenderChoices]:
    newest_first = {
        moment.moment_id: sorted(found, key=lambda clip: clip.rendered_at, reverse=True)
        for moment, found in clips
    }
    return looks_of([moment for moment, _ in clips], newest_first)


def test_without_any_clip_it_looks_as_usual() -> None:
    assert looks((ONE, []), (NEW, [])) == [RenderChoices()] * 2


def test_it_looks_like_the_others() -> None:
    boxed = made(1, **dict(BOXED))
    assert looks((ONE, [boxed]), (NEW, [])) == [BOXED, BOXED]


def test_the_look_that_most_moments_have_counts_and_of_equals_the_newest() -> None:
    plain, boxed = made(1), made(2, style="boxed")
    odd = made(9, style="karaoke")
    assert looks((ONE, [plain, boxed]), (TWO, [plain]), (NEW, []))[2].style == "highlight"
    assert looks((ONE, [plain, boxed]), (NEW, []))[1].style == "boxed"
    found = looks((ONE, [plain, odd]), (TWO, [plain]), (NEW, []))
    assert [one.style for one in found] == ["highlight"] * 3


def test_variations_do_not_count() -> None:
    plain = made(1, hook_style="banner")
    hooked, bare = made(2, hook="Another", style="boxed"), made(3, hook_style="none")
    expected = RenderChoices(hook_style="banner")
    assert looks((ONE, [plain, hooked, bare]), (NEW, [])) == [expected, expected]


def test_a_look_that_there_is_no_longer_does_not_count() -> None:
    gone = made(1, style="classic")
    assert looks((ONE, [gone]), (NEW, [])) == [RenderChoices()] * 2


def test_a_natural_start_is_not_taken_for_the_others_look() -> None:
    natural = a_moment(1, natural_start="It opens on a scream.")
    bare = made(1, hook_style="none")
    assert looks((natural, [bare]), (NEW, [])) == [
        RenderChoices(hook_style="none"),
        RenderChoices(),
    ]
    also = a_moment(5, natural_start="It opens on a laugh.")
    assert looks((ONE, [made(1)]), (also, []))[1].hook_style == "none"


def test_a_run_that_wanted_no_hooks_wants_none_for_one_more() -> None:
    assert looks((ONE, [made(1, hook_style="none")]), (NEW, []))[1].hook_style == "none"


def test_only_a_moment_that_is_better_so_starts_without_a_hook() -> None:
    bold = RenderChoices(hook_style="bold")
    assert usual_choices(bold, ONE) == bold
    natural = a_moment(natural_start="It opens on a scream.")
    assert usual_choices(bold, natural) == RenderChoices(hook_style="none")
