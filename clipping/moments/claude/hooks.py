"""Hooks: written by the judge, fitted here, and checked against the words of their clip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from clipping import profanity
from clipping.claude.door import Door
from clipping.claude.question import Question
from clipping.models import EditorialPolicy, Hook
from clipping.moments.claude import claims
from clipping.moments.claude.answers import Verdict, WrittenHook
from clipping.moments.claude.lines import Script
from clipping.moments.claude.tidy import tidy
from clipping.moments.claude.wording import alike, unsaid
from clipping.moments.guard import holds_phrase
from clipping.moments.hook import MAX_WIDTH
from clipping.moments.lexicon import plain, width

MOST_HOOKS: Final = 4
_LEAST_LETTERS: Final = 4
_SAME_HOOK: Final = 0.6
_LONGEST: Final = 300
_EDGES: Final = " \t\"“”„«»'‘’_-–—,;:."
_FORBIDDEN: Final = re.compile(r"https?:|www\.|[#@]\w|[‹›{}\\|]|[\U0001f000-\U0001faff☀-➿]")


@dataclass(frozen=True)
class Clip:
    """The words of a clip: its line numbers and the words themselves."""

    first: int
    last: int
    words: tuple[str, ...]


def fitted(text: str, policy: EditorialPolicy) -> str:
    """A hook as it may be shown: one masked line that fits its overlay; empty when it can't be."""
    line = tidy(text, _LONGEST)
    if _FORBIDDEN.search(line) or any(holds_phrase(w, line.split()) for w in policy.banned_words):
        return ""
    # Ending marks that ask or exclaim stay, and so do the dots of an ellipsis.
    line = profanity.mask(line.strip(_EDGES))
    letters = sum(char.isalnum() for char in line)
    return line if letters >= _LEAST_LETTERS and width(line) <= MAX_WIDTH else ""


def candidates(
    verdict: Verdict, clip: Clip, policy: EditorialPolicy, *, same_language: bool
) -> list[Hook]:
    """The judge's hooks that fit and claim nothing that is plainly not said; angles differ."""
    kept: list[Hook] = []
    for written in verdict.hooks:
        text = fitted(written.text, policy)
        if not text or not _points_inside(written, clip) or any(_alike(text, kept)):
            continue
        if any(written.angle is other.angle for other in kept):
            continue
        if not unsaid(text, clip.words, same_language=same_language):
            kept.append(Hook(text=text, angle=written.angle))
    return kept[:MOST_HOOKS]


def _points_inside(written: WrittenHook, clip: Clip) -> bool:
    return any(clip.first <= number <= clip.last for number in written.said_in)


def _alike(text: str, others: Sequence[Hook]) -> list[bool]:
    bare = " ".join(map(plain, text.split()))
    return [
        bare == " ".join(map(plain, other.text.split())) or alike(text, other.text) >= _SAME_HOOK
        for other in others
    ]


def question(
    script: Script, clips: Sequence[Clip], hooks: Sequence[Sequence[Hook]], model: str
) -> Question:
    """What is asked about all hooks of all clips at once."""
    shown = [script.shown(clip.first, clip.last) for clip in clips]
    return claims.question(shown, [[hook.text for hook in lines] for lines in hooks], model)


def checked(
    door: Door,
    script: Script,
    clips: Sequence[Clip],
    hooks: Sequence[Sequence[Hook]],
    model: str,
    *,
    patient: bool = False,
) -> tuple[list[tuple[Hook, ...]], str]:
    """The hooks whose clips say what they claim, and a note when nobody could be asked.

    Without an answer only those stay that are made of their clip's own words; who is ``patient``
    has Transient errors raised instead.
    """
    shown = [script.shown(clip.first, clip.last) for clip in clips]
    texts = [[hook.text for hook in lines] for lines in hooks]
    words = [clip.words for clip in clips]
    said, trouble = claims.said(door, shown, texts, words, model, patient=patient)
    kept = [
        tuple(hook for hook, true in zip(lines, truths, strict=True) if true)
        for lines, truths in zip(hooks, said, strict=True)
    ]
    return kept, (
        f"The hooks could not be checked ({trouble}): only literal ones were kept."
        if trouble
        else ""
    )
