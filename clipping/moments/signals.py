"""What the words of each sentence signal: claims, questions, feelings, numbers, names, filler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.models import Sentence, Word
from clipping.moments import english
from clipping.moments.lexicon import Hit, Lexicon, plain, telling
from clipping.moments.punctuation import asks
from clipping.moments.sentences import Break, Sentences
from clipping.moments.sponsors import opens_read, within_reads

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEXICAL = (
    *("claim", "contrast", "story", "list", "emotion", "address", "payoff", "filler"),
    *("person", "past", "denial", "hedge"),
)
"""Signals that need a lexicon of the talk's language."""
ANSWER_GAP_MS = 8_000
"""What follows a question later than this is not its answer."""
_FILLED_PAUSES = frozenset({"um", "uh", "er", "erm", "uhm", "hmm", "mhm", "ah", "oh", "like"})
_PERSONS = frozenset({"he", "she", "him", "he's", "she's", "he'd", "she'd"})
_ASKS = frozenset({"asked", "asks", "wondered"})
_TIMES = frozenset({"day", "night", "morning", "last", "later", "year", "next", "suddenly"})
_LEADS = frozenset(
    {
        "and",
        "but",
        "so",
        "well",
        "now",
        "okay",
        "ok",
        "then",
        "alright",
        "or",
        "good",
        "great",
        "sure",
    }
)
_NOT_NAMES = frozenset({"i", "i'm", "i've", "i'd", "i'll", "ok", "okay", "god", "tv", "mr", "mrs"})


@dataclass(frozen=True)
class TextSignals:
    """One entry per sentence in every array.

    ``n_telling`` counts words that carry a subject and were not said just before.
    ``strength[signal]`` sums the weights of the hits; ``hits[k]`` are those of sentence ``k`` with
    word indexes of the transcript; ``dangling`` (0..1) is how badly its opening leans on what was
    said before, ``leans_on`` says in a few words why; ``scene`` marks openings that set a scene;
    ``housekeeping`` holds for sponsors too, ``opens_read`` where their message begins.
    """

    n_words: Floats
    n_telling: Floats
    strength: dict[str, Floats]
    hits: tuple[tuple[Hit, ...], ...]
    question: Flags
    answer: Flags
    dangling: Floats
    leans_on: tuple[str, ...]
    setup: Flags
    housekeeping: Flags
    sponsor: Flags
    opens_read: Flags
    scene: Flags
    hook: Floats


def read_signals(
    words: Sequence[Word], sentences: Sentences, lexicon: Lexicon | None
) -> TextSignals:
    """The signals of every sentence; without a lexicon only those that punctuation carries."""
    items = sentences.items
    tokens = [plain(word.text) for word in words]
    rows = _hits_by_sentence(words, tokens, items, lexicon)
    names = (*LEXICAL, "housekeeping", "sponsor", "number", "name")
    strength = {
        name: np.array([sum(h.weight for h in row if h.signal == name) for row in rows], float)
        for name in names
    }
    english_talk = lexicon is not None
    question = np.array(
        [_is_question(item, tokens, sentences.punctuated, english_talk) for item in items], bool
    )
    answer = _answers(items, question)
    dangling, leans_on = _danglings(sentences, tokens, question, answer, english_talk)
    housekeeping = _housekeeping(items, strength)
    n_words = np.array([item.last - item.first for item in items], float)
    hook = _hooks(strength, question, n_words) * (1 - 0.7 * dangling)
    return TextSignals(
        n_words=n_words,
        n_telling=_telling(items, tokens) if english_talk else n_words,
        strength=strength,
        hits=tuple(tuple(row) for row in rows),
        question=question,
        answer=answer,
        dangling=dangling,
        leans_on=tuple(leans_on),
        setup=np.array([english_talk and _is_setup(item, tokens) for item in items], bool),
        housekeeping=housekeeping,
        sponsor=within_reads(items, strength),
        opens_read=np.array([opens_read(item, tokens) for item in items], bool),
        scene=np.array([english_talk and _sets_scene(item, tokens) for item in items], bool),
        hook=np.where(housekeeping, 0.2 * hook, hook),
    )


def _telling(items: Sequence[Sentence], tokens: Sequence[str]) -> Floats:
    tells = telling(tokens)
    return np.array([tells[item.first : item.last].sum() for item in items], float)


