"""What a person sees in the terminal: progress on stderr, results on stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from clipping import progress
from clipping.models import ClipReport, ClipState, Proof, Rejection, Release, Verdict
from clipping.timing import timecode

# No markup: brackets in a file's name or in what is said are no tags of ours.
errors = Console(stderr=True, highlight=False, markup=False)
# In a pipe no line is folded at a terminal's width that is not there.
output = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 240)

_OPENING_WORDS = 10

# Without a terminal a line is written at most this often, besides a stage's first and last.
PLAIN_INTERVAL_S = 10.0
MINUTE = "%Y-%m-%d %H:%M"
STATES = {ClipState.READY: "ready", ClipState.HELD: "held", ClipState.FAILED_PROOF: "failed"}


class Stages:
    """How far each stage is, parts averaged, and when it was first and last heard of."""

    def __init__(self) -> None:
        self._parts: dict[str, dict[str, float]] = {}
        self._heard: dict[str, tuple[float, float]] = {}

    def fraction(self, event: progress.Progress) -> float:
        """Fraction 0..1 of the event's stage, the event counted in."""
        now = time.monotonic()
        self._heard[event.stage] = (self._heard.get(event.stage, (now, now))[0], now)
        parts = self._parts.setdefault(event.stage, {})
        if event.fraction == 0 and len(parts) >= event.parts and min(parts.values()) >= 1:
            parts.clear()  # the next video of a pass that takes in several
        parts[event.part] = event.fraction
        return sum(parts.values()) / max(event.parts, len(parts))

    def seconds(self) -> dict[str, float]:
        """Wall seconds from each stage's first report to its last."""
        return {stage: round(last - first, 3) for stage, (first, last) in self._heard.items()}


@contextmanager
def showing_progress(step: float = 0.0) -> Iterator[Stages]:
    """Draw every stage's percentage and time left while the block runs.

    :param step: Without a terminal, the fraction of a stage that lies between two lines at least;
        for work that takes many minutes.
    """
    stages = Stages()
    draw = _bars(stages) if errors.is_terminal else _lines(stages, step)
    with draw as listener, progress.listening(listener):
        yield stages


@contextmanager
def _bars(stages: Stages) -> Iterator[progress.Listener]:
    rows = dict[str, TaskID]()
    with Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=32),
        TaskProgressColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[detail]}", markup=False),
        console=errors,
    ) as bars:

        def listener(event: progress.Progress) -> None:
            if event.stage not in rows:
                rows[event.stage] = bars.add_task(event.stage, total=1.0, detail="")
            bars.update(
                rows[event.stage], completed=stages.fraction(event), detail=event.detail[:60]
            )

        yield listener


@contextmanager
def _lines(stages: Stages, step: float) -> Iterator[progress.Listener]:
    started, written = dict[str, tuple[float, float]](), dict[str, tuple[float, float]]()

    def listener(event: progress.Progress) -> None:
        now, fraction = time.monotonic(), stages.fraction(event)
        if fraction == 0 and written.get(event.stage, (now, 0.0))[1] >= 1.0:
            del started[event.stage], written[event.stage]
        begin, was_done = started.setdefault(event.stage, (now, fraction))
        at, last = written.get(event.stage, (-PLAIN_INTERVAL_S, -1.0))
        done = fraction >= 1.0 > last
        early = now - at < PLAIN_INTERVAL_S or fraction < (last + step if last >= 0 else 0)
        if last >= 1.0 or (not done and early):
            return
        written[event.stage] = (now, fraction)
        left, gained = "", fraction - was_done
        if gained > 0.02 and fraction < 1.0:
            left = f", about {(now - begin) * (1 - fraction) / gained:.0f} s left"
        sys.stderr.write(f"{event.stage}: {fraction:.0%}{left} {event.detail}".rstrip() + "\n")
        sys.stderr.flush()

    yield listener


