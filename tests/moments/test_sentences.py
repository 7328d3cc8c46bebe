"""Sentences from words, with and without punctuation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import Word
from clipping.moments.punctuation import asks
from clipping.moments.sentences import MAX_MS, MAX_WORDS, Break, split
from clipping.timing import TimeSpan
from tests.moments.spoken import plain_words, speak


def texts(line: str, stop_ms: int) -> list[str]:
    return [item.text for item in split(speak([line], stop_ms=stop_ms)).items]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            "It works. It really works.", ["It works.", "It really works."], id="full stops"
        ),
        pytest.param("Dr. Smith met Mrs. Jones.", ["Dr. Smith met Mrs. Jones."], id="titles"),
        pytest.param(
            "We used e.g. Python here. Then Rust.",
            ["We used e.g. Python here.", "Then Rust."],
            id="abbreviation in the middle",
        ),
        pytest.param(
            "It cost 3.5 million. Then 4. Then 5.",
            ["It cost 3.5 million.", "Then 4.", "Then 5."],
            id="decimals stay, numbers may end",
        ),
        pytest.param(
            "John F. Kennedy spoke. People listened.",
            ["John F. Kennedy spoke.", "People listened."],
            id="initials",
        ),
        pytest.param(
            "The U.S. Army came. We left.", ["The U.S. Army came.", "We left."], id="acronym"
        ),
        pytest.param(
            "He came at 5 p.m. yesterday. He left.",
            ["He came at 5 p.m. yesterday.", "He left."],
            id="time of day",
        ),
        pytest.param("See No. 5 there.", ["See No. 5 there."], id="number sign"),
        pytest.param("Is it? No. It is not.", ["Is it?", "No.", "It is not."], id="no is a word"),
        pytest.param(
            '"Why me?" he asked. Nobody knew.', ['"Why me?" he asked.', "Nobody knew."], id="quote"
        ),
        pytest.param(
            'He said "stop." We stopped.', ['He said "stop."', "We stopped."], id="closing quote"
        ),
        pytest.param("Well... maybe not. Fine.", ["Well... maybe not.", "Fine."], id="ellipsis"),
        pytest.param("Wait… What? Go!", ["Wait…", "What?", "Go!"], id="ellipsis that ends"),
        pytest.param("今天很好。 我们走吧！", ["今天很好。", "我们走吧！"], id="Chinese"),
        pytest.param("هل تعرف؟ نعم.", ["هل تعرف؟", "نعم."], id="Arabic"),
        pytest.param("क्या हुआ? कुछ नहीं।", ["क्या हुआ?", "कुछ नहीं।"], id="Hindi"),
        pytest.param(
            "hello there. it is me. ok.", ["hello there.", "it is me.", "ok."], id="small"
        ),
        pytest.param("1. Get up. 2. Go.", ["1. Get up.", "2. Go."], id="list numbers"),
    ],
)
def test_punctuation_ends_sentences_only_where_it_means_to(line: str, expected: list[str]) -> None:
    assert texts(line, stop_ms=300) == expected


def test_words_without_punctuation_break_at_pauses() -> None:
    words = plain_words(
        speak(
            [
                "We went to the harbour in the morning.",
                "The boats were already gone by then.",
                "Nobody had told us about the storm.",
            ]
        )
    )
    found = split(words)
    assert not found.punctuated
    assert [item.text for item in found.items] == [
        "we went to the harbour in the morning",
        "the boats were already gone by then",
        "nobody had told us about the storm",
    ]
    assert set(found.breaks) == {Break.PAUSE}


def test_a_pause_after_a_hanging_word_does_not_end_a_sentence() -> None:
    words = list(plain_words(speak(["one two three four five went to", "the harbour again today"])))
    found = split(words)
    assert len(found.items) == 1


def test_without_pauses_sentences_break_before_discourse_markers() -> None:
    line = (
        "the river rose all night and the bridge was closed by the men from the town "
        "so we waited on the hill until morning came and the water fell again "
        "but nobody had slept for a minute of that long night on the hill"
    )
    words = plain_words(speak([line], word_gap_ms=0))
    starts = [item.text.split()[0] for item in split(words).items]
    assert starts[0] == "the"
    assert len(starts) > 1
    assert set(starts[1:]) <= {"so", "but", "and"}


def test_a_change_of_speaker_ends_a_sentence() -> None:
    words = speak(["and what did you", "I went home"], speakers=["A", "B"])
    found = split(words)
    assert [item.text for item in found.items] == ["and what did you", "I went home"]
    assert found.breaks[0] is Break.SPEAKER


def test_a_long_sentence_with_punctuation_is_cut_and_marked_unfinished() -> None:
    line = " ".join(["word"] * 60) + "."
    found = split(speak(["One.", line, "Two."]))
    assert found.punctuated
    assert Break.LENGTH in found.breaks
    assert found.breaks[-1] is Break.MARK


@pytest.mark.parametrize(
    "event", ["[Music]", "[MUSIC PLAYING]", "(applause)", "♪", "*laughs*", "[Applause]"]
)
def test_names_of_sounds_belong_to_no_sentence(event: str) -> None:
    words = speak([f"We are here {event} and we stay."])
    found = split(words)
    spoken = " ".join(item.text for item in found.items)
    assert spoken == "We are here and we stay."
    assert sum(found.events) == len(event.split())


def test_a_bleeped_word_and_a_plain_bracket_are_speech() -> None:
    words = speak(["What the [__] is (more or less) that?"])
    assert not any(split(words).events)


@pytest.mark.parametrize(
    ("text", "asked"),
    [("Why?", True), ('"Why?"', True), ("لماذا؟", True), ("为什么？", True), ("Why.", False)],
)
def test_questions_are_seen_in_every_script(text: str, asked: bool) -> None:
    assert asks(text) is asked


def test_no_words_make_no_sentences() -> None:
    assert split([]).items == ()


tokens = st.sampled_from(
    [
        "so",
        "but",
        "the",
        "and",
        "house",
        "River",
        "Dr.",
        "3.5",
        "end.",
        "why?",
        "well,",
        "...",
        "—",
        "uh",
        "[Music]",
        "今天。",
        "نعم؟",
        "a",
        "I",
        "really",
        "think",
        "[",
        "♪",
        '"stop."',
    ]
)


@st.composite
def spoken_words(draw: st.DrawFn) -> list[Word]:
    rows = draw(
        st.lists(
            st.tuples(
                tokens,
                st.integers(40, 2_500),
                st.one_of(st.just(0), st.integers(0, 400), st.integers(0, 6_000)),
                st.sampled_from([None, None, "A", "B"]),
            ),
            max_size=120,
        )
    )
    now, words = draw(st.integers(0, 3_000)), []
    for text, lasts, gap, speaker in rows:
        span = TimeSpan(start_ms=now, end_ms=now + lasts)
        words.append(Word(text=text, span=span, speaker=speaker))
        now += lasts + gap
    return words


@settings(max_examples=60)
@given(spoken_words())
def test_every_spoken_word_lies_in_exactly_one_bounded_sentence(words: list[Word]) -> None:
    found = split(words)
    covered = [at for item in found.items for at in range(item.first, item.last)]
    assert covered == [at for at, event in enumerate(found.events) if not event]
    assert len(found.breaks) == len(found.items)
    for index, item in enumerate(found.items):
        assert item.index == index
        assert item.span.start_ms == words[item.first].span.start_ms
        assert item.span.end_ms == words[item.last - 1].span.end_ms
        assert item.last - item.first <= MAX_WORDS
        assert item.span.duration_ms <= MAX_MS or item.last - item.first == 1
    assert split(words) == found