def _hits_by_sentence(
    words: Sequence[Word],
    tokens: Sequence[str],
    items: Sequence[Sentence],
    lexicon: Lexicon | None,
) -> list[list[Hit]]:
    rows: list[list[Hit]] = []
    capitals = _capitals_mean_names(words, items)
    for item in items:
        inside = tokens[item.first : item.last]
        row = lexicon.find(inside) if lexicon else []
        row += _numbers(inside)
        if capitals:
            row += _names(words, item)
        row += _echo(tokens, items, item.index)
        rows.append(
            [Hit(h.signal, h.weight, h.first + item.first, h.last + item.first) for h in row]
        )
    return rows


def _echo(tokens: Sequence[str], items: Sequence[Sentence], at: int) -> list[Hit]:
    """A sentence that begins like its neighbour: repetition is how speakers insist."""
    opening = _opening(tokens, items[at])
    beside = (items[k] for k in (at - 1, at + 1) if 0 <= k < len(items))
    echoed = opening is not None and any(_opening(tokens, item) == opening for item in beside)
    return [Hit("claim", 0.7, 0, 3)] if echoed else []


def _opening(tokens: Sequence[str], item: Sentence) -> tuple[str, ...] | None:
    head = tuple(tokens[item.first : item.first + 3])
    return head if item.last - item.first >= 4 and not _FILLED_PAUSES & set(head) else None


def _numbers(tokens: Sequence[str]) -> list[Hit]:
    """Runs of figures and number words; two neighbours are one number."""
    hits: list[Hit] = []
    for at, token in enumerate(tokens):
        if not (any(char.isdigit() for char in token) or token in english.NUMBER_WORDS):
            continue
        if hits and hits[-1].last == at:
            hits[-1] = Hit("number", 1.0, hits[-1].first, at + 1)
        else:
            hits.append(Hit("number", 0.8, at, at + 1))
    return hits


def _capitals_mean_names(words: Sequence[Word], items: Sequence[Sentence]) -> bool:
    """False for talks written in capitals, in Title Case, or like German with capital nouns."""
    inner = [words[at].text for item in items for at in range(item.first + 1, item.last)]
    capital = sum(text[:1].isupper() and plain(text) not in _NOT_NAMES for text in inner)
    return 0 < capital < max(4, 0.25 * len(inner))


def _names(words: Sequence[Word], item: Sentence) -> list[Hit]:
    hits: list[Hit] = []
    for at in range(1, item.last - item.first):
        text = words[item.first + at].text.strip("\"'“‘(")
        token = plain(text)
        if not text[:1].isupper() or len(token) < 2 or token in _NOT_NAMES:
            continue
        if words[item.first + at - 1].text[-1:] in tuple('.!?:"”'):
            continue
        if hits and hits[-1].last == at:
            hits[-1] = Hit("name", 1.0, hits[-1].first, at + 1)
        else:
            hits.append(Hit("name", 0.8, at, at + 1))
    return hits


def _is_question(
    item: Sentence, tokens: Sequence[str], punctuated: bool, english_talk: bool
) -> bool:
    inside = [token for token in tokens[item.first : item.last] if token]
    if asks(item.text):
        return " ".join(inside) not in english.TAG_QUESTIONS
    if punctuated or not english_talk or len(inside) < 3:
        return False
    while inside and (inside[0] in _FILLED_PAUSES or inside[0] in _LEADS):
        inside.pop(0)
    return any(tuple(inside[:n]) in english.QUESTION_OPENINGS for n in (1, 2, 3))


def _answers(items: Sequence[Sentence], question: Flags) -> Flags:
    """Which sentences begin the answer to the question before them."""
    answer = np.zeros(len(items), bool)
    for at in range(1, len(items)):
        gap_ms = items[at].span.start_ms - items[at - 1].span.end_ms
        if question[at] or gap_ms > ANSWER_GAP_MS:
            continue
        curt = at > 1 and answer[at - 1] and items[at - 1].last - items[at - 1].first <= 3
        answer[at] = question[at - 1] or curt
    return answer


