"""Passages: what of a talk is read at a time.

A passage begins and ends with a turn. Only a turn that is longer than a passage is divided, at
the end of a sentence. Neighbours share whole turns, so that what lies on their border is seen
whole by one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from clipping.moments.claude.lines import Line, Script

PASSAGE_TOKENS: Final = 8_000


@dataclass(frozen=True)
class Passage:
    """Lines ``first`` to ``last`` of a script, both inclusive."""

    first: int
    last: int


@dataclass(frozen=True)
class _Unit:
    """Lines that stay together."""

    first: int
    last: int
    tokens: int
    start_ms: int
    end_ms: int


def passages(script: Script, shared_ms: int, most_tokens: int = PASSAGE_TOKENS) -> list[Passage]:
    """The script in passages of about ``most_tokens``, which cover every line.

    Each shares at least one turn with the one before, and at least ``shared_ms`` of talk as long
    as that is no more than half a passage.
    """
    units = _units(script.lines, most_tokens)
    found: list[Passage] = []
    start, stop = 0, 0
    while stop < len(units):
        stop = _filled(units, start, stop, most_tokens)
        found.append(Passage(units[start].first, units[stop - 1].last))
        start = max(start, _shared(units, start, stop, shared_ms, most_tokens // 2))
    return found


def _units(lines: Sequence[Line], most_tokens: int) -> list[_Unit]:
    """The turns, and the single sentences of turns that are longer than a passage."""
    units: list[_Unit] = []
    for _, group in groupby(lines, key=lambda line: line.turn):
        turn = list(group)
        whole = sum(line.tokens for line in turn) <= most_tokens
        units += [_unit(turn)] if whole else [_unit([line]) for line in turn]
    return units


def _unit(lines: Sequence[Line]) -> _Unit:
    return _Unit(
        first=lines[0].number,
        last=lines[-1].number,
        tokens=sum(line.tokens for line in lines),
        start_ms=lines[0].start_ms,
        end_ms=lines[-1].end_ms,
    )


def _filled(units: Sequence[_Unit], start: int, stop: int, most_tokens: int) -> int:
    """One past the last unit of a passage that has ``start`` to ``stop`` already: one more, and
    then as many as fit."""
    size = sum(unit.tokens for unit in units[start : stop + 1])
    stop += 1
    while stop < len(units) and size + units[stop].tokens <= most_tokens:
        size += units[stop].tokens
        stop += 1
    return stop


def _shared(units: Sequence[_Unit], start: int, stop: int, shared_ms: int, most_tokens: int) -> int:
    """Where the next passage begins."""
    at, size = stop - 1, units[stop - 1].tokens
    while (
        at - 1 > start
        and units[stop - 1].end_ms - units[at].start_ms < shared_ms
        and size + units[at - 1].tokens <= most_tokens
    ):
        at -= 1
        size += units[at].tokens
    return at
