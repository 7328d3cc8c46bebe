"""From what a caption shows to the words that are spoken, and who speaks them.

Habits of captioners met here: tags of HTML, WebVTT and ASS; ``[Applause]`` and ``(laughs)``; notes
around sung words; ``JOHN:``, ``- `` and ``>>`` before a change of speaker; ``[ __ ]``, which is
what YouTube writes for a profanity.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MASKED_PROFANITY = "[__]"
"""How a word that the captioner would not write down appears among the words."""

_HTML_TAG = re.compile(r"</?[a-zA-Z][^<>\n]*>|<\d[\d:.]*>|</>")
_ASS_TAG = re.compile(r"\{[^{}]*\}")
_ASS_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?:\{[^{}]*\\p0[^{}]*\}|$)", re.DOTALL)
_VOICE_TAG = re.compile(r"<v(?:\.[^\s>]+)?\s+([^>]+)>")
_MASK = re.compile(r"\[[\s\xa0]*_+[\s\xa0]*\]")
_BRACKETED = re.compile(r"\[[^\[\]]{0,200}\]|【[^】]{0,200}】|［[^］]{0,200}］")
_BRACKET_LABEL = re.compile(r"^[\[(]([^\W\d_][^\[\]():]{0,30})[\])]\s*:\s*")
_ASIDE = re.compile(r"^\(([^()]{1,60})\)[:,.]?\s*|\s*\(([^()]{1,60})\)$|^（[^）]{1,60}）")
_NOTES = re.compile(r"[♪♫♬♩🎵🎶]+|^#(?=\s)|(?<=\s)#$")
_CHEVRONS = re.compile(r"^\s*(?:>>+|≫+|»+(?!\w*»))\s*")
_DASH = re.compile(r"^\s*[-‐‑–—]+\s*(?=[^\s\d])")
_CAPITAL_LABEL = re.compile(
    r"^((?:[A-Z][A-Z.'’\-]+|[A-Z]\.)(?:[ &][A-Z0-9][A-Z0-9.'’\-]*){0,3}\d*):\s+"
)
_NUMBERED_LABEL = re.compile(r"^((?:[Ss]peaker|SPEAKER)[ _]?\d{1,2}):\s+")
_NAME_LABEL = re.compile(r"^([A-Z][\w.'’\-]{1,20}(?: [A-Z][\w.'’\-]{1,20}){0,2}):\s+(?=\S)")
_HIDDEN = re.compile(
    r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\xad\x00-\x08\x0e-\x1f]"
)
_SPACES = re.compile(r"[\s\xa0\u3000]+")
_NEVER_NAMES = frozenset(
    (
        "note remember question answer warning example tip step today so but and first second "
        "third finally however then now okay ok well plus fact quote result total time date"
    ).split()
)
_MOST_SPEAKER_LETTERS = 40
_RUN = 4
"""Characters of a script without spaces that are shown and timed as one word."""


@dataclass(frozen=True)
class Utterance:
    """Words of one speaker within a caption. ``turn`` says that another speaker began."""

    tokens: tuple[str, ...]
    speaker: str | None
    turn: bool


def without_tags(text: str) -> str:
    """Text of a caption as it is seen, its line breaks kept."""
    text = _ASS_DRAWING.sub("", text).replace("\\h", " ")
    text = re.sub(r"\\[Nn]", "\n", text)
    text = _HTML_TAG.sub("", _ASS_TAG.sub("", text))
    return _HIDDEN.sub("", html.unescape(text))


def voice_of(text: str) -> str | None:
    """Speaker of a WebVTT ``<v Name>`` tag."""
    match = _VOICE_TAG.search(text)
    return _name(match[1]) if match else None


def known_names(texts: Sequence[str]) -> frozenset[str]:
    """Labels in mixed case (``Anna:``) that open more than one caption, and are not phrases."""
    counts: Counter[str] = Counter()
    for text in texts:
        for line in text.split("\n"):
            match = _NAME_LABEL.match(_DASH.sub("", _CHEVRONS.sub("", line)))
            if match and match[1].lower() not in _NEVER_NAMES:
                counts[match[1]] += 1
    return frozenset(name for name, count in counts.items() if count > 1)


def utterances(text: str, names: frozenset[str] = frozenset()) -> list[Utterance]:
    """What is said in a caption (tags already taken out), by speaker.

    Lines belong together unless one opens with a mark of a new speaker.
    """
    found: list[Utterance] = []
    for line in _whole_lines(text):
        speaker, turn, words = _spoken(line, names)
        tokens = tuple(split_tokens(words))
        if not tokens and not turn:
            continue
        if found and not turn:
            last = found.pop()
            tokens, speaker, turn = last.tokens + tokens, last.speaker, last.turn
        found.append(Utterance(_joined_marks(tokens), speaker, turn))
    return [one for one in found if one.tokens or one.speaker]


def _whole_lines(text: str) -> Iterator[str]:
    """Lines; an aside that runs over a line break is taken out before."""
    text = _MASK.sub(f" {MASKED_PROFANITY} ", text)
    kept = _BRACKETED.sub(
        lambda match: match[0] if match[0] == MASKED_PROFANITY or _labels(match) else " ", text
    )
    kept = re.sub(r"^\s*\([^()]{1,80}\)\s*$", " ", kept) if "\n" in kept else kept
    for line in kept.split("\n"):
        plain = _SPACES.sub(" ", line).strip()
        if plain:
            yield plain


def _labels(match: re.Match[str]) -> bool:
    return match.string[match.end() : match.end() + 1] == ":"


def _spoken(line: str, names: frozenset[str]) -> tuple[str | None, bool, str]:
    """Speaker, whether a new one begins, and the words of a line."""
    turn = False
    for mark in (_NOTES, _CHEVRONS, _DASH):
        rest = mark.sub("", line, count=0 if mark is _NOTES else 1).strip()
        turn = turn or (mark is not _NOTES and rest != line)
        line = rest
    speaker, line = _label(line, names)
    previous = None
    while previous != line:
        previous, line = line, _ASIDE.sub(_keep_long_aside, line).strip()
    if speaker is None:
        speaker, line = _label(line, names)
    return speaker, turn or speaker is not None, line


def _keep_long_aside(match: re.Match[str]) -> str:
    """``(laughs)`` is not spoken; a bracketed sentence or half of one is."""
    inside = match[1] or match[2] or ""
    whole = match[0].strip() == match.string.strip()
    wordy = len(inside.split()) > (8 if whole else 3)
    spoken = wordy or (inside and inside[-1] in "?!.")
    return match[0] if spoken else " "


def _label(line: str, names: frozenset[str]) -> tuple[str | None, str]:
    for pattern in (_BRACKET_LABEL, _CAPITAL_LABEL, _NUMBERED_LABEL):
        match = pattern.match(line)
        if match:
            return _name(match[1]), line[match.end() :]
    match = _NAME_LABEL.match(line)
    if match and match[1] in names:
        return _name(match[1]), line[match.end() :]
    return None, line


def _name(label: str) -> str | None:
    """``JOHN SMITH`` as a person's name is written."""
    name = _SPACES.sub(" ", label).strip()[:_MOST_SPEAKER_LETTERS]
    if not name:
        return None
    return name.title() if name.isupper() and len(name) > 2 else name


