from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.transcripts.captions_text import (
    MASKED_PROFANITY,
    is_spoken,
    known_names,
    split_tokens,
    utterances,
    without_tags,
)
from clipping.transcripts.language import language_of


def said(text: str, names: frozenset[str] = frozenset()) -> list[tuple[str | None, str]]:
    return [(part.speaker, " ".join(part.tokens)) for part in utterances(without_tags(text), names)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<i>Hello</i> <font color='red'>there</font>", "Hello there"),
        (r"{\an8\i1}Hello{\i0}\Nthere", "Hello there"),
        (r"{\p1}m 0 0 l 100 0{\p0}Hello", "Hello"),
        ("Rock &amp; roll&nbsp;&lt;3", "Rock & roll <3"),
        ("2 < 3 and 4 > 3", "2< 3 and 4> 3"),
        ("zero\u200bwidth", "zerowidth"),
        ("[Applause] Thank you.", "Thank you."),
        ("[door slams,\nthen silence] Who's there?", "Who's there?"),
        ("(laughs) Not at all.", "Not at all."),
        ("Not at all. (laughs)", "Not at all."),
        ("(I think so.)", "(I think so.)"),
        ("We sold it (the company) last year.", "We sold it (the company) last year."),
        ("♪ Happy birthday ♪", "Happy birthday"),
        ("♪♪", ""),
        ("# La la la #", "La la la"),
        ("We are #1", "We are #1"),
        ("Wait — what?", "Wait— what?"),
        ("So - no", "So- no"),
        ("what the [ __ ] is that", f"what the {MASKED_PROFANITY} is that"),
        ("what the [\xa0__\xa0]", f"what the {MASKED_PROFANITY}"),
        ("F*** that", "F*** that"),
        ("-5 degrees", "-5 degrees"),
        ("¿Qué pasa?", "¿Qué pasa?"),
    ],
)
def test_only_what_is_spoken_stays(text: str, words: str) -> None:
    assert " ".join(part for _, part in said(text)) == words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("JOHN: Hello.", [("John", "Hello.")]),
        ("JOHN SMITH: Hello.", [("John Smith", "Hello.")]),
        ("DR. O'NEIL: Hello.", [("Dr. O'Neil", "Hello.")]),
        ("Speaker 2: Hello.", [("Speaker 2", "Hello.")]),
        ("[Anna]: Hello.", [("Anna", "Hello.")]),
        (">> JOHN: Hello.", [("John", "Hello.")]),
        ("JOHN: (sighs) Hello.", [("John", "Hello.")]),
        ("- Hi.\n- Hello.", [(None, "Hi."), (None, "Hello.")]),
        (">> Hi.\n>> Hello.", [(None, "Hi."), (None, "Hello.")]),
        ("Remember: ask first.", [(None, "Remember: ask first.")]),
        ("At 10:30 we met.", [(None, "At 10:30 we met.")]),
        ("one line\nand one more", [(None, "one line and one more")]),
    ],
)
def test_the_mark_of_a_speaker_becomes_the_speaker(
    text: str, parts: list[tuple[str | None, str]]
) -> None:
    assert said(text) == parts


def test_a_name_in_mixed_case_is_a_speaker_when_it_comes_back() -> None:
    texts = ["Anna: Hello.", "And: so?", "Anna: Bye.", "Remember: one.", "Remember: two."]
    names = known_names(texts)
    assert names == {"Anna"}
    assert said("Anna: Hello.", names) == [("Anna", "Hello.")]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("没有人告诉你关于钱的事情。第一年！", ["没有人告", "诉你关于", "钱的事情。", "第一年！"]),
        ("私はTwitterが好き", ["私は", "Twitter", "が好き"]),
        ("돈에 대해 아무도", ["돈에", "대해", "아무도"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
    ],
)
def test_every_script_is_cut_into_words_of_bearable_length(text: str, tokens: list[str]) -> None:
    assert split_tokens(text) == tokens


def test_thai_is_cut_without_parting_a_vowel_from_its_consonant() -> None:
    tokens = split_tokens("ไม่มีใครบอกคุณเรื่องเงิน")
    assert "".join(tokens) == "ไม่มีใครบอกคุณเรื่องเงิน"
    assert len(tokens) > 3
    assert not any("\u0e31" <= token[0] <= "\u0e3a" for token in tokens)


@given(st.text(max_size=120))
def test_no_caption_breaks_the_reading_and_every_token_is_spoken(text: str) -> None:
    for part in utterances(without_tags(text)):
        for token in part.tokens:
            assert is_spoken(token)
            assert token == token.strip()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("and this is what you have to know about it", "en"),
        ("und das ist nicht das, was ich für euch habe", "de"),
        ("no es lo que yo quería, pero está muy bien para mí", "es"),
        ("ce n'est pas pour vous, mais je le dis avec joie et une idée", "fr"),
        ("これは私の本です", "ja"),
        ("没有人告诉你", "zh"),
        ("никто не скажет", "ru"),
        ("xyzzy plugh", "und"),
        ("12 34", "und"),
    ],
)
def test_the_language_is_told_by_script_and_small_words(text: str, language: str) -> None:
    assert language_of(text.split()) == language
