from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings

from clipping.captions import STYLES, style
from clipping.captions.base import HOOK_AREA
from clipping.captions.hook import MOST_LINES, hook_runs, lay_out_hook
from tests.captions.texts import LONG, SENTENCES, any_text

HIGHLIGHT = style("highlight")


@pytest.mark.parametrize("name", STYLES)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(text=any_text)
def test_any_text_fits_the_hook_area_on_at_most_three_lines(name: str, text: str) -> None:
    hook = lay_out_hook(text, STYLES[name], 30_000)
    if hook is None:
        return
    assert hook.box.inside(HOOK_AREA)
    assert 1 <= len(hook.lines) <= MOST_LINES
    assert all(line.strip() == line != "" for line in hook.lines)
    assert STYLES[name].hook.min_em_px <= hook.font_px <= STYLES[name].hook.em_px
    assert hook_runs(hook, STYLES[name])


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\u3164", "\u13a0"])
def test_nothing_to_draw_gives_no_hook(text: str) -> None:
    assert lay_out_hook(text, HIGHLIGHT, 30_000) is None


def test_a_short_hook_stands_on_one_line_in_full_size() -> None:
    hook = lay_out_hook("Wait for it", HIGHLIGHT, 30_000)
    assert hook is not None
    assert hook.lines == ("Wait for it",)
    assert hook.font_px == HIGHLIGHT.hook.em_px


def test_lines_are_of_similar_length() -> None:
    hook = lay_out_hook("Nobody tells you this about money", HIGHLIGHT, 30_000)
    assert hook is not None
    assert hook.lines == ("Nobody tells you", "this about money")


def test_a_long_hook_shrinks_before_it_is_cut() -> None:
    text = "The one habit that changed everything I believed about success and failure"
    hook = lay_out_hook(text, HIGHLIGHT, 30_000)
    assert hook is not None
    assert HIGHLIGHT.hook.min_em_px < hook.font_px < HIGHLIGHT.hook.em_px
    assert " ".join(hook.lines) == text


def test_a_hook_beyond_all_sizes_ends_in_an_ellipsis_after_a_whole_word() -> None:
    text = "habit " * 60
    hook = lay_out_hook(text, HIGHLIGHT, 30_000)
    assert hook is not None
    assert len(hook.lines) == MOST_LINES
    assert hook.font_px == HIGHLIGHT.hook.min_em_px
    assert " ".join(hook.lines).endswith("habit…")
    assert len(" ".join(hook.lines)) > 80


def test_japanese_lines_break_after_punctuation_and_never_start_with_it() -> None:
    hook = lay_out_hook(SENTENCES["japanese line"], HIGHLIGHT, 30_000)
    assert hook is not None
    assert "".join(hook.lines) == SENTENCES["japanese line"]
    assert any(line.endswith("？") for line in hook.lines)
    assert not any(line[0] in "、。？ーっゃゅょ" for line in hook.lines)


def test_spaces_between_words_of_japanese_are_closed_up() -> None:
    hook = lay_out_hook("今日 は iPhone の 話 です", HIGHLIGHT, 30_000)
    assert hook is not None
    assert hook.text == "今日は iPhone の話です"


def test_a_word_longer_than_a_line_is_cut_short_and_not_left_out() -> None:
    hook = lay_out_hook(f"Der {LONG} spricht", HIGHLIGHT, 30_000)
    assert hook is not None
    assert hook.lines[0] == "Der"
    assert hook.lines[1].startswith("Donaudampfschifffahrt")
    assert hook.lines[1].endswith("…")


@pytest.mark.parametrize(
    ("text", "duration_ms", "end_ms"),
    [
        ("Wait", 30_000, 2500),
        ("one two three four five six seven", 30_000, 2760),
        ("one two three four five six seven eight nine ten", 30_000, 3000),
        ("Wait", 1200, 1200),
    ],
    ids=["short", "in between", "long", "short clip"],
)
def test_the_hook_stays_as_long_as_it_takes_to_read(
    text: str, duration_ms: int, end_ms: int
) -> None:
    hook = lay_out_hook(text, HIGHLIGHT, duration_ms)
    assert hook is not None
    assert (hook.start_ms, hook.end_ms) == (0, end_ms)


@pytest.mark.parametrize(
    "text",
    ["a" * 5000, "字" * 5000, "word " * 2000, "https://example.com/" + "x" * 4000],
    ids=["letters", "ideographs", "words", "url"],
)
def test_an_endless_hook_is_cut_quickly(text: str) -> None:
    begun = time.process_time()
    assert lay_out_hook(text, HIGHLIGHT, 30_000) is not None
    assert time.process_time() - begun < 2.0
