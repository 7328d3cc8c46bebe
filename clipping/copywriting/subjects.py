"""What a passage is about, told by the words that come back in it: for hashtags."""

from __future__ import annotations

from collections import Counter
from typing import Final

import regex

from clipping.copywriting.wording import sentences

_WORD: Final = regex.compile(r"[\p{L}\p{M}][\p{L}\p{M}'’-]*")
_LEAST_TIMES: Final = 2
"""A word that is said once may be about anything."""
_SHORTEST: Final = 4

_NO_SUBJECT: Final = frozenset(
    """
    about above across actually after again against ahead almost alone along already also although
    always among another anybody anyone anything anyway around asked away back bad because become
    been before began begin behind being believe below best better between beyond big both bring
    brought called came cannot come comes could course day days deal decided did different does done
    down during each early easy eight either else end enough even ever every everybody everyone
    everything exactly fact feel feels felt few fifteen fifty find fine first five forty found four
    from front full gave getting give given gives goes going gone gonna good gotta great guess guys
    half happen happened happens hard have having heard hear hello help here herself high himself
    hold home hour hours house hundred idea important inside instead into itself just keep kept kind
    knew know known knows large last late later least leave left less lets level life like likely
    line little live long longer look looked looking looks lost made make makes making many matter
    maybe mean means might million minute minutes mind moment month months more morning most much
    must myself name near need needed needs never next nice night nine nobody none nothing number
    often okay once only open other others ourselves over part parts people perhaps person piece
    place point pretty probably problem put question quite ran rather ready real really reason
    remember rest right room said same saying says second seconds seem seemed seems seen seven
    several shall short should show side simple since single sixty small some somebody someone
    something sometimes somewhere soon sort speak spend spent stand start started stay still stop
    stuff such suddenly sure take taken takes taking talk talked tell tells thank thanks that their
    theirs them themselves then there these they thing things think thinking third thirty this those
    though thought thousand three through time times today together told tomorrow tonight took
    toward tried true truth trying turn turned twelve twenty twice under understand until upon used
    using usually very wait walk walked want wanted wants watch ways week weeks well went were what
    whatever when where whether which while whoever whole whom whose will wish with within without
    woman wonder word words work worked works world worse worst would wrong yeah year years yes
    yesterday your yours yourself
    wake woke fell slept drove flew grew held laid meant paid rose sang sent shook sold spoke stood
    stole swore taught threw understood wore wrote built bought caught chose cost drew drank fought
    forgot hung read rode sank shot shut slid spread struck swam swept tore
    """.split()
)
"""English words that are in every talk and say nothing of its subject."""


def subjects(passage: str, around: str, *, english: bool, most: int = 3) -> list[str]:
    """Names and words that come back, as hashtags without a sign, the most frequent first.

    Only words of ``passage`` are taken; what is said ``around`` it helps to count, with the passage
    or without. Where the
    language is not English only names are found, because nothing is known of its other words.
    """
    found = _names(passage, around)
    if english:
        found += _returning(passage, around, {word.casefold() for word in found})
    return found[:most]


def is_english(language: str) -> bool:
    """Whether a BCP 47 tag says English."""
    return language.split("-")[0].casefold() in {"en", "eng"}


def _names(passage: str, around: str) -> list[str]:
    """Runs of capitalised words within sentences: of two words, or said more than once."""
    words = _WORD.findall(passage)
    capital = sum(word[0].isupper() for word in words)
    if not words or not 0 < capital < 0.3 * len(words):
        return []  # nothing, or everything, begins with a capital: capitals tell no names
    said = Counter(_WORD.findall(_whole(passage, around)))
    runs: Counter[str] = Counter()
    for sentence in sentences(passage):
        inner = sentence.partition(" ")[2]
        for found in regex.finditer(r"(?<![.!?:“\"] )\b\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)*", inner):
            runs[found[0]] += 1
    telling = [
        run for run in runs if " " in run or (len(run) >= _SHORTEST and said[run] >= _LEAST_TIMES)
    ]
    telling = [run for run in telling if run.casefold() not in _NO_SUBJECT]
    telling.sort(key=lambda run: -said[run.split()[0]])
    return [run.replace(" ", "") for run in telling]


def _whole(passage: str, around: str) -> str:
    return around if passage in around else f"{passage} {around}"


def _returning(passage: str, around: str, known: set[str]) -> list[str]:
    """Nouns, as far as an ending tells, of which some form is said at least twice."""
    heard = Counter(_stem(word) for word in _WORD.findall(_whole(passage, around).casefold()))
    own = dict.fromkeys(_stem(word) for word in _WORD.findall(passage.casefold()))
    telling = [
        stem
        for stem in own
        if heard[stem] >= _LEAST_TIMES and _may_be_a_subject(stem) and stem not in known
    ]
    return sorted(telling, key=lambda stem: -heard[stem])


def _may_be_a_subject(stem: str) -> bool:
    if len(stem) < _SHORTEST or not stem.isascii() or not stem.isalpha():
        return False
    return stem not in _NO_SUBJECT and not stem.endswith(("ly", "ing", "ed"))


def _stem(word: str) -> str:
    word = word.replace("’", "'").removesuffix("'s")
    if word in _NO_SUBJECT:
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("ss", "us", "is", "'s")) or not word.endswith("s"):
        return word
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]
