from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.models import GlossaryTerm
from clipping.transcripts.postprocess.glossary import Glossary
from clipping.transcripts.postprocess.sounding import distance, is_common, sound_key
from tests.transcripts.postprocess.words import said, texts

GLOSSARY = Glossary(
    (
        GlossaryTerm(text="Anthropic", sounds_like=("and tropic", "and throw pick")),
        GlossaryTerm(text="Claude Code", sounds_like=("cloud code", "clod code")),
        GlossaryTerm(text="Kubernetes"),
        GlossaryTerm(text="Vercel"),
        GlossaryTerm(text="Vercel Ship"),
        GlossaryTerm(text="Sea World"),
        GlossaryTerm(text="rizz", sounds_like=("riz",)),
        GlossaryTerm(text="OpenAI", sounds_like=("open ai",)),
        GlossaryTerm(text="Apple"),
        GlossaryTerm(text="ChatGPT"),
        GlossaryTerm(text="Zoë Müller", sounds_like=("Zoey Mueller",)),
    )
)


def corrected(text: str, english: bool = True) -> str:
    return texts(GLOSSARY.corrected(said(text), english=english)[0])


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("I work at and tropic, you know.", "I work at Anthropic, you know."),
        ("And throw pick is here", "Anthropic is here"),
        ("we use cloud code every day", "we use Claude Code every day"),
        ("Cubernetes is hard", "Kubernetes is hard"),
        ("deploy it on Versell.", "deploy it on Vercel."),
        ("anthropick's model", "Anthropic's model"),
        ("we met at Versel ship last year", "we met at Vercel Ship last year"),
        ("he has riz", "he has rizz"),
        ('"open AI" did', '"OpenAI" did'),
        ("ask chatgpt first", "ask ChatGPT first"),
        ("kuber netes clusters", "Kubernetes clusters"),
        ("zoey mueller lacht", "Zoë Müller lacht"),
        ("antropic", "Anthropic"),
    ],
)
def test_a_misheard_term_is_put_right(heard: str, written: str) -> None:
    assert corrected(heard) == written


@pytest.mark.parametrize(
    "text",
    [
        "the cloud is in the sky and the code is mine",
        "an apple a day keeps the doctor away",
        "I was entropic and tropical yesterday",
        "vessel vertical parcel several",
        "the same old man came along",
        "open a door, open another one",
        "risk rice rise ribs",
        "a chat is nice",
        "we see world leaders",
        "and trophies are nice",
    ],
)
def test_common_words_are_never_corrected(text: str) -> None:
    assert corrected(text) == text


def test_words_that_sound_alike_are_corrected_in_english_only() -> None:
    assert corrected("Cubernetes ist schwer", english=False) == "Cubernetes ist schwer"
    assert corrected("and tropic ist neu", english=False) == "Anthropic ist neu"


def test_times_do_not_move() -> None:
    words = said("we love Cubernetes here")
    found, changed = GLOSSARY.corrected(words, english=True)
    assert changed == 1
    assert [(w.start_ms, w.end_ms) for w in found] == [(w.start_ms, w.end_ms) for w in words]


def test_words_that_become_one_have_the_times_of_all_of_them() -> None:
    words = said("at and throw pick now", confidence=0.8)
    found, _ = GLOSSARY.corrected(words, english=True)
    assert texts(found) == "at Anthropic now"
    assert (found[1].start_ms, found[1].end_ms) == (words[1].start_ms, words[3].end_ms)
    assert not found[1].interpolated
    assert found[2] == words[-1]


def test_a_word_that_becomes_two_is_divided_between_them() -> None:
    glossary = Glossary((GlossaryTerm(text="Claude Code", sounds_like=("claudecode",)),))
    words = said("use claudecode. now")
    found, _ = glossary.corrected(words, english=True)
    assert texts(found) == "use Claude Code. now"
    assert found[1].start_ms == words[1].start_ms
    assert found[1].end_ms == found[2].start_ms
    assert found[2].end_ms == words[1].end_ms
    assert found[1].interpolated


def test_words_apart_or_of_two_people_are_no_term() -> None:
    apart = said("cloud", 0) + said("code", 5_000)
    assert texts(GLOSSARY.corrected(apart, english=True)[0]) == "cloud code"
    two = said("cloud", 0, speaker="A") + said("code", 300, speaker="B")
    assert texts(GLOSSARY.corrected(two, english=True)[0]) == "cloud code"


def test_what_is_right_already_is_no_change() -> None:
    words = said("Claude Code by Anthropic runs on Kubernetes.")
    assert GLOSSARY.corrected(words, english=True) == (words, 0)


def test_an_empty_glossary_changes_nothing() -> None:
    words = said("and tropic")
    assert Glossary(()).corrected(words, english=True) == (words, 0)


@settings(max_examples=100)
@given(st.lists(st.sampled_from("and throw pick cloud code versel ship open ai it".split())))
def test_outer_times_stay_whatever_is_merged(tokens: list[str]) -> None:
    words = said(" ".join(tokens))
    found, _ = GLOSSARY.corrected(words, english=True)
    assert bool(found) == bool(words)
    if words:
        assert found[0].start_ms == words[0].start_ms
        assert found[-1].end_ms == words[-1].end_ms
    for before, after in pairwise(found):
        assert before.end_ms <= after.start_ms


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("vercel", "versell", 0), ("kubernetes", "cubernetes", 0), ("phone", "fone", 0)],
)
def test_words_that_sound_alike_have_one_key(one: str, other: str, apart: int) -> None:
    assert distance(sound_key(one), sound_key(other), 3) == apart


def test_distance_counts_letters_and_gives_up_early() -> None:
    assert distance("altman", "altmann", 2) == 1
    assert distance("form", "from", 2) == 1
    assert distance("abc", "xyz", 1) == 2
    assert distance("a", "abcdef", 2) == 3


def test_common_words_are_those_of_the_dictionary() -> None:
    assert is_common("apple")
    assert is_common("apples")
    assert is_common("42")
    assert not is_common("cubernetes")
