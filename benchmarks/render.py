"""One clip: what everything the product does to it costs, over one plain ffmpeg command."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path

from benchmarks import peer
from benchmarks.cases import raw_frames
from benchmarks.material import FPS, START_MS, Material, make_material, read_material
from benchmarks.measure import (
    SECONDS,
    Case,
    Row,
    Run,
    at_most,
    costs,
    interleaved,
    ratios,
    run_case,
    spread,
)
from benchmarks.quality import framed_vmaf, frames_of, plain_encode, plain_vmaf
from benchmarks.recipes import CAMERAS, framings

COST_LIMITS = {"still": 1.12, "moving": 1.22}
VMAF_TOLERANCE = 0.1
"""VMAF differs by as much between two encodes of one picture."""
RAW_SECONDS = 10
"""A second of raw frames takes 93 MB; they are encoded several times over."""


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    material = make_material(folder, minutes=2)
    rows = list(_cost_rows(interleaved(_cases(material, folder))))
    return rows + list(_quality_rows(read_material(str(material)), material, folder))


def _cases(material: Path, folder: Path) -> list[Case]:
    raw_seconds = min(RAW_SECONDS, SECONDS)
    shared = {"material": str(material), "seconds": SECONDS}
    frames = folder / "frames.yuv"
    raw_frames(str(material), str(frames), raw_seconds)
    cases = [
        Case(
            "floor",
            "benchmarks.cases:floor",
            {
                "frames": str(frames),
                "out": str(folder / "floor.mp4"),
                "loops": round(SECONDS / raw_seconds),
            },
        ),
        Case("plain", "benchmarks.cases:plain", {**shared, "out": str(folder / "plain.mp4")}),
    ]
    for camera in CAMERAS:
        out = {"out": str(folder / f"{camera}.mp4"), "camera": camera}
        cases.append(Case(camera, "benchmarks.cases:ours", {**shared, **out}))
    if peer.installed():
        made = read_material(str(material))
        cases.append(peer.moviepy_case(made, folder / "moviepy.mp4", SECONDS))
    return cases


def _cost_rows(runs: dict[str, list[Run]]) -> Iterator[Row]:
    plain = runs["plain"]

    def free(name: str, case: str) -> Row:
        return Row(name, costs(runs[case]), spread(ratios(runs[case], plain), ".2f"))

    yield free("the encoder alone, from raw frames", "floor")
    yield free("one plain ffmpeg command: seek, crop, scale, encode", "plain")
    for camera in CAMERAS:
        name = f"our clip, {camera} crop" if camera != "split" else "our clip, split"
        limit = COST_LIMITS.get(camera)
        if limit is None:
            yield free(name, camera)
        else:
            shares = ratios(runs[camera], plain)
            yield at_most(name, costs(runs[camera]), shares, limit)
    measuring = [run.value["measuring_cpu_s"] for run in runs["still"]]
    shares = [cpu_s / run.cpu_s for cpu_s, run in zip(measuring, plain, strict=True)]
    figure = f"{spread(measuring, '.2f')} CPU-s"
    yield Row("of it: plan and loudness measuring, still crop", figure, spread(shares, ".2f"))
    if peer.installed():
        yield free("MoviePy 2, still crop, the same texts", "MoviePy 2")
    else:
        yield Row("MoviePy 2, still crop, the same texts", "not installed")


def _quality_rows(made: Material, material: Path, folder: Path) -> Iterator[Row]:
    """VMAF of clips without captions and hook; the still ones are all held against one filter."""
    count, start = FPS * SECONDS, START_MS * FPS / 1000
    first = round(start)  # where our plan begins; the plain command drops frames before its seek
    plain = plain_vmaf(folder / "plain.mp4", made, frames_of(ceil(start), count))
    yield Row("VMAF of the plain command", f"{plain:.2f}")
    for camera in CAMERAS:
        clip = folder / f"{camera}.mp4"
        out = {"out": str(clip), "camera": camera, "drawn": False}
        run_case(
            Case(
                camera,
                "benchmarks.cases:ours",
                {"material": str(material), "seconds": SECONDS, **out},
            )
        )
        cut = frames_of(first, count)
        if camera == "still":
            base, ours = plain, plain_vmaf(clip, made, cut)
        else:
            look = framings(camera, made.media.video, count)
            plain_encode(folder / "base.mp4", made, cut, look)
            base = framed_vmaf(folder / "base.mp4", made, cut, look)
            ours = framed_vmaf(clip, made, cut, look)
        yield Row(
            f"VMAF of ours, {camera}, against plain encoding of the same pictures",
            f"{ours:.2f}, plain {base:.2f}",
            f"{ours - base:+.2f}",
            f"≥ -{VMAF_TOLERANCE}",
            ours >= base - VMAF_TOLERANCE,
        )
    if peer.installed():
        clip = folder / "moviepy.mp4"
        run_case(peer.moviepy_case(made, clip, SECONDS, drawn=False))
        score = plain_vmaf(clip, made, frames_of(peer.first_frame(), count))
        yield Row("VMAF of MoviePy 2", f"{score:.2f}", f"{score - plain:+.2f}")
