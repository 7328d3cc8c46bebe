"""Where profanity stands in a text, by the rules of the data file.

Each way of disguise has a search of its own, so that none can reach across ordinary neighbours:
only single letters and the listed phrases are ever joined over a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter

from clipping.profanity.lexicon import ENDINGS, PLURALS, fits, lexicon
from clipping.profanity.lookalikes import read

_LEET = {
    "a": "a@4",
    "b": "b8",
    "e": "e3",
    "g": "g9",
    "i": "i1!|",
    "l": "l1|",
    "o": "o0",
    "s": "s$5",
    "t": "t7+",
    "u": "uv",
}
_STARS = "*#_%&"
_SYMBOLS = "a-z0-9@$!|+"
_SEPARATOR = r"(?:\s+|[^\w\s'@$!|+*]{1,2}\s*|_)"

_SPELLED = re.compile(rf"(?<![\w'@$])[{_SYMBOLS}](?:{_SEPARATOR}[{_SYMBOLS}](?![\w'@$])){{2,}}")
_SPLIT = re.compile(r"(?<![\w'])[a-z@$!]+(?:[-._][a-z@$!]+)+(?!\w)")
_DIVIDER = re.compile(r"[-._]")
_STARRED = re.compile(
    rf"(?<![{_SYMBOLS}])[a-z@$][{_SYMBOLS}]*[{_STARS}][{_SYMBOLS}{_STARS}]*(?<![!|+])"
)
_DASHED = re.compile(r"(?<![\w'])[a-z]{1,2}(?:-{2,}|[–—]+|\.{2,})[a-z]{1,5}(?![\w'])")
_HIDDEN = re.compile(rf"([{_STARS}]+|-{{2,}}|[–—]+|\.{{2,}})")
_BLANK = re.compile(
    r"\[\s*_+\s*\]|(?<!\w)__(?!\w)|(?<![\w*])\*{4,}(?![\w*])"
    r"|[\[(](?:bleep(?:ed|s)?|beep(?:ed|s)?|censored|expletive(?: deleted)?|profanity)[\])]"
)
_GRAWLIX = re.compile(r"(?<![\w@#$%&*!])[@#$%&*!]{4,}(?![\w@#$%&*!])")
_MOST_LETTERS_BEYOND_STARS = 2
_SHORTEST_SPELLED = 4

Span = tuple[int, int]


def written_spans(text: str) -> list[Span]:
    """Profanities that stand in ``text``, as index pairs in order; they may lie in each other."""
    reading = read(text)
    allowed = [match.span() for match in _allowed().finditer(reading.text)]
    found = {
        span
        for search in (_whole_words, _holding_words, _phrases_and_splits, _spelled, _starred)
        for span in search(reading.text)
        if not any(first <= span[0] and span[1] <= last for first, last in allowed)
    }
    return sorted((reading.origin[first], reading.origin[last - 1] + 1) for first, last in found)


def blank_spans(text: str) -> list[Span]:
    """Signs that stand for a profanity and tell nothing of it: ``[__]``, ``[bleep]``, ``#@%!``."""
    blanks = [match.span() for match in _BLANK.finditer(text.lower())]
    symbols = [match.span() for match in _GRAWLIX.finditer(text) if len(set(match[0]) - {"!"}) >= 3]
    return sorted(blanks + symbols)


def _whole_words(seen: str) -> Iterator[Span]:
    for match in _words().finditer(seen):
        if _has_letter(match[0]):
            yield match.span()


def _holding_words(seen: str) -> Iterator[Span]:
    """Words anywhere within which a strong profanity stands, from their first to last letter."""
    last = 0
    for match in _within().finditer(seen):
        if match.start() < last:
            continue
        first, last = match.span()
        while first > 0 and _is_word_letter(seen[first - 1]):
            first -= 1
        while last < len(seen) and _is_word_letter(seen[last]):
            last += 1
        yield first, last


def _phrases_and_splits(seen: str) -> Iterator[Span]:
    for match in _phrases().finditer(seen):
        yield match.span()
    for match in _SPLIT.finditer(seen):
        if _within().search(match[0]) or _words().search(match[0]):
            # "abso-fucking-lutely": found already, and the rest of it may be read.
            continue
        if _joined().fullmatch(_DIVIDER.sub("", match[0])) and _has_letter(match[0]):
            yield match.span()


def _spelled(seen: str) -> Iterator[Span]:
    """Single letters in a row that spell a word; other letters may stand before and after."""
    for run in _SPELLED.finditer(seen):
        places = [at for at in range(*run.span()) if seen[at].isalnum() or seen[at] in "@$!|+"]
        for match in _letters().finditer("".join(seen[place] for place in places)):
            if _has_letter(match[0]):
                yield places[match.start()], places[match.end() - 1] + 1


def _starred(seen: str) -> Iterator[Span]:
    for pattern in (_STARRED, _DASHED):
        for match in pattern.finditer(seen):
            if _has_letter(match[0]) and _fits_the_list(match[0]):
                yield match.span()


@lru_cache(maxsize=4096)
def _fits_the_list(piece: str) -> bool:
    """Whether the letters that somebody left standing fit a word of the list."""
    parts = _HIDDEN.split(piece)
    known, hidden = parts[0::2], parts[1::2]
    if not known[-1] and len(hidden) == 1 and len(hidden[0]) == 1:
        # A single sign at the end is a footnote or emphasis.
        return False
    if sum(map(len, known)) == 1 and not re.fullmatch(r".\*{3,}", piece):
        # "C##", "B---" and the footnote "N/A**" hide no letters.
        return False
    pattern = "".join(map(_reading_of, known[0]))
    for signs, letters in zip(hidden, known[1:], strict=True):
        pattern += _hidden_letters(signs) + "".join(map(_reading_of, letters))
    fits_it = re.compile(pattern).fullmatch
    return any(fits_it(word) for word in _by_initial().get(_plain(piece[0]), ()))


