"""Whether a clip says what a line beside it claims: told from its words, then asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clipping.claude.again import ask
from clipping.claude.door import Door
from clipping.claude.question import Block, Question, Reply
from clipping.errors import ClippingError, Transient
from clipping.moments.claude.answers import Checked, HookCheck, schema_of
from clipping.moments.claude.prompting import system
from clipping.moments.claude.reading import Reading, read
from clipping.moments.claude.tidy import tidy
from clipping.moments.claude.wording import literal, unsaid

_ANSWER_TOKENS: Final = 1_000
_TOKENS_EACH: Final = 40
_LONGEST: Final = 1_000

Lines = Sequence[Sequence[str]]
"""The lines beside each clip."""


def question(shown: Sequence[str], lines: Lines, model: str) -> Question:
    """What is asked about all lines of all clips at once; lines count from 1 through all clips.

    :param shown: Each clip as numbered sentences.
    """
    parts, number = [], 0
    for place, (clip, beside) in enumerate(zip(shown, lines, strict=True), start=1):
        if not beside:
            continue
        rows = [f"clip {place}", clip]
        for line in beside:
            number += 1
            rows.append(f"hook {number}: {line}")
        parts.append("\n".join(rows))
    return Question(
        purpose="check",
        model=model,
        system=system("check"),
        user=(Block(text="<clips>\n" + "\n\n".join(parts) + "\n</clips>"),),
        schema_=schema_of(Checked),
        max_tokens=_ANSWER_TOKENS + _TOKENS_EACH * number,
    )


def said(
    door: Door,
    shown: Sequence[str],
    lines: Lines,
    words: Sequence[Sequence[str]],
    model: str,
    *,
    patient: bool = False,
) -> tuple[list[tuple[bool, ...]], str]:
    """For each line whether its clip says what it claims, and why nobody could be asked, if so.

    Without an answer only lines that are made of their clip's own words pass; who is ``patient``
    has Transient errors raised instead.
    """
    count = sum(map(len, lines))
    if not count:
        return [() for _ in lines], ""
    try:
        asked = question(shown, lines, model)
        reading = ask(door, [asked], lambda _, reply: _read(reply, count), patient=patient)[0]
        trouble = reading.useless
    except ClippingError as error:
        if patient and isinstance(error, Transient):
            raise
        reading, trouble = Reading(), str(error).rstrip(".")
    if trouble:
        own = [
            tuple(literal(line, clip) for line in beside)
            for beside, clip in zip(lines, words, strict=True)
        ]
        return own, trouble
    true = {check.hook for check in reading.items["checks"] if check.said}
    numbers = iter(range(1, count + 1))
    return [tuple(next(numbers) in true for _ in beside) for beside in lines], ""


def all_said(
    door: Door,
    sentences: Sequence[Sequence[str]],
    lines: Lines,
    model: str,
    *,
    same_language: bool,
    patient: bool = False,
) -> tuple[list[tuple[bool, ...]], str]:
    """As :func:`said`, for lines of any length; those with what is plainly not said never pass.

    :param sentences: Of each clip.
    :param same_language: Whether the lines are in the clips' language.
    """
    words = [" ".join(clip).split() for clip in sentences]
    shown = [
        "\n".join(f"{number} {tidy(one, _LONGEST)}" for number, one in enumerate(clip, start=1))
        for clip in sentences
    ]
    tidied = [[tidy(line, _LONGEST) for line in beside] for beside in lines]
    likely = [
        [line for line in beside if line and not unsaid(line, clip, same_language=same_language)]
        for beside, clip in zip(tidied, words, strict=True)
    ]
    answers, trouble = said(door, shown, likely, words, model, patient=patient)
    true = [
        {line for line, passes in zip(beside, answer, strict=True) if passes}
        for beside, answer in zip(likely, answers, strict=True)
    ]
    return [
        tuple(line in passing for line in beside)
        for beside, passing in zip(tidied, true, strict=True)
    ], trouble


def _read(reply: Reply, count: int) -> Reading:
    seen: set[int] = set()

    def known(item: HookCheck) -> str:
        if not 1 <= item.hook <= count:
            return f"there is no hook {item.hook}"
        if item.hook in seen:
            return f"hook {item.hook} stands there twice"
        seen.add(item.hook)
        return ""

    found = read(reply, Checked, {"checks": known})
    if found.useless or len(seen) == count:
        return found
    return found.with_faults([f"{count - len(seen)} hooks have no check."])
