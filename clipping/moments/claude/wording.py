"""What a hook claims, compared with what its clip says; and whether two lines say the same.

These checks are coarse and only ever refuse: a figure, a name or a superlative that is not in the
clip's words cannot be in its hook, whatever anybody answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from clipping.moments.english import FUNCTION_WORDS
from clipping.moments.guard import SPACELESS
from clipping.moments.lexicon import plain

_UNITS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_FIGURES: Final[dict[str, int]] = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
}
_SIZES: Final = frozenset(
    "hundred hundreds thousand thousands million millions billion billions trillion half double"
    " twice triple dozen percent".split()
)
_STRONG: Final = frozenset(
    "never always nobody everybody everyone all none every only best worst biggest greatest most"
    " secret secrets proven guaranteed guarantee guarantees impossible must illegal banned scam"
    " free instantly forever cure cures dead died kills killed lie lies lied liar fraud".split()
)
"""Words with which a hook claims more than a clip may say."""
_KIN: Final[tuple[frozenset[str], ...]] = (
    frozenset({"nobody", "none", "never", "no", "not"}),
    frozenset({"everybody", "everyone", "all", "every", "always"}),
    frozenset({"lie", "lies", "lied", "liar"}),
    frozenset({"dead", "died", "die", "dies", "death", "kills", "killed", "kill"}),
    frozenset({"guaranteed", "guarantee", "guarantees"}),
    frozenset({"cure", "cures", "cured"}),
    frozenset({"secret", "secrets"}),
)
_STEM: Final = 5
_LEAST_IN_COMMON: Final = 0.5


def telling(text: str | Sequence[str]) -> set[str]:
    """The stems of the words that carry the matter."""
    words = text.split() if isinstance(text, str) else text
    tokens = (plain(word) for word in words)
    return {token[:_STEM] for token in tokens if len(token) > 2 and token not in FUNCTION_WORDS}


def alike(one: str, two: str) -> float:
    """Share of telling words that two lines have in common, 0..1."""
    first, second = telling(one), telling(two)
    return len(first & second) / len(first | second) if first and second else 0.0


def unsaid(hook: str, clip: Sequence[str], *, same_language: bool) -> str:
    """What a hook claims that the clip's words do not say, as a few words; empty when nothing."""
    said = [token for token in map(plain, clip) if token]
    known = set(said)
    figures = _figures(said)
    for token in _pieces(hook):
        if any(char.isdigit() for char in token) or token in _SIZES or token in _FIGURES:
            if not _figures([token]) <= figures:
                return f"the figure {token}"
        elif token in _STRONG and same_language and not _said_strongly(token, known):
            return f"the word {token}"
    if name := _unsaid_name(hook, said):
        return f"the name {name}"
    if same_language and not SPACELESS.search(hook):
        mine = telling(hook)
        if mine and len(mine & telling(said)) < _LEAST_IN_COMMON * len(mine):
            return "most of its words"
    return ""


def literal(hook: str, clip: Sequence[str]) -> bool:
    """Whether every telling word of a hook is one of the clip's."""
    if SPACELESS.search(hook):
        return False
    return telling(hook) <= telling([plain(word) for word in clip])


def _pieces(text: str) -> list[str]:
    """Plain tokens, compounds taken apart."""
    return [plain(part) for word in text.split() for part in re.split(r"[-–—/]", word) if part]


def _figures(tokens: Sequence[str]) -> set[str]:
    """Figures as digits, and words of size; "twenty five" is 20, 5 and 25."""
    found: set[str] = set()
    before: int | None = None
    for token in (part for word in tokens for part in re.split(r"[-–—/]", word)):
        digits = "".join(char for char in token if char.isdigit())
        value = _FIGURES.get(token)
        if digits:
            found.add(digits.lstrip("0") or "0")
        elif token in _SIZES:
            found.add(token.removesuffix("s"))
        elif value is not None:
            found.add(str(value))
            if before is not None and before >= 20 and before % 10 == 0 and value < 10:
                found.add(str(before + value))
        if "%" in token:
            found.add("percent")
        before = value
    return found


def _said_strongly(token: str, known: set[str]) -> bool:
    return token in known or any(token in kin and kin & known for kin in _KIN)


def _unsaid_name(hook: str, said: Sequence[str]) -> str:
    """A word with a capital inside the line that the clip does not hold."""
    words = hook.split()
    inner = words[1:]
    capitals = [word for word in inner if word.strip("\"'“‘(")[:1].isupper()]
    if len(capitals) > max(2, 0.5 * len(inner)):
        return ""  # Written in capitals or like a title: they tell nothing.
    known = {token.removesuffix("'s") for token in said}
    for word in capitals:
        token = plain(word).removesuffix("'s")
        if len(token) > 1 and token not in FUNCTION_WORDS and token not in known:
            return token
    return ""
