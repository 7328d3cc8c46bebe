from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.captions.runs import visual_runs
from clipping.captions.scripts import Locale, clean, locale_of
from tests.captions.texts import any_text


def seen(*words: str) -> list[str]:
    """The runs from left to right; a bar for each gap."""
    return [run.text or "|" for run in visual_runs(words, locale_of(words), "Montserrat")]


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (["one", "two."], ["one", "|", "two."]),
        (["שלום", "לכולם."], ["לכולם.", "|", "שלום"]),
        (["אני", "אוהב", "Python."], [".", "Python", "|", "אוהב", "|", "אני"]),
        (["קניתי", "Mac", "Pro", "חדש"], ["חדש", "|", "Mac", "|", "Pro", "|", "קניתי"]),
        (["שלום", "hi", "there,", "לכולם"], ["לכולם", "|", "hi", "|", "there,", "|", "שלום"]),
        (["في", "2025!"], ["!", "2025", "|", "في"]),
        (["مرحبا", "٢٠٢٥م"], ["م", "٢٠٢٥", "|", "مرحبا"]),
        (["he", "said", "שלום"], ["he", "|", "said", "|", "שלום"]),
        (["שלום", "—", "עולם"], ["עולם", "|", "—", "|", "שלום"]),
        (["今日", "は", "YouTube", "を"], ["今日", "は", "|", "YouTube", "|", "を"]),
        (["สวัสดี", "ครับ"], ["สวัสดี", "ครับ"]),
        (["한국", "어"], ["한국", "|", "어"]),
        (["ok😂👍"], ["ok", "😂👍"]),
        (["a\\N{b}"], ["a", "\\", "N{b}"]),
    ],
    ids=[
        "latin",
        "hebrew",
        "latin at the end of hebrew",
        "latin inside hebrew",
        "torn word kept whole",
        "number in arabic",
        "arabic digits",
        "hebrew inside latin",
        "dash in hebrew",
        "japanese and latin",
        "thai",
        "korean",
        "emoji",
        "backslash alone",
    ],
)
def test_runs_come_in_the_order_in_which_they_are_seen(words: list[str], order: list[str]) -> None:
    assert seen(*words) == order


def test_brackets_that_stand_alone_from_the_right_are_mirrored() -> None:
    runs = visual_runs(["(שלום", "😂)"], Locale(rtl=True, han="Noto Sans SC"), "Montserrat")
    assert [run.text for run in runs] == ["(", "😂", "", "(שלום"]


@pytest.mark.parametrize(
    ("word", "families"),
    [
        ("Grüße", ["Montserrat"]),
        ("Ώρα", ["Noto Sans"]),
        ("привет!", ["Montserrat"]),
        ("नमस्ते।", ["Noto Sans Devanagari"]),
        ("שלום!", ["Noto Sans Hebrew"]),
        ("سلام؟", ["Noto Sans Arabic"]),
        ("สวัสดี", ["Noto Sans Thai"]),
        ("안녕!", ["Noto Sans KR"]),
        ("你好！", ["Noto Sans SC"]),
        ("漢字です。", ["Noto Sans JP"]),
        ("2025年", ["Montserrat", "Noto Sans SC"]),
        ("♪", ["Noto Sans SC"]),
        ("→", ["Montserrat"]),
        ("⭐ok", ["Noto Emoji", "Montserrat"]),
    ],
)
def test_each_script_gets_its_own_font(word: str, families: list[str]) -> None:
    runs = visual_runs([word], locale_of([word]), "Montserrat")
    assert [run.family for run in runs] == families


@settings(deadline=None, max_examples=100)
@given(st.lists(any_text, min_size=1, max_size=4), st.booleans())
def test_no_character_is_lost_and_no_word_is_torn(texts: list[str], rtl: bool) -> None:
    words = [text for text in map(clean, texts) if text]
    if not words:
        return
    runs = visual_runs(words, Locale(rtl=rtl, han="Noto Sans JP"), "Montserrat")
    owners = [run.owner for run in runs if run.text]
    blocks = [one for one, other in zip(owners, [*owners[1:], -1], strict=True) if one != other]
    assert sorted(blocks) == list(range(len(words)))
    for index, word in enumerate(words):
        drawn = "".join(run.text for run in runs if run.owner == index)
        assert len(drawn) == len(word.replace(" ", ""))
