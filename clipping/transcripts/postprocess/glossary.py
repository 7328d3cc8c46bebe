"""A client's names, brands and slang, put right where an engine misheard them.

What the client lists as a mishearing is replaced wherever it stands. Without such a list a word
is taken for a term only when it sounds like it and is no word of English: "Antropic" becomes
"Anthropic", but nobody's "cloud" becomes "Claude".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from clipping.models import GlossaryTerm
from clipping.timing import TimeSpan
from clipping.transcripts.postprocess.seams import spoken_key
from clipping.transcripts.postprocess.sounding import distance, is_common, sound_key
from clipping.transcripts.word_times import TimedWord, weight

_MOST_WORDS = 5
_LEAST_LETTERS = 4
_PAUSE_MS = 1_500
"""Words of one term are not this far apart."""
_EDGES = re.compile(r"^(\W*)(.*?)((?:['\u2019]s)?\W*)$", re.DOTALL)


@dataclass(frozen=True)
class Glossary:
    """Terms, ready to be looked for."""

    terms: tuple[GlossaryTerm, ...]

    @cached_property
    def _told(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Mishearings that the client lists, and the terms in small letters, to their words."""
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        for term in self.terms:
            words = tuple(term.text.split())
            for text in (*term.sounds_like, term.text):
                key = _keys(text.split())
                if all(key) and 0 < len(key) <= _MOST_WORDS:
                    known.setdefault(key, words)
        return known

    def corrected(
        self, words: Sequence[TimedWord], *, english: bool
    ) -> tuple[list[TimedWord], int]:
        """The words with terms as the client writes them, and how many places were changed.

        Outer times stay as they are. Several words that become one have the times of all of
        them; one that becomes several is divided between them.

        :param english: Whether what sounds alike may be corrected too; it is known only of
            English which words are words.
        """
        keys = _keys([word.text for word in words])
        found: list[TimedWord] = []
        changed = at = 0
        while at < len(words):
            size, text = self._term_at(keys, words, at, english=english)
            heard = words[at : at + size]
            written = list(heard) if text is None else _written(text, heard)
            changed += [w.text for w in written] != [w.text for w in heard]
            found += written
            at += size
        return found, changed

    def _term_at(
        self, keys: Sequence[str], words: Sequence[TimedWord], at: int, *, english: bool
    ) -> tuple[int, tuple[str, ...] | None]:
        """How many words make up the term that begins here, and its words; (1, None) for none."""
        for size in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            if not _are_together(words[at : at + size]):
                continue
            heard = tuple(keys[at : at + size])
            told = self._told.get(heard)
            if told is not None and not self._is_plain(heard, told):
                return size, told
            alike = self._alike(heard) if english else None
            if alike is not None:
                return size, alike
        return 1, None

    def _is_plain(self, heard: tuple[str, ...], told: tuple[str, ...]) -> bool:
        """A common word that a term is spelt like: an apple is not always Apple."""
        return heard == _keys(told) and len(heard) == 1 and is_common(heard[0])

    def _alike(self, heard: tuple[str, ...]) -> tuple[str, ...] | None:
        """The term that these words sound like, when at least one of them is no word."""
        # A dash that stands alone is no mishearing of anything.
        if not all(heard) or all(is_common(word) for word in heard):
            return None
        for words, wanted in self._of_length.get(len(heard), ()):
            if all(map(_is_alike, heard, wanted)):
                return words
        return self._joined.get((len(heard) == 1, sound_key("".join(heard))))

    @cached_property
    def _of_length(self) -> dict[int, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
        """The words of all terms, as written and as compared, by how many they are."""
        found: dict[int, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for term in self.terms:
            words = tuple(term.text.split())
            found.setdefault(len(words), []).append((words, _keys(words)))
        return found

    @cached_property
    def _joined(self) -> dict[tuple[bool, str], tuple[str, ...]]:
        """Terms by how they sound when written together: of several words, heard as one, or else
        of one word, heard as several."""
        found: dict[tuple[bool, str], tuple[str, ...]] = {}
        for length, terms in self._of_length.items():
            for words, wanted in terms:
                if len("".join(wanted)) >= _LEAST_LETTERS:
                    found.setdefault((length > 1, sound_key("".join(wanted))), words)
        return found


def _keys(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(spoken_key(_split(word)[1]) for word in words)


def _split(text: str) -> tuple[str, str, str]:
    """What stands before a word, the word, and what stands after it, an English 's included."""
    found = _EDGES.match(text)
    return (found[1], found[2], found[3]) if found else ("", text, "")


def _are_together(words: Sequence[TimedWord]) -> bool:
    """Without a pause, and said by one voice."""
    return all(
        following.start_ms - word.end_ms < _PAUSE_MS and following.speaker == word.speaker
        for word, following in pairwise(words)
    )


def _is_alike(heard: str, wanted: str) -> bool:
    """Whether one word may be a mishearing of the other; a word of English is none."""
    if heard == wanted:
        return True
    if is_common(heard) or min(len(heard), len(wanted)) < _LEAST_LETTERS:
        return False
    one, other = sound_key(heard), sound_key(wanted)
    if not one or not other or one[0] != other[0]:
        return False
    longest = max(len(one), len(other))
    allowed = 0 if longest < 6 else 1 if longest < 10 else 2
    return distance(one, other, allowed) <= allowed


def _written(text: tuple[str, ...], heard: Sequence[TimedWord]) -> list[TimedWord]:
    """The term's words with the marks around the heard ones, and their times."""
    before, after = _split(heard[0].text)[0], _split(heard[-1].text)[2]
    parts = list(text)
    parts[0] = before + parts[0]
    parts[-1] += after
    if len(parts) == len(heard):
        return [replace(word, text=part) for word, part in zip(heard, parts, strict=True)]
    sure = [word.confidence for word in heard if word.confidence is not None]
    whole = replace(
        heard[0],
        text=" ".join(parts),
        end_ms=max(word.end_ms for word in heard),
        confidence=min(sure) if sure else None,
    )
    return _divided(whole, parts)


def _divided(whole: TimedWord, parts: Sequence[str]) -> list[TimedWord]:
    if len(parts) == 1:
        return [whole]
    span = TimeSpan(start_ms=whole.start_ms, end_ms=max(whole.end_ms, whole.start_ms + 1))
    total, said = sum(map(weight, parts)), 0.0
    found = []
    for part in parts:
        start = span.start_ms + int(span.duration_ms * said / total)
        said += weight(part)
        end = span.start_ms + int(span.duration_ms * said / total)
        found.append(replace(whole, text=part, start_ms=start, end_ms=end, interpolated=True))
    return found
