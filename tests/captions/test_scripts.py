from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.captions.fonts import FACES, font
from clipping.captions.scripts import clean, clusters, locale_of, spaceless
from tests.captions.texts import any_text

MAN, WOMAN, GIRL, ZWJ = "\U0001f468", "\U0001f469", "\U0001f467", "\u200d"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("  two\t words\n", "two words"),
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200bwidth", "zerowidth"),
        ("\u202eoverride\u202c", "override"),
        ("nul\x00bell\x07", "nulbell"),
        ("e\u0301", "é"),
        (f"{MAN}{ZWJ}{WOMAN}{ZWJ}{GIRL}", MAN),
        ("\u2764\ufe0f", "♥"),
        ("☺\ufe0f", "☺"),
        ("🩷", "♥"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("1\ufe0f\u20e3", "1"),
        ("\U0001f1e9\U0001f1ea", "\U0001f1e9\U0001f1ea"),
        ("𝐇𝐢", "Hi"),
        ("ɐ\u13a0b", "ɐb"),
        ("\u219b", "→"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("so\u200cft", "soft"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("\u0301", ""),
        ("\ue000\ufffe", ""),
        ("a" + "\u0301\u0302\u0303\u0304\u0306" * 4, "á\u0302\u0303\u0304"),
    ],
    ids=[
        "plain",
        "white space",
        "soft hyphen",
        "zero width space",
        "direction override",
        "control characters",
        "composed",
        "family",
        "heart",
        "variation selector",
        "heart no font has",
        "skin tone",
        "keycap",
        "flag",
        "mathematical letters",
        "uncovered letter",
        "uncovered arrow",
        "joiner in persian",
        "joiner in latin",
        "joiner in hindi",
        "mark alone",
        "private and unassigned",
        "too many marks",
    ],
)
def test_a_text_is_reduced_to_what_can_be_drawn(text: str, drawn: str) -> None:
    assert clean(text) == drawn


@settings(deadline=None, max_examples=100)
@given(any_text)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(deadline=None, max_examples=100)
@given(any_text)
def test_a_font_is_there_for_every_cluster_of_a_clean_text(text: str) -> None:
    for cluster in clusters(clean(text)):
        assert any(font(family).covers(cluster) for family in FACES), cluster


@settings(max_examples=100)
@given(st.text(max_size=30))
def test_clusters_hold_the_whole_text(text: str) -> None:
    assert "".join(clusters(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("añb", ("a", "ñ", "b")),
        ("e\u0302\u0301x", ("e\u0302\u0301", "x")),
        ("क्षत्रिय", ("क्ष", "त्रि", "य")),
        ("กำที่", ("กำ", "ที่")),
        ("มา", ("มา",)),
        (
            "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7",
            ("\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"),
        ),
        ("한국", ("한", "국")),
    ],
    ids=["latin", "stacked", "conjuncts", "thai marks", "thai vowel", "flags", "hangul"],
)
def test_clusters_are_what_a_reader_takes_for_a_character(
    text: str, parts: tuple[str, ...]
) -> None:
    assert clusters(text) == parts


@pytest.mark.parametrize(
    ("words", "rtl", "han"),
    [
        (["hello", "world"], False, "Noto Sans SC"),
        (["שלום", "iPhone"], False, "Noto Sans SC"),
        (["שלום", "לכולם", "hi"], True, "Noto Sans SC"),
        (["你好"], False, "Noto Sans SC"),
        (["今日", "は"], False, "Noto Sans JP"),
        (["韓國", "한국"], False, "Noto Sans JP"),
        ([], False, "Noto Sans SC"),
    ],
    ids=["latin", "mostly latin", "mostly hebrew", "chinese", "japanese", "korean", "nothing"],
)
def test_the_whole_clip_decides_direction_and_ideographs(
    words: list[str], rtl: bool, han: str
) -> None:
    locale = locale_of(words)
    assert (locale.rtl, locale.han) == (rtl, han)


@pytest.mark.parametrize("character", "漢かカー。ก")
def test_scripts_without_spaces_are_known(character: str) -> None:
    assert spaceless(character)


@pytest.mark.parametrize("character", "a한ع1क😀")
def test_other_scripts_have_spaces(character: str) -> None:
    assert not spaceless(character)