def clip_table(clips: Sequence[tuple[ClipReport, Path]]) -> Table:
    """One row per clip: number, score, span, whether it may be posted; its hook, path and id.

    The last three stand below one another, so that nothing is lost on 80 columns.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("span", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("clip", overflow="fold")
    for number, (report, path) in enumerate(clips, 1):
        hook = report.hook or f"no hook: {report.natural_start or 'none was wanted'}"
        lines = [hook, _short(path), report.clip_id]
        if report.rescued_at:
            lines.append("brought back by hand")
        if report.verdict:
            lines.append(decided(report.verdict))
        if report.proof.passed:
            lines += [f"held: {hold.reason}" for hold in report.waits_for]
        else:
            failed = [check.name for check in report.proof.failures]
            lines.append("not ready: " + ", ".join(failed))
        table.add_row(
            str(number),
            str(report.score),
            f"{timecode(report.span.start_ms)[:-4]}-{timecode(report.span.end_ms)[:-4]}",
            STATES[report.state],
            Text("\n".join(lines)),
        )
    return table


def _short(path: Path) -> str:
    """The path as one would type it from here."""
    here = Path.cwd()
    whole = path.resolve()
    return str(whole.relative_to(here)) if here in whole.parents else str(path)


def waiting_line(reports: Sequence[ClipReport]) -> str:
    """How many of the clips wait for a person, and what that person does; empty when none does."""
    held = [report.clip_id for report in reports if report.state is ClipState.HELD]
    if not held:
        return ""
    wait = "1 clip waits" if len(held) == 1 else f"{len(held)} clips wait"
    which = held[0] if len(held) == 1 else "CLIP_ID"
    return f"{wait} for a person: look, then clipper release {which} --by NAME"


def rejection_table(
    rejections: Sequence[tuple[int, Rejection]], limit: int | None = 10, *, words: bool = False
) -> Table:
    """The best dropped candidates by number and why each was dropped; all without a limit.

    With ``words``, the code and the first words of each as well.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    for column in ("span", "score", *(("code",) if words else ())):
        table.add_column(column, no_wrap=True)
    table.add_column("reason", overflow="fold")
    for number, item in sorted(rejections, key=lambda one: -one[1].score)[:limit]:
        code = (item.code.replace("_", " "),) if words else ()
        said = f"{item.reason}\n“{_opening(item.text)}”" if words else item.reason
        table.add_row(str(number), str(item.span), str(item.score), *code, Text(said))
    return table


def _opening(text: str) -> str:
    words = text.split()
    return " ".join(words[:_OPENING_WORDS]) + ("…" if len(words) > _OPENING_WORDS else "")


def report_view(report: ClipReport) -> RenderableType:
    """A clip's report for reading: what it is, why it was chosen, what was measured."""
    facts = Table(box=None, show_header=False, pad_edge=False)
    for name, value in (
        ("clip", report.clip_id),
        ("client", report.client),
        ("source", f"{report.source.file_name} ({timecode(report.source.duration_ms)})"),
        ("rights", report.source.rights.summary),
        ("span", str(report.span)),
        ("score", str(report.score)),
        ("reason", report.reason),
        ("state", STATES[report.state]),
        *(("held for", hold.reason) for hold in report.waits_for),
        *(("released", released(release)) for release in report.releases),
        *([("verdict", decided(report.verdict))] if report.verdict else []),
        *([("rescued", f"{report.rescued_at:{MINUTE}} UTC")] if report.rescued_at else []),
        ("hook", report.hook or f"none: {report.natural_start or 'none was wanted'}"),
        ("text", " ".join(word.text for word in report.words)),
        *_posts(report),
        ("made by", f"{report.transcriber}, {report.detector}, style {report.style}"),
        ("recipe", report.recipe_hash),
    ):
        facts.add_row(name, Text(value))
    return Group(facts, Text(), proof_view(report.proof))


def _posts(report: ClipReport) -> list[tuple[str, str]]:
    """The words of each post as one would paste them, and what there is to say about them."""
    rows = [
        (post.platform.value, "\n".join(filter(None, (post.title, post.text))))
        for post in report.posts
    ]
    notes = [("words by", " ".join([f"{report.writer}.", *report.writing_notes]))]
    return [*rows, *notes] if rows else []


def released(release: Release) -> str:
    """Who has agreed, when, and what there was to say."""
    said = f"by {release.person} on {release.released_at:{MINUTE}} UTC"
    return f"{said}: {release.note}" if release.note else said


def decided(verdict: Verdict) -> str:
    """What somebody decided, who, when, and why."""
    said = f"{verdict.decision.value} by {verdict.person} on {verdict.at:{MINUTE}} UTC"
    return f"{said}: {verdict.why}" if verdict.why else said


def proof_view(proof: Proof) -> RenderableType:
    """Every measurement with its limit, and how many were within it."""
    failed, count = [check.name for check in proof.failures], len(proof.checks)
    verdict = f"all {count} checks passed"
    if failed:
        verdict = f"{len(failed)} of {count} checks failed: {', '.join(failed)}"
    return Group(_proof_table(proof), Text(), Text(verdict))


def _proof_table(proof: Proof) -> Table:
    from clipping.reports.html import amount

    checks = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("check", "value", "limit", "unit", "passed"):
        checks.add_column(column)
    for check in proof.checks:
        value = "-" if check.value is None else amount(check.value)
        verdict = "yes" if check.passed else "NO"
        checks.add_row(check.name, Text(value), Text(amount(check.limit)), check.unit, verdict)
    return checks
