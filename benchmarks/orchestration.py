"""Whole runs of `clipper clip`: how soon they say something, and what is not the work itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pysubs2

from benchmarks.measure import ROUNDS, Row, spread
from clipping.demo import make_demo
from clipping.media.ffmpeg import run_ffmpeg

SOURCE_SECONDS = 600
FIRST_PROGRESS_LIMIT_S = 8.0
OVERHEAD_LIMIT = 0.10


def _ten_minutes(folder: Path) -> tuple[Path, Path]:
    """A ten-minute talk: the demo talk repeated, with its line captions repeated alike."""
    talk = make_demo(folder / "demo")
    lines = pysubs2.load(str(talk.captions))
    length_ms = max(word.span.end_ms for word in talk.truth)
    listing = folder / "list.txt"
    repeats = SOURCE_SECONDS // 90 + 1
    listing.write_text(f"file '{talk.video}'\n" * repeats, encoding="utf-8")
    video = folder / "talk.mp4"
    run_ffmpeg(
        ["-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy", str(video)], timeout_s=120
    )
    period_ms = _duration_ms(video) // repeats
    assert period_ms >= length_ms
    captions = pysubs2.SSAFile()
    for repeat in range(repeats):
        for line in lines:
            copy = line.copy()
            copy.shift(ms=repeat * period_ms)
            captions.append(copy)
    captions.save(str(video.with_suffix(".srt")))
    return video, video.with_suffix(".srt")


def _duration_ms(video: Path) -> int:
    from clipping.media.probe import probe

    return probe(video).duration_ms


def _clip(arguments: list[str], home: Path, out: Path) -> tuple[float, float, dict[str, float]]:
    """One ``clipper clip``: seconds to its first line of progress, to its first task's, by stage.

    The first line is that of the input being checked, before Prefect is there to run a task.
    """
    started = time.monotonic()
    command = [sys.executable, "-m", "flows.cli", "clip", *arguments, "--json", "--out", str(out)]
    first = task = 0.0
    # To a file: the document is larger than a pipe holds while nobody reads it.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        process = subprocess.Popen(
            command,
            env={**os.environ, "CLIPPER_HOME": str(home)},
            stdout=answer,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if not first and line.startswith("ingest:"):
                first = time.monotonic() - started
            if not task and line.startswith("ingest:") and "checking" not in line:
                task = time.monotonic() - started
        code = process.wait()
        total = time.monotonic() - started
        answer.seek(0)
        document = json.load(answer)
    if code != 0:
        raise SystemExit(f"the benchmark's run failed: {document}")
    return first, task, {**document["seconds"], "total": total}


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    video, _captions = _ten_minutes(folder)
    home = folder / "home"
    _clip([str(video), "--count", "1"], home, folder / "warm")  # databases made, bytecode warm
    firsts, tasks, shares = [], [], []
    for index in range(ROUNDS):
        shutil.rmtree(home / "store", ignore_errors=True)
        client = ["--client", f"round{index}"]  # a client of its own: nothing is found again
        first, task, seconds = _clip([str(video), *client], home, folder / f"out{index}")
        firsts.append(first)
        tasks.append(task)
        rest = seconds["total"] - seconds["transcribe"] - seconds["render"]
        shares.append(rest / seconds["total"])
        said = f"first progress {first:.1f} s, first task {task:.1f} s"
        print(f"  round {index + 1}: {said}, {seconds}", flush=True)
    first, share = median(firsts), median(shares)
    return [
        Row(
            "first stage's progress after the command, warm install",
            f"{spread(firsts, '.1f')} s",
            limit=f"≤ {FIRST_PROGRESS_LIMIT_S:.0f} s",
            within=first <= FIRST_PROGRESS_LIMIT_S,
        ),
        Row(
            "the same until a private Prefect server has started and runs the stage's task",
            f"{spread(tasks, '.1f')} s",
        ),
        Row(
            "share of a ten-minute source's run that is neither transcription nor rendering",
            spread(shares, ".1%"),
            limit=f"≤ {OVERHEAD_LIMIT:.0%}",
            within=share <= OVERHEAD_LIMIT,
        ),
    ]
