"""``clipper rehearse``: the screen, the page and the JSON of a rehearsal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from clipping.models import LATE_S, RehearsalReport, RehearsedPart
from flows import console
from flows.folders import check_new_file

if TYPE_CHECKING:
    from tasks.rehearsing import Wishes

_COUNTS = ("posts", "posted", "late", "failed", "held", "cancelled", "unknown")
_MOST_SHOWN = 12
_TOLD_EVERY = 0.1


def run_rehearsal(wishes: Wishes, out: Path | None, *, as_json: bool) -> bool:
    """Rehearse, and show what came of it; whether all was as it must be.

    :param out: File for a page about it.
    :raises Rejected: There is no such place; nothing is rehearsed.
    """
    if out is not None:
        check_new_file(out, "the page")
    from tasks.rehearsing import rehearse

    with console.showing_progress(_TOLD_EVERY):
        report = rehearse(wishes)
    if out is not None:
        from clipping.reports import write_rehearsal_page

        write_rehearsal_page(out, report)
    if as_json:
        told = {**report.model_dump(mode="json"), "passed": report.passed, "wrongs": report.wrongs}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        console.output.print(rehearsal_view(report))
        if out is not None:
            console.output.print(f"The page: {out}")
    return report.passed


def rehearsal_view(report: RehearsalReport) -> RenderableType:
    """All of it on one screen."""
    return Group(
        _facts(report),
        Text(),
        _parts("platform", report.platforms),
        *_reasons(report),
        *_named("what happened", report.met),
        *_named("what a person did", report.person),
        *_wrongs(report),
    )


def _facts(report: RehearsalReport) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    states = ", ".join(f"{count} {state}" for state, count in report.states.items())
    late = report.minutes_late
    times = (
        f"half within {late['median']} min, 95 % within {late['p95']}, all within {late['most']}"
        if late
        else "nothing was posted"
    )
    for name, value in {
        "rehearsed": f"{report.size}, faults {report.faults}, seed {report.seed}",
        "planned": f"{report.planned} of {report.wanted} slots, {report.posts} posts",
        "posts": states or "none",
        "late": f"{report.late} by more than {LATE_S // 60} min ({times})",
        "taken down": str(report.removed),
        "duplicates": str(len(report.duplicates)),
        "lost": str(len(report.lost)),
        "limits": f"{len(report.violations)} not kept, of {report.exchanges} requests",
        "publisher": f"killed {report.killed}, {report.renewals} tokens renewed",
        "took": f"{report.took_s:.0f} s",
    }.items():
        table.add_row(name, Text(value))
    return table


def _parts(name: str, parts: Sequence[RehearsedPart]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(name, no_wrap=True)
    for count in _COUNTS:
        table.add_column(count, justify="right", no_wrap=True)
    for part in parts:
        table.add_row(part.name, *(str(getattr(part, count)) for count in _COUNTS))
    return table


def _reasons(report: RehearsalReport) -> Iterator[RenderableType]:
    if not report.reasons:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("state", no_wrap=True)
    table.add_column("posts", justify="right", no_wrap=True)
    table.add_column("why it is not public", overflow="fold")
    for reason in report.reasons[:_MOST_SHOWN]:
        table.add_row(reason.state, str(reason.count), Text(reason.sentence))
    yield Text()
    yield table
    left = report.reasons[_MOST_SHOWN:]
    if left:
        yield Text(f"and {sum(one.count for one in left)} for {len(left)} other reasons: --json")


def _named(title: str, counts: dict[str, int]) -> Iterator[RenderableType]:
    if counts:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        yield Text(f"\n{title}: {told}")


def _wrongs(report: RehearsalReport) -> Iterator[RenderableType]:
    yield Text()
    for sentence in (*report.duplicates, *report.lost, *report.violations)[:_MOST_SHOWN]:
        yield Text(sentence)
    for sentence in report.wrongs:
        yield Text(sentence, style="bold red")
    if report.passed:
        yield Text("Nothing public twice, nothing lost, every limit kept.", style="bold green")
