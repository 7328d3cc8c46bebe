"""Measure what the project promises, print it, and write ``benchmarks/results.md``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from benchmarks import (
    claude,
    dashboard,
    hearing,
    long,
    mutes,
    orchestration,
    parallel,
    planning,
    publishing,
    render,
    results,
    sync,
    variations,
)
from benchmarks.measure import SECONDS, SHORTEST_SECONDS, table

SECTIONS: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        render,
        variations,
        parallel,
        long,
        sync,
        mutes,
        hearing,
        orchestration,
        planning,
        publishing,
        dashboard,
        claude,
    )
}
"""Each has ``measure(folder)``, which gives its rows;
the first line of its docstring is its heading."""


def main(names: list[str]) -> int:
    """Run the named sections, or all; 1 when a figure is over its limit, 2 for wrong usage."""
    unknown = [name for name in names if name not in SECTIONS]
    if unknown or SECONDS < SHORTEST_SECONDS:
        print(
            f"sections: {', '.join(SECTIONS)}; CLIPPER_BENCH_SECONDS is at least "
            f"{SHORTEST_SECONDS}",
            file=sys.stderr,
        )
        return 2
    missed = 0
    with _folder() as folder:
        for name in names or SECTIONS:
            print(f"{name}:", flush=True)
            section = SECTIONS[name]
            rows = section.measure(folder)
            print(table(rows), flush=True)
            if results.is_full():
                results.kept(name, results.part(name, section.__doc__ or "", rows))
            missed += sum(row.within is False for row in rows)
    return 1 if missed else 0


@contextmanager
def _folder() -> Iterator[Path]:
    """Where sources and clips are made; only the one that the environment names is kept."""
    if kept := os.environ.get("CLIPPER_BENCH_FOLDER"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept).absolute()
        return
    with tempfile.TemporaryDirectory(prefix="clipper-bench-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
