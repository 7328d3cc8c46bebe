"""``benchmarks/results.md``: one part for each section, replaced when that section runs in full."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import FULL_SECONDS, ROUNDS, SECONDS, Row, table
from clipping.media.ffmpeg import ffmpeg_path, run_ffmpeg

RESULTS = Path(__file__).with_name("results.md")
HEAD = """# Results of `make bench`

Every figure is a median and its range; ratios are within one round of one run. CPU-s is user and
system time of a case's whole process tree, without the start of Python; memory is the largest sum
over that tree.
"""
_PACKAGES = ("prefect", "av", "numpy", "imageio-ffmpeg")


def part(name: str, about: str, rows: Sequence[Row]) -> str:
    """A section's part of the file."""
    heading = about.strip().splitlines()[0]
    return f"## {name}\n\n{heading}\n\n{_circumstances()}\n\n{table(rows)}\n"


def kept(name: str, text: str, path: Path = RESULTS) -> None:
    """Put a section's part into the file, in the place of its last one."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    parts = dict(re.findall(r"^(## (?!#).+?)\n(.*?)(?=^## |\Z)", old, re.MULTILINE | re.DOTALL))
    heading, _, body = text.partition("\n")
    parts[heading] = body
    whole = "\n".join([HEAD, *(f"{top}\n{rest.rstrip()}\n" for top, rest in parts.items())])
    path.write_text(whole, encoding="utf-8")


def is_full() -> bool:
    """Whether the figures are worth keeping: clips of full length."""
    return SECONDS == FULL_SECONDS


def _circumstances() -> str:
    ffmpeg = run_ffmpeg(["-version"], timeout_s=30, capture_stdout=True).stdout.decode()
    found = re.match(r"ffmpeg version (\S+)", ffmpeg)
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    machine = f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    encoder = found[1] if found else ffmpeg_path().name
    rounds = "1 round" if ROUNDS == 1 else f"{ROUNDS} rounds"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {rounds}, clips of {SECONDS} s; {machine}; "
        f"ffmpeg {encoder}, {packages}."
    )


def _processor() -> str:
    try:
        names = re.findall(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        names = []
    return names[0] if names else platform.machine()
