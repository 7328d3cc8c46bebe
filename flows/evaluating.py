"""What ``clipper eval`` does: nothing is stored but what Claude was asked, where it is asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from rich.table import Table
from rich.text import Text

from clipping.errors import Rejected
from clipping.evaluation import Evaluation, evaluate, held_out, subjects
from clipping.models import Detection
from clipping.moments import ClaudeDetector, Footage, choose
from flows import console

CLIENT: Final = "evaluation"
"""Who pays for what Claude is asked here."""


def evaluate_detector(
    name: str,
    talks: int,
    seed: int,
    *,
    punctuated: bool = True,
    subject: str | None = None,
    as_json: bool = False,
) -> Evaluation:
    """Score a detector, print its figures beside those of drawing lots, and return them.

    ``auto`` is the best one that costs nothing. Raises ``NotInstalled`` for a detector that cannot
    run, ``Rejected`` for a detector or a subject that is not known.
    """
    known = (*subjects(), *held_out())
    if subject is not None and subject not in known:
        raise Rejected(f"There are no talks about {subject}; known are {', '.join(known)}.")
    with _detecting(name) as detect, console.showing_progress():
        figures, chance = evaluate(
            detect, talks=talks, seed=seed, punctuated=punctuated, subject=subject
        )
    if as_json:
        document = {"evaluation": figures.model_dump(), "chance": chance.model_dump()}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        console.output.print(_table(figures, chance))
        for line in _lines(figures):
            console.output.print(Text(line))
    return figures


@contextmanager
def _detecting(name: str) -> Iterator[Callable[[Footage], Detection]]:
    """The detector's function, with a door to Claude when it is the one that needs it."""
    if name != ClaudeDetector.name:
        try:
            detect = choose(name)[0].detect
        except ValueError as error:
            raise Rejected(str(error)) from error
        yield detect
        return
    from tasks.claude import has_key, open_door

    detector, _ = choose(name, claude=has_key())
    with open_door(CLIENT) as door:
        yield lambda footage: detector.detect(replace(footage, door=door))


def _table(figures: Evaluation, chance: Evaluation) -> Table:
    table = Table(title=f"Talks: {len(figures.talks)}, seed {figures.seed}, top {figures.k}")
    table.add_column("")
    table.add_column(f"{figures.detector} {figures.detector_version}", justify="right")
    table.add_column(chance.detector, justify="right")
    for label, one, other in zip(_LABELS, _row(figures), _row(chance), strict=True):
        table.add_row(label, one, other)
    return table


_LABELS = (
    "strong moments found",
    "recall",
    "precision",
    "begin on the first word",
    "end on the last word",
    "beginning off by",
    "end off by",
    "stories told twice",
    "promises broken",
)


def _row(figures: Evaluation) -> tuple[str, ...]:
    return (
        f"{figures.found} of {figures.strong}",
        f"{figures.recall:.0%}",
        f"{figures.precision:.0%}",
        f"{figures.exact_starts:.0%}",
        f"{figures.exact_ends:.0%}",
        f"{figures.start_off_s:.1f} s",
        f"{figures.end_off_s:.1f} s",
        str(figures.repeats),
        str(sum(figures.violations.values())),
    )


def _lines(figures: Evaluation) -> list[str]:
    """One line for each promise that was broken, and for each strong moment that was missed."""
    lines = []
    for talk in figures.talks:
        if talk.detector != figures.detector:
            # Not all of them have the same one.
            lines.append(f"{talk.talk}: the {talk.detector} detector chose its moments")
        lines += [
            f"{talk.talk}: moment {each.rank} {_BROKEN[each.code]}: {each.text} …"
            for each in talk.violations
        ]
        lines += [f"{talk.talk}: missed: {each.text} …" for each in talk.missed]
    return lines


_BROKEN = {
    "starts_mid_sentence": "starts in the middle of a sentence",
    "ends_mid_sentence": "ends in the middle of a sentence",
    "cuts_a_word": "cuts a word",
    "no_question": "gives an answer without its question",
    "outside": "lies outside of the talk",
    "wrong_length": "is longer or shorter than asked for",
    "overlaps": "overlaps a better one",
    "sponsor": "holds a part of a sponsor's message",
    "housekeeping": "is mostly housekeeping",
}
