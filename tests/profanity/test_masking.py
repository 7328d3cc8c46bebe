"""What viewers read and hear in place of a profanity."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import Word
from clipping.profanity import find, mask, mute_spans
from clipping.timing import TimeSpan
from tests.profanity.test_find import words


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param("fuck", "f***", id="one word"),
        pytest.param("Fuck!", "F***!", id="punctuation after"),
        pytest.param("“Shit,” he said", "“S***,” he said", id="quotes"),
        pytest.param("well, shit. Fucking hell", "well, s***. F****** hell", id="several"),
        pytest.param("$hit", "$***", id="leetspeak"),
        pytest.param("a$$hole", "a******", id="signs within"),
        pytest.param("f u c k off", "f * * * off", id="spelled"),
        pytest.param("F.U.C.K.", "F.*.*.*.", id="dotted"),
        pytest.param("mother fucker", "m***** f*****", id="in two words"),
        pytest.param("ass hole", "a** ****", id="in two words, neither profane"),
        pytest.param("abso-fucking-lutely", "abso-f******-lutely", id="infix"),
        pytest.param("bitch's", "b****'s", id="possessive"),
        pytest.param("fuckin'", "f*****'", id="dropped g"),
        pytest.param("motherfucker", "m***********", id="compound"),
        pytest.param("f*ck f***ing s**t", "f*** f****** s***", id="masked in part"),
        pytest.param("f***, s***", "f***, s***", id="masked already"),
        pytest.param("ｆｕｃｋ 🄵🅄🄲🄺", "ｆ*** 🄵***", id="other forms of letters"),
        pytest.param("sh¡t", "s***", id="a sign that looks like a letter"),
        pytest.param("f\u200bu\u0301ck", "f***", id="invisible characters"),
        pytest.param("[__] [bleep] #@%!", "[__] [bleep] #@%!", id="blanks"),
        pytest.param("oh\n fuck\t no", "oh\n f***\t no", id="white space"),
        pytest.param("fuckのような", "f***のような", id="another script beside it"),
        pytest.param("Scunthorpe, a classy place", "Scunthorpe, a classy place", id="clean"),
        pytest.param("", "", id="empty"),
    ],
)
def test_only_the_first_letter_of_a_profanity_can_be_read(text: str, masked: str) -> None:
    assert mask(text) == masked


texts = st.lists(words, max_size=8).map(" ".join)


@settings(max_examples=150)
@given(texts)
def test_masking_twice_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@settings(max_examples=150)
@given(texts)
def test_nothing_that_is_found_in_masked_text_can_be_read(text: str) -> None:
    masked = mask(text).split()
    for hit in find(masked):
        shown = " ".join(masked[hit.first : hit.last])
        assert mask(shown) == shown


@settings(max_examples=100)
@given(texts)
def test_masking_changes_a_text_only_where_there_is_a_hit(text: str) -> None:
    if not find(text.split()):
        assert mask(text) == text


def _said(*rows: tuple[str, int, int]) -> list[Word]:
    return [Word(text=text, span=TimeSpan(start_ms=a, end_ms=b)) for text, a, b in rows]


@pytest.mark.parametrize(
    ("spoken", "spans"),
    [
        pytest.param([("oh", 0, 500), ("man", 600, 900)], [], id="clean"),
        pytest.param([("oh", 0, 500), ("shit", 1000, 1300)], [(950, 1350)], id="margin"),
        pytest.param([("shit", 20, 300)], [(0, 350)], id="never before the beginning"),
        pytest.param(
            [("oh", 0, 980), ("shit", 1000, 1300), ("no", 1310, 1500)],
            [(980, 1310)],
            id="neighbours stay whole",
        ),
        pytest.param(
            [("oh", 0, 1000), ("shit", 1000, 1300), ("no", 1300, 1500)],
            [(1000, 1300)],
            id="neighbours that touch",
        ),
        pytest.param(
            [("fucking", 1000, 1300), ("shit", 1380, 1600)], [(950, 1650)], id="merged over a gap"
        ),
        pytest.param(
            [("fuck", 1000, 1300), ("shit", 1500, 1600)],
            [(950, 1350), (1450, 1650)],
            id="apart",
        ),
        pytest.param(
            [("f", 0, 100), ("u", 300, 400), ("c", 600, 700), ("k", 900, 1000)],
            [(0, 1050)],
            id="spelled words with their pauses",
        ),
        pytest.param([("f***", 1000, 1300)], [(950, 1350)], id="masked by the captioner"),
        pytest.param([("[__]", 1000, 1300)], [(950, 1350)], id="left blank by the captioner"),
    ],
)
def test_sound_is_muted_where_a_profanity_is_said(
    spoken: list[tuple[str, int, int]], spans: list[tuple[int, int]]
) -> None:
    assert [(span.start_ms, span.end_ms) for span in mute_spans(_said(*spoken))] == spans


def test_the_margin_can_be_chosen() -> None:
    (span,) = mute_spans(_said(("shit", 1000, 1300)), margin_ms=0)
    assert (span.start_ms, span.end_ms) == (1000, 1300)


@st.composite
def talks(draw: st.DrawFn) -> list[Word]:
    now, spoken = draw(st.integers(0, 200)), []
    for text in draw(st.lists(words, max_size=12)):
        length = draw(st.integers(1, 400))
        spoken.append(Word(text=text, span=TimeSpan(start_ms=now, end_ms=now + length)))
        now += length + draw(st.sampled_from([0, 0, 1, 40, 90, 300]))
    return spoken


@settings(max_examples=120)
@given(talks(), st.integers(0, 300))
def test_every_hit_is_silent_and_every_other_word_is_heard(
    talk: list[Word], margin_ms: int
) -> None:
    spans = mute_spans(talk, margin_ms)
    assert all(a.end_ms < b.start_ms for a, b in pairwise(spans))
    muted = {
        index for hit in find([word.text for word in talk]) for index in range(hit.first, hit.last)
    }
    for index, word in enumerate(talk):
        silent = sum(word.span.overlap_ms(span) for span in spans)
        assert silent == (word.span.duration_ms if index in muted else 0)
