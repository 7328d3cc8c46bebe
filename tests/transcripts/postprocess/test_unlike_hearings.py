"""What two chunks hear in other words, and marks that are no words."""

from __future__ import annotations

import pytest

from clipping.models import GlossaryTerm
from clipping.transcripts.postprocess.glossary import Glossary
from clipping.transcripts.postprocess.seams import joined
from clipping.transcripts.word_times import TimedWord
from tests.transcripts.postprocess.words import said, texts

SEAM = 60_000


@pytest.mark.parametrize("apart_ms", [0, 40, 100])
def test_a_word_that_each_chunk_hears_otherwise_on_the_other_ones_side_is_kept_once(
    apart_ms: int,
) -> None:
    late = TimedWord("hello", SEAM - 250 + apart_ms, SEAM + 260 + apart_ms)
    early = TimedWord("yellow", SEAM - 260 - apart_ms, SEAM + 250 - apart_ms)
    left, right = joined([late], [early], SEAM)
    assert texts([*left, *right]) == "hello"


@pytest.mark.parametrize("text", ["- nick said so", "so \u2014 nick said", "a kit & fig ma"])
def test_a_mark_that_stands_alone_makes_no_term_of_a_common_word(text: str) -> None:
    glossary = Glossary((GlossaryTerm(text="Nike"),))
    assert texts(glossary.corrected(said(text), english=True)[0]) == text