def _hidden_letters(signs: str) -> str:
    if signs[0] in "–—":
        return "[a-z]{2,5}"
    if len(signs) == 1:
        return "[a-z]?"
    return f"[a-z]{{{len(signs) - 1},{len(signs) + _MOST_LETTERS_BEYOND_STARS}}}"


def _reading_of(symbol: str) -> str:
    letters = "".join(letter for letter, looks in _LEET.items() if symbol in looks)
    return f"[{letters}{re.escape(symbol)}]"


def _plain(symbol: str) -> str:
    return next((letter for letter, looks in _LEET.items() if symbol in looks), symbol)


@cache
def _by_initial() -> dict[str, tuple[str, ...]]:
    words = sorted(lexicon().spellings())
    return {initial: tuple(group) for initial, group in groupby(words, key=itemgetter(0))}


def _has_letter(text: str) -> bool:
    """Whether it is a word at all: numbers alone are never read as letters."""
    return any("a" <= character <= "z" for character in text)


def _is_word_letter(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "@$")


def _leet(word: str, *, drawn: bool) -> str:
    """Expression for a word in leetspeak; ``drawn`` lets every letter be repeated."""
    parts = []
    for letter, group in groupby(word):
        looks = _LEET.get(letter, letter)
        count = len(list(group))
        # The first one alone, so that the search can skip other initials at once.
        parts.append(f"[{looks}]" * count + (f"[{looks}]*" if drawn else ""))
    if word.endswith("i"):
        # What follows the last letter is an exclamation mark.
        parts[-1] = parts[-1].replace("!|", "")
    return "".join(parts)


def _any_of(expressions: Iterable[str]) -> str:
    return f"(?:{'|'.join(expressions)})"


def _inflected() -> str:
    """Stems with all that may stand before and after them."""
    lists = lexicon()
    before = _any_of(_leet(front, drawn=True) for front in lists.before)
    after = _any_of(_leet(tail, drawn=False) for tail in _longest_first(lists.after))
    after += "(?:s|es|e?d|e?rs?|ing|in|y)?"
    stems = _any_of(
        _stem_with_endings(stem, [end for end in ENDINGS if fits(stem, end)], after)
        for stem in lists.inflected
    )
    return f"(?:{before}{stems}|{stems})"


def _stem_with_endings(stem: str, endings: Iterable[str], after: str) -> str:
    """``whor(?:e(?:s|d|house)?|ing)``: a final "e" falls away before a vowel."""
    drawn = [_leet(ending, drawn=True) for ending in _longest_first(endings)]
    if not stem.endswith("e"):
        return f"{_leet(stem, drawn=True)}(?:{after}|{'|'.join(drawn)})?"
    silent = [_leet(ending, drawn=True) for ending in endings if ending[0] in "eiy"]
    kept = f"{_leet('e', drawn=True)}(?:{after}|{_leet('s', drawn=True)}|z)?"
    return f"{_leet(stem[:-1], drawn=True)}(?:{kept}|{'|'.join(silent)})"


def _nouns(nouns: Iterable[str], *, drawn: bool) -> str:
    # A short word with -z is a name sooner than a plural: Shatz.
    plurals = PLURALS if drawn else PLURALS[:2]
    return _any_of(
        _leet(noun[:-1], drawn=drawn) + "(?:y+[s$z]?|ie[s$z])"
        if noun.endswith("y")
        else _leet(noun, drawn=drawn)
        + f"(?:{'|'.join(end for end in plurals if fits(noun, end))})?"
        for noun in nouns
    )


@cache
def _words() -> re.Pattern[str]:
    lists = lexicon()
    nouns, exact = _nouns(lists.nouns, drawn=True), _nouns(lists.exact, drawn=False)
    return re.compile(rf"(?<![a-z])(?:{_inflected()}|{nouns}|{exact})(?![a-z])")


@cache
def _within() -> re.Pattern[str]:
    return re.compile(_any_of(_leet(stem, drawn=True) for stem in lexicon().within))


@cache
def _joined() -> re.Pattern[str]:
    nouns = _nouns(lexicon().nouns, drawn=True)
    return re.compile(rf"{_inflected()}|{nouns}|[a-z]*{_within().pattern}[a-z]*")


@cache
def _letters() -> re.Pattern[str]:
    lists = lexicon()
    stems = [
        _leet(stem, drawn=False) + (f"{stem[-1]}?")
        for stem in _longest_first((*lists.within, *lists.inflected, *lists.nouns))
        if len(stem) >= _SHORTEST_SPELLED
    ]
    endings = _any_of(_leet(ending, drawn=False) for ending in _longest_first(ENDINGS))
    return re.compile(f"{_any_of(stems)}(?:{endings}$)?")


@cache
def _phrases() -> re.Pattern[str]:
    return _rows(lexicon().phrases)


@cache
def _allowed() -> re.Pattern[str]:
    return _rows(lexicon().allowed)


def _rows(phrases: Iterable[str]) -> re.Pattern[str]:
    rows = (
        r"[\s-]+".join(_leet(word, drawn=False) for word in phrase.split())
        for phrase in _longest_first(phrases)
    )
    return re.compile(rf"(?<![\w'])(?:{'|'.join(rows)})(?![\w'])")


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))
