"""How much of the picture the encode keeps: VMAF against the same pictures, never encoded.

The reference goes through the clip's own filters without captions, straight into the measurement.
Every sixth frame is compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from benchmarks.cases import TIMEOUT_S, X264, plain_filters
from benchmarks.material import FPS, THREADS, Material
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import Framing
from clipping.rendering import picture
from clipping.rendering.grid import Cut
from clipping.timing import TimeSpan

_EVERY = 6
_COUNTED = f"settb=1/{FPS},setpts=N"


def frames_of(first: int, count: int) -> Cut:
    """That many source frames, from the number ``first`` on."""
    start_ms, end_ms = (round(number * 1000 / FPS) for number in (first, first + count))
    return Cut(TimeSpan(start_ms=start_ms, end_ms=end_ms), Fraction(FPS), count)


def plain_vmaf(clip: Path, made: Material, cut: Cut) -> float:
    """Of a clip with the still crop, against the plain command's own filters."""
    timing = ",".join(picture.timing_filters(cut, made.media.video))
    return _vmaf(clip, made, cut, f"{timing},{plain_filters(made)}[v0]")


def framed_vmaf(clip: Path, made: Material, cut: Cut, framings: Sequence[Framing]) -> float:
    """Of a clip with any camera, against the engine's filters."""
    return _vmaf(clip, made, cut, _graph(made, cut, framings))


def plain_encode(clip: Path, made: Material, cut: Cut, framings: Sequence[Framing]) -> None:
    """The pictures of any camera with the plain command's encoder: what framed clips compare to."""
    graph = _graph(made, cut, framings)
    args = [*picture.input_args(cut, made.path), "-filter_complex", graph, "-map", "[v0]"]
    run_ffmpeg([*args, *X264, "-threads", str(THREADS), str(clip)], timeout_s=TIMEOUT_S)


def _graph(made: Material, cut: Cut, framings: Sequence[Framing]) -> str:
    return picture.graph(cut, made.media.video, framings, [])


def _vmaf(clip: Path, made: Material, cut: Cut, graph: str) -> float:
    meter = f"libvmaf=n_subsample={_EVERY}:n_threads={THREADS}:shortest=1"
    compared = f"{graph};[v0]{_COUNTED}[reference];[1:v]{_COUNTED},format=yuv420p[clip]"
    run = run_ffmpeg(
        [
            *(*picture.input_args(cut, made.path), "-i", str(clip), "-filter_complex"),
            *(f"{compared};[clip][reference]{meter}", "-an", "-f", "null", "-"),
        ],
        timeout_s=TIMEOUT_S,
    )
    score = re.search(r"VMAF score: ([\d.]+)", run.log)
    if score is None:
        raise SystemExit(f"VMAF of {clip.name} was not measured: {run.log[-500:]}")
    return float(score[1])
