"""Six clips of one source: one after another on all cores, or a single-threaded one per core."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.material import THREADS, make_material
from benchmarks.measure import (
    SECONDS,
    Case,
    Row,
    Run,
    interleaved,
    memory,
    ratios,
    spread,
    wall,
)

CLIPS = 6
CLIP_SECONDS = SECONDS // 2
"""Thirty-six of them are rendered in three rounds."""
SPEED_LIMIT = 1.05
MEMORY_LIMIT_MB = 400
"""For each clip in the making."""
_STARTS_MS = tuple(5_370 + 13_000 * number for number in range(CLIPS))


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    shared = {
        "material": str(make_material(folder, minutes=2)),
        "out": str(folder),
        "seconds": CLIP_SECONDS,
        "starts_ms": _STARTS_MS,
    }
    runs = interleaved(
        [
            Case(name, "benchmarks.cases:batch", {**shared, "workers": workers, "threads": threads})
            for name, workers, threads in (("in turn", 1, THREADS), ("at once", THREADS, 1))
        ]
    )
    in_turn, at_once = runs["in turn"], runs["at once"]
    faster = [1 / ratio for ratio in ratios(at_once, in_turn, wall)]
    megabytes, limit_mb = median(map(memory, at_once)), MEMORY_LIMIT_MB * THREADS
    return [
        Row(
            f"{CLIPS} clips of {CLIP_SECONDS} s one after another, {THREADS} threads",
            _pace(in_turn),
            "1.00",
        ),
        Row(
            f"{CLIPS} clips, {THREADS} at a time with one thread each",
            _pace(at_once),
            spread(faster, ".2f"),
            f"≥ {SPEED_LIMIT:.2f}",
            median(faster) >= SPEED_LIMIT,
        ),
        Row(
            "memory of all processes together",
            f"{megabytes:.0f} MB",
            limit=f"< {limit_mb} MB",
            within=megabytes < limit_mb,
        ),
    ]


def _pace(runs: list[Run]) -> str:
    return f"{spread([CLIPS * 60 / run.wall_s for run in runs], '.2f')} clips a minute"
