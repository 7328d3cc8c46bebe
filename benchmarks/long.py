"""A clip near the end of an hour costs what the same clip costs near its beginning."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.material import MINUTE_MS, START_MS, make_material
from benchmarks.measure import (
    SECONDS,
    Case,
    Row,
    at_most,
    costs,
    cpu,
    interleaved,
    memory,
    ratios,
    wall,
)

MINUTES, EARLY, LATE = 60, 1, 55
TIME_LIMIT, MEMORY_LIMIT = 1.05, 1.10


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    shared = {"material": str(make_material(folder, MINUTES)), "seconds": SECONDS}
    runs = interleaved(
        [
            Case(
                f"minute {minute}",
                "benchmarks.cases:ours",
                {
                    **shared,
                    "out": str(folder / f"{minute}.mp4"),
                    "start_ms": minute * MINUTE_MS + START_MS,
                },
            )
            for minute in (EARLY, LATE)
        ]
    )
    early, late = runs[f"minute {EARLY}"], runs[f"minute {LATE}"]
    name = f"the same clip at minute {LATE}"
    megabytes = f"{median(map(memory, late)):.0f} MB"
    return [
        Row(f"a clip at minute {EARLY} of an hour", costs(early), "1.00"),
        at_most(f"{name}, CPU time", costs(late), ratios(late, early, cpu), TIME_LIMIT),
        at_most(f"{name}, time on the clock", "", ratios(late, early, wall), TIME_LIMIT),
        at_most(f"{name}, memory", megabytes, ratios(late, early, memory), MEMORY_LIMIT),
    ]
