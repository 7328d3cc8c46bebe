"""The second pass: a judge sees all finalists in their context, compares and ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clipping.claude.again import MOST_TOKENS, ask
from clipping.claude.door import Door
from clipping.claude.question import Block, Question, Reply
from clipping.moments.claude.answers import Drop, DropCode, Judged, Verdict, schema_of
from clipping.moments.claude.finalists import Finalist, floor_of
from clipping.moments.claude.lines import Script
from clipping.moments.claude.places import Places
from clipping.moments.claude.prompting import Brief, limits, system, wishes
from clipping.moments.claude.reading import Reading, read

LINES_BEFORE: Final = 5
LINES_AFTER: Final = 2
_SPARE: Final = 2
"""Verdicts beyond the count, in case some cannot be cut; more would only cost."""
_ANSWER_TOKENS: Final = 2_000
_TOKENS_EACH: Final = 400


def question(
    places: Places, script: Script, entries: Sequence[Finalist], brief: Brief, model: str
) -> Question:
    """What the judge is asked about all finalists at once."""
    floor = min(floor_of(places), len(entries))
    most = max(floor, min(len(entries), brief.options.count + _SPARE))
    task = (
        f"{limits(brief)} There are {len(entries)} finalists. Rank at least {floor} of them if so"
        f" many are whole, and at most {most}."
    )
    shown = "\n\n".join(_shown(places, script, entry) for entry in entries)
    return Question(
        purpose="judge",
        model=model,
        system=(*system("judge"), Block(text=wishes(brief.policy))),
        user=(Block(text=f"<finalists>\n{shown}\n</finalists>\n\n{task}"),),
        schema_=schema_of(Judged),
        max_tokens=min(MOST_TOKENS, _ANSWER_TOKENS + _TOKENS_EACH * len(entries)),
    )


def judge(
    door: Door,
    places: Places,
    script: Script,
    entries: Sequence[Finalist],
    brief: Brief,
    model: str,
) -> Reading:
    """The judge's lists ``ranked`` and ``dropped``. Raises what the door raises."""
    asked = question(places, script, entries, brief, model)
    return ask(
        door,
        [asked],
        lambda _, reply: _read(reply, places, script, entries),
        patient=brief.policy.patient,
    )[0]


def bounds(places: Places, script: Script, entry: Finalist) -> tuple[int, int]:
    """The line numbers of a finalist."""
    return script.numbers(*places.sentences(entry.window))


def _around(script: Script, first: int, last: int) -> tuple[int, int]:
    return max(1, first - LINES_BEFORE), min(len(script.lines), last + LINES_AFTER)


def _shown(places: Places, script: Script, entry: Finalist) -> str:
    first, last = bounds(places, script, entry)
    low, high = _around(script, first, last)
    rows = [f"finalist {entry.number}"]
    if low < first:
        rows.append(script.shown(low, first - 1))
    rows += ["-- clip --", script.shown(first, last), "-- end of clip --"]
    if last < high:
        rows.append(script.shown(last + 1, high))
    return "\n".join(rows)


def _read(reply: Reply, places: Places, script: Script, entries: Sequence[Finalist]) -> Reading:
    by_number = {entry.number: entry for entry in entries}
    seen: set[int] = set()

    def known(item: Verdict | Drop) -> str:
        if item.finalist not in by_number:
            return f"there is no finalist {item.finalist}"
        if item.finalist in seen:
            return f"finalist {item.finalist} stands there twice"
        seen.add(item.finalist)
        return ""

    def within(item: Verdict) -> str:
        if fault := known(item):
            return fault
        first, last = bounds(places, script, by_number[item.finalist])
        low, high = _around(script, first, last)
        if not low <= item.first <= item.last <= high:
            return f"{item.first} to {item.last} is no run of the sentences shown for it"
        apart = item.last < first or item.first > last
        return f"{item.first} to {item.last} leaves its clip" if apart else ""

    found = read(reply, Judged, {"ranked": within, "dropped": known})
    return found if found.useless else _missing(found, places, entries, seen)


def _missing(
    found: Reading, places: Places, entries: Sequence[Finalist], seen: set[int]
) -> Reading:
    """The reading with what it leaves out as its faults."""
    left = [entry.number for entry in entries if entry.number not in seen]
    if len(left) == len(entries):
        return Reading(useless="it was empty")
    faults = []
    if left:
        faults.append(f"Finalists {', '.join(map(str, left[:20]))} are neither ranked nor dropped.")
    floor = min(floor_of(places), len(entries))
    weak = sum(drop.code is DropCode.WEAK for drop in found.items["dropped"])
    if weak and len(found.items["ranked"]) < floor:
        faults.append(f"At least {floor} are to be ranked before any is dropped as weak.")
    return found.with_faults(faults) if faults else found