def _danglings(
    sentences: Sentences,
    tokens: Sequence[str],
    question: Flags,
    answer: Flags,
    english_talk: bool,
) -> tuple[Floats, list[str]]:
    severity = np.zeros(len(sentences.items))
    reasons: list[str] = []
    for at, item in enumerate(sentences.items):
        worst, opening = _leaning(tokens[item.first : item.last]) if english_talk else (0.0, "")
        reason = f'opens with "{opening}", which leans on what was said before' if opening else ""
        if at and sentences.breaks[at - 1] is Break.LENGTH and worst < 0.9:
            worst, reason = 0.9, "opens in the middle of a sentence"
        if at and question[at] and question[at - 1] and worst < 0.35:
            worst, reason = 0.35, "opens with the last of several questions"
        if question[at] and at and worst < 0.5 and _announces(sentences.items[at - 1], tokens):
            worst, reason = 0.5, "opens with a question that somebody in the story asks"
        if answer[at] and worst < 0.85:
            worst, reason = 0.85, "opens with the answer and leaves out its question"
        severity[at] = worst
        reasons.append(reason)
    return severity, reasons


def _leaning(tokens: Sequence[str]) -> tuple[float, str]:
    """How badly an English opening leans on the sentence before, and with which words."""
    rest = [token for token in tokens[:8] if token and token not in _FILLED_PAUSES]
    if len(tokens) <= 3 and all(token in english.REPLIES for token in rest):
        return 0.9, " ".join(tokens)
    worst, opening = 0.0, ""
    while rest:
        size = next((n for n in (4, 3, 2, 1) if tuple(rest[:n]) in english.DANGLING_OPENINGS), 0)
        found = english.DANGLING_OPENINGS.get(tuple(rest[:size]), 0.0)
        if found > worst:
            worst, opening = found, " ".join(rest[:size])
        if size != 1 or rest[0] not in _LEADS:
            break
        rest = rest[1:]
    bare = _bare_pronoun(rest)
    return (0.45, bare) if bare and worst < 0.45 else (worst, opening)


def _announces(item: Sentence, tokens: Sequence[str]) -> bool:
    """Whether a sentence says that somebody's question follows ("She asked one question.")."""
    tail = [token for token in tokens[item.first : item.last] if token][-3:]
    return "question" in tail or not _ASKS.isdisjoint(tail[-2:])


def _bare_pronoun(tokens: Sequence[str]) -> str:
    """A "he" or "she" near the beginning with nobody named before ("One day she ...")."""
    for token in tokens[:5]:
        if token in _PERSONS:
            return token
        if token not in english.FUNCTION_WORDS and token not in _TIMES:
            break
    return ""


def _is_setup(item: Sentence, tokens: Sequence[str]) -> bool:
    """Whether a sentence promises what only the next one says."""
    if item.text.rstrip().endswith(":"):
        return True
    tail = [token for token in tokens[item.first : item.last] if token][-7:]
    return any(
        tuple(tail[at : at + n]) in english.SETUPS for at in range(len(tail)) for n in (2, 3, 4)
    )


def _sets_scene(item: Sentence, tokens: Sequence[str]) -> bool:
    """Whether a sentence begins by setting a scene ("Ten years ago ...")."""
    head = [token for token in tokens[item.first : item.last] if token][:8]
    return any(tuple(head[at : at + n]) in english.STORY_OPENERS for at in range(5) for n in (2, 3))


def _housekeeping(items: Sequence[Sentence], strength: dict[str, Floats]) -> Flags:
    """Greetings, calls to subscribe, and sponsor reads with all that lies inside the read."""
    flags: Flags = (strength["housekeeping"] >= 0.9) | within_reads(items, strength)
    return flags


def _hooks(strength: dict[str, Floats], question: Flags, n_words: Floats) -> Floats:
    """How strongly a sentence grabs as the first one heard: signals add up like odds, 0..1."""
    short = (n_words >= 3) & (n_words <= 14)
    parts = (
        (0.70, question.astype(float)),
        (0.55, strength["claim"]),
        (0.45, strength["story"]),
        (0.40, strength["number"]),
        (0.35, strength["contrast"]),
        (0.35, strength["emotion"]),
        (0.30, strength["address"]),
        (0.10, strength["name"]),
        (0.15, short.astype(float)),
    )
    miss = np.ones(len(n_words))
    for share, values in parts:
        miss *= 1 - share * np.minimum(1, values)
    return (1 - miss) / np.exp(0.25 * np.minimum(4, strength["filler"]))
