"""A short text on the fewest lines that hold it, of similar length."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clipping.captions.breaks import line_units, shortened
from clipping.captions.fonts import ink
from clipping.captions.runs import SPACE_EM, visual_runs
from clipping.captions.scripts import Locale

_LONG_WORD = 12
"""A word is cut short, not left out, when more letters of it than this are there to see."""
_MALUS_EM = 0.4
_TOO_WIDE_PX = 1e6


@dataclass(frozen=True)
class _Unit:
    """What may not be parted: a word, or a character of a script without spaces, in pixels."""

    text: str
    space: bool
    width: float
    malus: float


def wrappings(
    text: str, em_px: float, family: str, locale: Locale, room_px: float, most_lines: int
) -> Iterator[tuple[str, ...]]:
    """The text on one line, on two, and so on, the longest of them as short as can be.

    What hangs over is for the caller to see; none when it certainly would on all.
    """
    units = [
        _Unit(
            text=unit,
            space=bool(number and not index),
            width=_advance_em(unit, family, locale) * em_px,
            malus=malus * _MALUS_EM * em_px,
        )
        for number, word in enumerate(text.split(" "))
        for index, (unit, malus) in enumerate(line_units(word))
    ]
    if sum(unit.width for unit in units) > most_lines * room_px:
        return
    for count in range(1, min(most_lines, len(units)) + 1):
        starts = _balanced(units, count, SPACE_EM * em_px, room_px)
        yield tuple(
            "".join(" " * unit.space + unit.text for unit in units[one:other]).strip()
            for one, other in zip(starts, [*starts[1:], len(units)], strict=True)
        )


def cut(text: str, length: int) -> str:
    """At most ``length`` clusters and an ellipsis; ends with a whole word if it can."""
    short = shortened(text, length)
    if short == text or " " not in short:
        return short
    kept = short.removesuffix("…")
    whole, _, rest = kept.rpartition(" ")
    if text[len(kept) :].startswith(" ") or len(rest) > _LONG_WORD:
        return short
    return whole.rstrip(" .,;:…") + "…"


def _advance_em(unit: str, family: str, locale: Locale) -> float:
    runs = visual_runs([unit], locale, family)
    return sum(ink(run.text, run.family, rtl=run.rtl).advance for run in runs if run.text)


def _balanced(units: Sequence[_Unit], count: int, space_px: float, room_px: float) -> list[int]:
    """Where each of ``count`` lines starts: none too wide, breaks well placed."""
    reach = [0.0]
    for unit in units:
        reach.append(reach[-1] + unit.width + space_px * unit.space)

    def width(start: int, end: int) -> float:
        wide = reach[end] - reach[start] - space_px * units[start].space
        return wide if wide <= room_px else wide + _TOO_WIDE_PX

    ends = range(1, len(units) + 1)
    best = [(width(0, end), 0.0, [0]) for end in ends]
    for line in range(1, count):
        best = [
            min(
                (
                    (
                        max(best[at - 1][0], width(at, end)),
                        best[at - 1][1] + units[at].malus,
                        [*best[at - 1][2], at],
                    )
                    for at in range(line, end)
                ),
                key=lambda found: found[0] + found[1],
                default=(math.inf, 0.0, [0]),
            )
            for end in ends
        ]
    return best[-1][2]