# --- words --------------------------------------------------------------------------------------


def split_tokens(text: str) -> list[str]:
    """Words with their punctuation; scripts without spaces in runs of a few characters."""
    tokens: list[str] = []
    for part in _SPACES.split(text):
        tokens += _runs(part) if any(map(_is_unspaced, part)) else [part] if part else []
    return list(_joined_marks(tokens))


def _joined_marks(tokens: Sequence[str]) -> tuple[str, ...]:
    """Punctuation that stands alone goes to the word before it (or after it, at the start)."""
    joined: list[str] = []
    opening = ""
    for token in tokens:
        if is_spoken(token):
            joined.append(opening + token)
            opening = ""
        elif joined and not token.startswith(("¿", "¡", "“", "«", "「", "『")):
            joined[-1] += token
        elif set(token) - set("-–—.…*|~·•"):
            opening += token
    return tuple(joined)


def is_spoken(token: str) -> bool:
    """Whether a token holds a letter, a figure, or a sign that has a spoken name."""
    if token == MASKED_PROFANITY:
        return True
    return any(unicodedata.category(mark)[0] in "LN" or mark in "&%@+=$€£" for mark in token) or (
        len(token) > 2 and set(token) == {"*"}
    )


def _is_unspaced(mark: str) -> bool:
    """Scripts that put no spaces between words: CJK, Thai, Lao, Khmer, Burmese."""
    code = ord(mark)
    return (
        0x3040 <= code <= 0x30FF
        or 0x3400 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0x20000 <= code <= 0x3FFFF
        or 0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F
        or 0x1780 <= code <= 0x17FF
    )


def _runs(part: str) -> list[str]:
    """Cut where the kind of writing changes, after punctuation, and every few characters."""
    runs: list[str] = []
    letters = 0
    unspaced = False
    for mark in part:
        category = unicodedata.category(mark)[0]
        here = _is_unspaced(mark)
        closed = bool(runs) and unicodedata.category(runs[-1][-1])[0] == "P"
        if (category == "M" and runs) or (category in "PS" and runs):
            runs[-1] += mark
            continue
        if not runs or closed or here != unspaced or (here and letters >= _RUN):
            runs.append("")
            letters = 0
        runs[-1] += mark
        letters += 1
        unspaced = here
    return runs
