from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.transcripts.pronunciation import from_ipa, pronunciations
from clipping.transcripts.spoken import MOST_READINGS, readings


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("Hello,", "hello"),
        ("“Hello”", "hello"),
        ("don’t", "don't"),
        ("STOP!", "stop"),
        ("well-known", "well known"),
        ("and/or", "and or"),
        ("&", "and"),
        ("$40,000", "forty thousand dollars"),
        ("$40,000", "forty thousand"),
        ("$1", "one dollar"),
        ("$1.50", "one dollar fifty"),
        ("$1.2M", "one point two million dollars"),
        ("£3bn", "three billion pounds"),
        ("1999", "nineteen ninety nine"),
        ("1999", "one thousand nine hundred and ninety nine"),
        ("2009", "two thousand nine"),
        ("2009", "twenty oh nine"),
        ("2024,", "twenty twenty four"),
        ("1,234,567", "one million two hundred thirty four thousand five hundred sixty seven"),
        ("105", "one hundred and five"),
        ("100", "a hundred"),
        ("747", "seven forty seven"),
        ("911", "nine one one"),
        ("007", "oh oh seven"),
        ("3.5%", "three point five percent"),
        ("0.5", "point five"),
        ("21st", "twenty first"),
        ("30th", "thirtieth"),
        ("1990s", "nineteen nineties"),
        ("'90s", "nineties"),
        ("10:30", "ten thirty"),
        ("10:05", "ten oh five"),
        ("9:00", "nine o'clock"),
        ("7pm", "seven p. m."),
        ("10-20", "ten to twenty"),
        ("$10-$20", "ten dollars to twenty dollars"),
        ("1/2", "a half"),
        ("½", "one half"),
        ("24/7", "twenty four seven"),
        ("#1", "number one"),
        ("10x", "ten times"),
        ("4K", "four k."),
        ("B2B", "b two b"),
        ("GPT-4", "g. p. t. four"),
        ("ChatGPT", "chat g. p. t."),
        ("NASA", "nasa"),
        ("NASA", "n. a. s. a."),
        ("CEO's", "c. e. o.'s"),
        ("U.S.", "u. s."),
        ("R&D", "r. and d."),
        ("Dr.", "doctor"),
        ("St.", "street"),
        ("e.g.", "for example"),
        ("example.com", "example dot com"),
        ("１２", "twelve"),
    ],
)
def test_a_written_token_can_be_said_so(token: str, said: str) -> None:
    assert said in [" ".join(reading) for reading in readings(token)]


def test_the_million_after_a_price_carries_the_currency() -> None:
    assert readings("million", after_currency=True)[0] == ("million", "dollars")
    assert readings("million") == (("million",),)


@pytest.mark.parametrize("token", ["—", "...", "♪", "?!", "", "  ", "\u200b"])
def test_signs_alone_are_not_said(token: str) -> None:
    assert readings(token) == ()


@given(st.text(max_size=40))
def test_any_text_gives_a_bounded_number_of_plain_readings(token: str) -> None:
    found = readings(token)
    assert len(found) <= MOST_READINGS
    for reading in found:
        assert reading
        assert all(word and word == word.lower() and " " not in word for word in reading)


@given(
    st.from_regex(r"[$€£]?[0-9]{1,20}([.,:/-][0-9]{1,6}){0,2}(st|th|s|%|k|m|pm)?", fullmatch=True)
)
def test_figures_of_any_shape_are_said_in_letters(token: str) -> None:
    found = readings(token)
    assert found
    assert not any(mark.isdigit() for reading in found for word in reading for mark in word)


# --- pronunciation ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("hello", "HH AH L OW"),
        ("ask", "AE S K"),
        ("ask", "AA S K"),
        ("b.", "B IY"),
        ("smith's", "S M IH TH S"),
        ("o'clock", "AH K L AA K"),
        ("skibidi", "S K IH B IH D IY"),
        ("kubernetes", "K UW B ER N EH D IY Z"),
        ("müller", "M UW L ER"),
    ],
)
def test_a_word_is_pronounced_from_the_dictionary_or_by_rule(word: str, sounds: str) -> None:
    assert tuple(sounds.split()) in pronunciations(word)


@pytest.mark.parametrize("word", ["北京", "москва", "", "1", "x" * 200])
def test_what_is_no_word_in_latin_letters_has_no_pronunciation(word: str) -> None:
    assert pronunciations(word) == ()


def test_ipa_signs_without_a_sound_are_passed_over() -> None:
    assert from_ipa("h_ə_l_ˈoʊ ʘ") == ("HH", "AH", "L", "OW")
