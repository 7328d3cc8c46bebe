"""What the children of the rendering sections run; every argument is what JSON can hold."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.child import cpu_seconds
from benchmarks.material import (
    FPS,
    START_MS,
    THREADS,
    Material,
    read_material,
)
from benchmarks.recipes import HOOK, framings, moment, source
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import RenderChoices, RenderPlan
from clipping.rendering import compose, loudness
from clipping.rendering.framing import centre_crop
from clipping.rendering.grid import snap
from clipping.rendering.plan import encoder_settings, make_plan, mutes
from clipping.rendering.reframe import Camera
from clipping.timing import TimeSpan

TIMEOUT_S = 1_800.0
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "19", "-pix_fmt", "yuv420p")


def ours(
    material: str,
    out: str,
    seconds: int,
    *,
    camera: str = "still",
    start_ms: int = START_MS,
    threads: int = THREADS,
    drawn: bool = True,
) -> dict[str, float]:
    """A clip as the product makes it; CPU-seconds of its two steps."""
    made = read_material(material)
    before, heard = cpu_seconds(), Path(f"{out}.m4a")
    plan = _plan(made, start_ms, seconds, camera, threads, drawn, heard)
    planned = cpu_seconds()
    compose.render(plan, made.path, made.media, Path(out), sound=heard)
    return {"measuring_cpu_s": planned - before, "render_cpu_s": cpu_seconds() - planned}


def variations(material: str, out: str, seconds: int, hooks: Sequence[str]) -> list[str]:
    """The same clip once per hook: the first in full, the others with its body."""
    made, first = read_material(material), Path(out) / "0.mp4"
    heard = Path(out) / "sound.m4a"
    plan = _plan(made, START_MS, seconds, "still", THREADS, True, heard)
    paths = []
    for number, text in enumerate(hooks):
        path = Path(out) / f"{number}.mp4"
        varied = plan_again(made, plan, text)
        sibling = first if number else None
        compose.render(varied, made.path, made.media, path, sibling=sibling, sound=heard)
        paths.append(str(path))
    return paths


def plan_again(made: Material, plan: RenderPlan, hook: str) -> RenderPlan:
    """The plan with another hook, its loudness not measured again."""
    return make_plan(
        source(made.media),
        made.spoken(plan.span),
        moment(plan.span, hook),
        choices=plan.choices,
        loudness=plan.loudness,
        encoder=plan.encoder,
        camera=Camera(plan.framings, ()),
    )


def batch(
    material: str, out: str, seconds: int, starts_ms: Sequence[int], workers: int, threads: int
) -> None:
    """Several clips of one source, ``workers`` at a time, as the render flow runs them."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [
            pool.submit(
                ours,
                material,
                str(Path(out) / f"{workers}-{number}.mp4"),
                seconds,
                start_ms=start_ms,
                threads=threads,
            )
            for number, start_ms in enumerate(starts_ms)
        ]
        for future in futures:
            future.result()


def plain(material: str, out: str, seconds: int) -> None:
    """The plain command: seek, crop, scale, encode; no captions, no mutes, the level as it is."""
    made = read_material(material)
    _ffmpeg(
        *("-ss", f"{START_MS / 1000}", "-t", str(seconds), "-i", str(made.path)),
        *("-vf", plain_filters(made), *X264, "-threads", str(THREADS)),
        *("-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart", out),
    )


def plain_filters(made: Material) -> str:
    """The crop of the still camera, scaled to the clip's size."""
    crop = centre_crop(made.media.video)
    size = f"{crop.width_px}:{crop.height_px}:{crop.left_px}:{crop.top_px}"
    return f"crop={size},scale=1080:1920:flags=lanczos"


def raw_frames(material: str, out: str, seconds: int) -> None:
    """The pictures of the plain command, not encoded, for :func:`floor`."""
    made = read_material(material)
    _ffmpeg(
        *("-ss", f"{START_MS / 1000}", "-t", str(seconds), "-i", str(made.path), "-an"),
        *("-vf", plain_filters(made), "-pix_fmt", "yuv420p", "-f", "rawvideo", out),
    )


def floor(frames: str, out: str, loops: int) -> None:
    """The encoder alone, with the plain command's settings."""
    _ffmpeg(
        *("-stream_loop", str(loops - 1), "-f", "rawvideo", "-video_size", "1080x1920"),
        *("-framerate", str(FPS), "-pixel_format", "yuv420p", "-i", frames),
        *(*X264, "-threads", str(THREADS), out),
    )


def _plan(
    made: Material,
    start_ms: int,
    seconds: int,
    camera: str,
    threads: int,
    drawn: bool,
    heard: Path,
) -> RenderPlan:
    span = TimeSpan(start_ms=start_ms, end_ms=start_ms + 1000 * seconds)
    words = made.spoken(span)
    cut = snap(span, made.media)
    silenced = mutes(words, cut.span)
    plan = make_plan(
        source(made.media),
        words,
        moment(span, HOOK),
        choices=RenderChoices(),
        loudness=loudness.measure(made.path, made.media, cut, silenced, keep=heard),
        encoder=encoder_settings("libx264", threads),
        camera=Camera(framings(camera, made.media.video, FPS * seconds), ()),
    )
    return plan if drawn else plan.model_copy(update={"captions": (), "hook": None})


def _ffmpeg(*args: Any) -> None:
    run_ffmpeg(args, timeout_s=TIMEOUT_S)
