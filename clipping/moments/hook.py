"""The hook line and the title of a moment, both made of its own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clipping import profanity
from clipping.moments import english
from clipping.moments.lexicon import Hit, join, plain, width
from clipping.moments.punctuation import asks

MAX_WIDTH = 64
"""Latin letters; a wide character counts as two. Three lines of the hook overlay."""
LEAST_WORDS, MOST_WORDS = 4, 12
_WHOLE_WORDS = 14
"""A whole sentence may be a little longer than a clause, if it fits the width."""
_ASIDES = frozenset({("you", "know"), ("i", "mean")})
_FILLERS = frozenset({"um", "uh", "er", "erm", "uhm", "hmm", "mhm"})
_GREETINGS = ("hello", "hi", "hey")
_LEADING = (
    ("you", "know"),
    ("i", "mean"),
    *((word,) for word in ("so", "and", "but", "well", "now", "okay", "ok", "like", "then", "or")),
    *((word,) for word in ("alright", "right", "yeah", "yes", "because", "anyway", "look", "also")),
    *((word,) for word in _GREETINGS),
)
_CLAUSE_END = tuple(",;:—–.!?…，、；：。！？؟،")
_TRAILING = re.compile(r"[\s,;:.…—–\-，、；：。،]+$")
_PREPOSITIONS = frozenset({"in", "of", "to", "for", "with", "at", "on", "from", "by", "as", "than"})
_LOW_I = re.compile(r"\bi\b(?![-.])")
_POINTERS = frozenset({"it", "this", "that", "them", "him", "her", "those", "these", "there"})
_CLAUSE_OPENERS = frozenset(
    {"because", "but", "when", "if", "which", "although", "until", "unless", "while", "what"}
    | {"how", "why", "who", "so", "and"}
)


@dataclass(frozen=True)
class SpokenLine:
    """A sentence of a moment: its words, the hits within them (indexes into ``words``)."""

    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    question: bool
    dull: bool
    """Greeting or sponsor: no hook is made of it while there is another."""


def hook_line(lines: Sequence[SpokenLine], *, english_talk: bool = True) -> str:
    """The moment's best short line, masked, in sentence case, without a trailing comma.

    4 to 12 words and at most 60 letters wide where the words allow; never empty as long as there
    is a word. A question or a strong clause from the first half wins over later ones.
    """
    total = max(1, sum(len(line.words) for line in lines))
    best, best_score, before = "", float("-inf"), 0
    for line in lines:
        for first, last in _clauses(line):
            text, score = _candidate(line, first, last)
            score += 0.5 * (1 - (before + first) / total) - 3.0 * line.dull
            if text and score > best_score:
                best, best_score = text, score
        before += len(line.words)
    if not best:
        every = [word for line in lines for word in line.words if word.strip()]
        best = _finish(_fit(every)) or join(every)[:MAX_WIDTH]
    if english_talk:
        best = _LOW_I.sub("I", best)
    return profanity.mask(best)


def title(hook: str, lines: Sequence[SpokenLine], profane: frozenset[str]) -> str:
    """Three to seven words that say what the moment is about, first those of the hook.

    ``profane`` words (plain) are left out; falls back on whatever words there are.
    """
    hook_words = [word for word in map(_bare, hook.split()) if word and "*" not in word]
    spoken = [word for line in lines if not line.dull for word in map(_bare, line.words) if word]
    telling = [word for word in (*hook_words, *spoken) if _tells(word, profane)]
    chosen = list(dict.fromkeys(telling[:40]))
    content = [word for word in hook_words if _tells(word, profane)]
    size = 7 if len(set(content)) >= 7 else max(3, len(set(content)))
    picked = chosen[:size]
    if len(picked) < 3:
        rest = [word for word in (*hook_words, *spoken) if plain(word) not in profane]
        picked = list(dict.fromkeys((*picked, *rest)))[:5]
    return join(picked) or "moment"


def _bare(word: str) -> str:
    return (
        plain(word)
        if word.isupper() or not word[:1].isupper()
        else word.strip(" \t\"'“”‘’.,;:!?…()[]{}«»。！？，、؟،*_")
    )


def _tells(word: str, profane: frozenset[str]) -> bool:
    token = plain(word)
    return len(token) > 1 and token not in english.FUNCTION_WORDS and token not in profane


def _clauses(line: SpokenLine) -> list[tuple[int, int]]:
    """The sentence itself, its clauses, and clauses joined with the next one."""
    words = line.words
    cuts = [0]
    for at in range(1, len(words)):
        opens = plain(words[at]) in _CLAUSE_OPENERS and at - cuts[-1] >= LEAST_WORDS
        if words[at - 1].endswith(_CLAUSE_END) or opens:
            cuts.append(at)
    cuts.append(len(words))
    return [
        (cuts[a], cuts[b])
        for a in range(len(cuts) - 1)
        for b in range(a + 1, min(len(cuts), a + 4))
        if cuts[b] > cuts[a]
    ]


def _candidate(line: SpokenLine, first: int, last: int) -> tuple[str, float]:
    """The clause as a hook, and how good a hook it is; an empty text when nothing is left."""
    kept = _cleaned(line.words[first:last])
    if not kept:
        return "", 0.0
    fitted = _fit(kept)
    asked = line.question and last == len(line.words) and (first == 0 or _opens_question(kept))
    text = _finish(fitted, cut=len(fitted) < len(kept))
    if asks(text) and not asked:
        text = text.rstrip("?？؟")
    elif asked and not asks(text) and len(fitted) == len(kept):
        text += "?"
    score = sum(
        min(1.0, sum(h.weight for h in line.hits if h.signal == s and first <= h.first < last)) * w
        for s, w in _SIGNAL_WORTH
    )
    score += 1.2 * asked - 0.6 * (first > 0 and plain(fitted[0]) in _PREPOSITIONS)
    score += 0.35 * (first == 0) + 0.35 * (last == len(line.words))
    score -= 0.5 * (plain(fitted[-1]) in _POINTERS)
    score -= 0.9 * (len(fitted) < len(kept))
    score -= 0.8 * (plain(fitted[-1]) in english.HANGING)
    score -= 0.7 * english.DANGLING_OPENINGS.get((plain(fitted[0]),), 0.0)
    short = width(text) < 12 or (len(fitted) < LEAST_WORDS and width(text) < 20)
    # Whoever says hello has not come to the point.
    score -= 0.8 * (plain(line.words[first]) in _GREETINGS)
    score -= 1.5 * short + 0.02 * abs(len(fitted) - 7)
    return text, score


_SIGNAL_WORTH = (
    ("claim", 0.8),
    ("number", 0.5),
    ("contrast", 0.3),
    ("emotion", 0.5),
    ("address", 0.3),
    ("story", 0.3),
    ("name", 0.2),
    ("filler", -0.5),
)


def _cleaned(words: Sequence[str]) -> list[str]:
    """Without hesitations, stutters and the words that only lead into a sentence."""
    kept: list[str] = []
    for word in words:
        token = plain(word)
        stutter = kept and token and token == plain(kept[-1]) and kept[-1][-1:] not in ".!?"
        if not word.strip() or not token or token in _FILLERS or stutter:
            continue
        kept.append(word)
        if (
            len(kept) > 2
            and (plain(kept[-2]), token) in _ASIDES
            and word.endswith(",")
            and kept[-3].endswith(",")
        ):
            del kept[-2:]
    changed = True
    while changed:
        changed = False
        for lead in _LEADING:
            size = len(lead)
            if len(kept) <= size + 2 or tuple(map(plain, kept[:size])) != lead:
                continue
            # "Hello from the other side" is more than a greeting.
            if lead[0] in _GREETINGS and plain(kept[size]) in _PREPOSITIONS:
                continue
            kept, changed = kept[size:], True
            break
    if len(kept) > 3 and plain(kept[0]) in english.REPLIES and _opens_question(kept[1:]):
        kept = kept[1:]
    return kept


def _opens_question(words: Sequence[str]) -> bool:
    tokens = tuple(map(plain, words[:3]))
    return any(tokens[:n] in english.QUESTION_OPENINGS for n in (1, 2, 3))


def _fit(words: Sequence[str]) -> list[str]:
    """As many of the words as a hook may have, not ending on one that hangs."""
    if len(words) <= _WHOLE_WORDS and width(join(words)) <= MAX_WIDTH:
        return list(words)
    size = min(len(words), MOST_WORDS)
    while size > 1 and width(join(words[:size])) > MAX_WIDTH - (size < len(words)):
        size -= 1
    if size < len(words):
        while size > LEAST_WORDS and plain(words[size - 1]) in english.HANGING:
            size -= 1
    return list(words[:size])


def _finish(words: Sequence[str], *, cut: bool = False) -> str:
    """One line in sentence case, closed with its question or exclamation mark at most."""
    text = join(words)
    text = text.strip(' "“”«»()[]*_')
    if not asks(text):
        text = _TRAILING.sub("", text)
    if width(text) > MAX_WIDTH:
        text = _shortened(text)
    if cut and not asks(text):
        text += "…"
    letter = re.search(r"\w", text)
    if letter is None:
        return ""
    at = letter.start()
    first_word = text[at:].split()[0]
    mixed = any(char.isupper() for char in first_word[1:])
    return text if mixed else text[:at] + text[at].upper() + text[at + 1 :]


def _shortened(text: str) -> str:
    while width(text) > MAX_WIDTH - 1:
        text = text[:-1]
    return text
