"""How a case is measured, and how the figures become rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from clipping.media.ffmpeg import ffmpeg_path
from clipping.settings import CHECKOUT

ROUNDS = int(os.environ.get("CLIPPER_BENCH_ROUNDS", "3"))
"""Medians are of three; one round is enough to see that a change did not break anything."""
FULL_SECONDS = 30
SECONDS = int(os.environ.get("CLIPPER_BENCH_SECONDS", FULL_SECONDS))
"""Of the rendered clips. Others than the full length are a quick look and not kept."""
SHORTEST_SECONDS = 6
"""Shorter clips have no head and body to join."""

_SAMPLE_EVERY_S = 0.1
MB = 1_000_000


@dataclass(frozen=True)
class Row:
    """One line of a table: what, its figure, the ratio, and the limit one of them is held to."""

    name: str
    figure: str
    ratio: str = ""
    limit: str = ""
    within: bool | None = None
    """None where there is no limit."""


@dataclass(frozen=True)
class Case:
    """Something to measure: ``module:function`` and its arguments, as JSON can hold them."""

    name: str
    target: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    python: Path = Path(sys.executable)


@dataclass(frozen=True)
class Run:
    """One run of a case; ``memory_bytes`` is the peak over its whole process tree."""

    wall_s: float
    cpu_s: float
    memory_bytes: int
    value: Any


def run_case(case: Case) -> Run:
    """Run the case in a process of its own.

    Memory is the sum of the resident sizes of all its processes, sampled every 100 ms; pages that
    two of them share count twice.

    :raises SystemExit: It failed; its standard error was shown.
    """
    with tempfile.TemporaryDirectory(prefix="clipper-case-") as folder:
        answer = Path(folder) / "answer.json"
        command = [str(case.python), "-m", "benchmarks.child", case.target]
        process = subprocess.Popen(
            [*command, json.dumps(dict(case.arguments)), str(answer)],
            cwd=CHECKOUT,
            env={
                **os.environ,
                "CLIPPER_SCRATCH": folder,
                # The peer's encoder is ours.
                "IMAGEIO_FFMPEG_EXE": str(ffmpeg_path()),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident_bytes(process.pid))
            time.sleep(_SAMPLE_EVERY_S)
        if process.returncode != 0:
            raise SystemExit(f"the case {case.name!r} failed with status {process.returncode}")
        said = json.loads(answer.read_text("utf-8"))
    return Run(said["wall_s"], said["cpu_s"], peak, said["value"])


def _resident_bytes(pid: int) -> int:
    total = 0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += one.memory_info().rss
    return total


def interleaved(cases: Sequence[Case], rounds: int = ROUNDS) -> dict[str, list[Run]]:
    """The runs of every case by its name: A B C A B C ..., so that a slow minute hits them all."""
    runs: dict[str, list[Run]] = {case.name: [] for case in cases}
    for number in range(rounds):
        for case in cases:
            run = run_case(case)
            runs[case.name].append(run)
            print(
                f"  round {number + 1}, {case.name}: {run.cpu_s:.2f} CPU-s, {run.wall_s:.2f} s, "
                f"{run.memory_bytes / MB:.0f} MB",
                flush=True,
            )
    return runs


def cpu(run: Run) -> float:
    """CPU-seconds of a run."""
    return run.cpu_s


def wall(run: Run) -> float:
    """Seconds on the clock of a run."""
    return run.wall_s


def memory(run: Run) -> float:
    """Peak megabytes of a run."""
    return run.memory_bytes / MB


def spread(values: Sequence[float], form: str) -> str:
    """Median and range: ``1.08 (1.06-1.11)``."""
    low, high = format(min(values), form), format(max(values), form)
    return f"{median(values):{form}}" + ("" if len(values) == 1 else f" ({low}-{high})")


def ratios(
    runs: Sequence[Run], base: Sequence[Run], of: Callable[[Run], float] = cpu
) -> list[float]:
    """Of each round's figure to the same round's base."""
    return [of(run) / of(other) for run, other in zip(runs, base, strict=True)]


def costs(runs: Sequence[Run]) -> str:
    """``37.1 CPU-s (36.8-38.0), 19.0 s, 370 MB``."""
    return (
        f"{spread([cpu(run) for run in runs], '.1f')} CPU-s, "
        f"{median(map(wall, runs)):.1f} s, {median(map(memory, runs)):.0f} MB"
    )


def at_most(name: str, figure: str, values: Sequence[float], limit: float) -> Row:
    """A row whose ratio, the median of ``values``, may not be larger than the limit."""
    ratio = spread(values, ".2f")
    return Row(name, figure, ratio, f"≤ {limit:.2f}", round(median(values), 2) <= limit)


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    said = {True: "yes", False: "NO", None: ""}
    lines = ["| measure | figure | ratio | limit | within |", "|---|---|---|---|---|"]
    lines += [f"| {r.name} | {r.figure} | {r.ratio} | {r.limit} | {said[r.within]} |" for r in rows]
    return "\n".join(lines)
