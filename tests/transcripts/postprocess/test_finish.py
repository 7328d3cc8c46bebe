"""All steps together, on what two chunks heard."""

from __future__ import annotations

from clipping.models import GlossaryTerm, HeardChunk, HeardWord
from clipping.timing import TimeSpan
from clipping.transcripts.chunks import Chunk
from clipping.transcripts.postprocess import finish
from tests.transcripts.postprocess.words import activity

FIRST = Chunk(TimeSpan(start_ms=0, end_ms=10_000), TimeSpan(start_ms=0, end_ms=12_000))
SECOND = Chunk(TimeSpan(start_ms=10_000, end_ms=30_000), TimeSpan(start_ms=8_000, end_ms=30_000))


def heard(language: str, text: str, start_ms: int, speaker: str | None = None) -> HeardChunk:
    words = text.split()
    return HeardChunk(
        language=language,
        words=tuple(
            HeardWord(
                text=word,
                start_ms=None if word.isdigit() else start_ms + 400 * n,
                end_ms=None if word.isdigit() else start_ms + 400 * n + 300,
                speaker=speaker,
                confidence=0.9,
            )
            for n, word in enumerate(words)
        ),
    )


def test_words_of_all_chunks_become_one_lawful_text_with_notes() -> None:
    first = heard("en", "we paid 500 dollars to and tropic that day", 7_900, "B")
    again = heard("en", "dollars to and tropic that day " + "thank you " * 8, 9_100, "A")
    ghost = HeardWord(text="Subscribe!", start_ms=28_000, end_ms=28_400, confidence=0.1)
    second = again.model_copy(update={"words": (*again.words, ghost), "notes": ("A note.",)})
    finished = finish(
        [(FIRST, first), (SECOND, second)],
        activity(30, (7, 20)),
        30_000,
        [GlossaryTerm(text="Anthropic", sounds_like=("and tropic",))],
    )
    assert " ".join(word.text for word in finished.words) == (
        "we paid 500 dollars to Anthropic that day thank you"
    )
    assert {word.speaker for word in finished.words} == {"Speaker 1"}
    assert [word.text for word in finished.words if word.interpolated] == ["500"]
    assert finished.language == "en"
    notes = " ".join(finished.notes)
    for part in ("A note.", "caught in a loop", "nobody speaks", "1 of 10 words", "one place"):
        assert part in notes


def test_the_language_is_that_of_most_words() -> None:
    parts = [
        (FIRST, heard("fr", "oui", 1_000)),
        (SECOND, heard("de", "ja genau so ist das", 12_000)),
    ]
    assert finish(parts, activity(30, (0, 30)), 30_000).language == "de"


def test_an_unknown_language_is_told_by_the_words() -> None:
    parts = [(FIRST, heard("und", "the cat and the dog are in the house with you", 1_000))]
    assert finish(parts, activity(30, (0, 30)), 30_000).language == "en"


def test_nothing_heard_is_no_word() -> None:
    assert finish([(FIRST, heard("en", "", 0))], activity(30), 30_000).words == ()
