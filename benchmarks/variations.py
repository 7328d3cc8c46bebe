"""Five hooks for one clip: the first in full, the others share its body and its sound."""

from __future__ import annotations

from pathlib import Path

from benchmarks.material import make_material
from benchmarks.measure import SECONDS, Case, Row, at_most, costs, interleaved, ratios
from benchmarks.recipes import HOOKS
from clipping.errors import RenderFailed
from clipping.media.ffmpeg import run_ffmpeg

COST_LIMIT = 1.7


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    shared = {"material": str(make_material(folder, minutes=2)), "seconds": SECONDS}
    one = {**shared, "out": str(folder / "one.mp4")}
    many = {**shared, "out": str(folder), "hooks": HOOKS}
    runs = interleaved(
        [
            Case("one clip", "benchmarks.cases:ours", one),
            Case("variations", "benchmarks.cases:variations", many),
        ]
    )
    base, varied = runs["one clip"], runs["variations"]
    paths = [Path(path) for path in varied[-1].value]
    clean = [path for path in paths if _decodes_cleanly(path)]
    return [
        Row("one clip in full", costs(base), "1.00"),
        at_most(f"{len(HOOKS)} hook variations", costs(varied), ratios(varied, base), COST_LIMIT),
        Row(
            "joined files that decode without a warning",
            f"{len(clean)} of {len(paths)}",
            limit="all",
            within=len(clean) == len(paths),
        ),
    ]


def _decodes_cleanly(path: Path) -> bool:
    strict = ["-v", "warning", "-xerror", "-err_detect", "explode", "-i", str(path)]
    try:
        return not run_ffmpeg([*strict, "-f", "null", "-"], timeout_s=300).log.strip()
    except RenderFailed:
        return False
