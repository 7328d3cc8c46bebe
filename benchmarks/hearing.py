"""What hearing costs beside the model, and how near known words are put to where they are spoken.

An engine is replaced by one that knows the words and takes no time; captions that time only their
lines are the known text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.known_words import demo_rows, speech_rows
from benchmarks.material import make_material, read_material
from benchmarks.measure import (
    Case,
    Row,
    Run,
    at_most,
    costs,
    cpu,
    interleaved,
    memory,
    ratios,
    spread,
    wall,
)
from clipping.db import migrate
from clipping.demo import make_demo
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from tests.support.database import embedded_database

SHORT_MINUTES, LONG_MINUTES = 10, 60
SOUND_LIMIT = 1.20
MEMORY_LIMIT_MB = 300
HOURS = 3
AROUND_LIMIT = 0.03
_PERIOD_S = 90
_HOUR_S = 3_600


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    return [
        *sound_rows(folder),
        *demo_rows(folder),
        *speech_rows(folder),
        *around_rows(folder),
    ]


def sound_rows(folder: Path) -> list[Row]:
    """The sound out of a film: against one plain command, and in how much memory."""
    videos = {
        minutes: str(read_material(str(make_material(folder, minutes))).path)
        for minutes in (SHORT_MINUTES, LONG_MINUTES)
    }
    hour = {"video": videos[LONG_MINUTES], "out": str(folder / "sound.raw")}
    short = {"video": videos[SHORT_MINUTES], "out": str(folder / "sound.raw")}
    runs = interleaved(
        [
            Case("plain", "benchmarks.hearing_cases:plain_sound", hour),
            Case("ours", "benchmarks.hearing_cases:our_sound", hour),
            Case("ours, short", "benchmarks.hearing_cases:our_sound", short),
        ]
    )
    plain, ours = runs["plain"], runs["ours"]
    name = f"16 kHz mono out of {LONG_MINUTES} minutes of 1080p"
    return [
        Row(f"{name}, one plain ffmpeg command", costs(plain), "1.00"),
        at_most(
            f"{name} as it is read here, CPU time", costs(ours), ratios(ours, plain), SOUND_LIMIT
        ),
        at_most(f"{name}, time on the clock", "", ratios(ours, plain, wall), SOUND_LIMIT),
        _memory_row(f"memory for {LONG_MINUTES} minutes", ours),
        _memory_row(f"memory for {SHORT_MINUTES} minutes", runs["ours, short"]),
    ]


def _memory_row(name: str, runs: Sequence[Run]) -> Row:
    peaks = [memory(run) for run in runs]
    return Row(
        name,
        f"{spread(peaks, '.0f')} MB",
        limit=f"≤ {MEMORY_LIMIT_MB} MB",
        within=median(peaks) <= MEMORY_LIMIT_MB,
    )


def around_rows(folder: Path) -> list[Row]:
    """Everything but the model, on a talk of hours, into a real database."""
    video, words = _long_talk(folder)
    with embedded_database(folder / "database") as url:
        migrate.upgrade(url)
        arguments = {
            "video": str(video),
            "words": words,
            "period_ms": _PERIOD_S * 1000,
            "database": url,
        }
        runs = interleaved([Case("around", "benchmarks.hearing_cases:around", arguments)])["around"]
    name = f"all around the model, {HOURS} hours of talk"
    return [
        _share_row(f"{name}, CPU time of real time", costs(runs), [cpu(run) for run in runs]),
        _share_row(f"{name}, time on the clock", "", [wall(run) for run in runs]),
        *_part_rows(runs),
    ]


def _share_row(name: str, figure: str, seconds: Sequence[float]) -> Row:
    shares = [one / (HOURS * _HOUR_S) for one in seconds]
    return Row(
        name,
        figure,
        spread(shares, ".2%"),
        f"≤ {AROUND_LIMIT:.0%}",
        median(shares) <= AROUND_LIMIT,
    )


def _part_rows(runs: Sequence[Run]) -> list[Row]:
    """Each part's CPU time, and what is left of the whole."""
    spent = {part: [run.value[part] for run in runs] for part in runs[0].value}
    spent["the rest"] = [cpu(run) - sum(run.value.values()) for run in runs]
    return [
        Row(
            f"of it: {part}",
            f"{spread(seconds, '.1f')} CPU-s",
            f"{median(seconds) / (HOURS * _HOUR_S):.2%}",
        )
        for part, seconds in spent.items()
    ]


def _long_talk(folder: Path) -> tuple[Path, list[str]]:
    """The demo talk again and again, with a small picture; and its words, each as JSON."""
    talk = make_demo(folder / "talk", _PERIOD_S)
    store = folder / "store"
    store.mkdir(exist_ok=True)
    once, listing, video = folder / "small.mp4", folder / "hours.txt", store / "hours.mp4"
    picture = ["-vf", "scale=128:72", "-r", "5", "-c:v", "libx264", "-preset", "veryfast"]
    sound = ["-c:a", "aac", "-b:a", "128k"]
    # Ended where it is read: ended where it is written, ffmpeg 9 waited for itself once.
    read = ["-t", str(_PERIOD_S - 0.1), "-i", str(talk.video)]
    run_ffmpeg([*read, *picture, *sound, str(once)], timeout_s=600)
    listing.write_text(
        f"file '{once.absolute()}'\nduration {_PERIOD_S}\n" * (HOURS * _HOUR_S // _PERIOD_S),
        encoding="utf-8",
    )
    copy = ["-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy", str(video)]
    run_ffmpeg(copy, timeout_s=600)
    if abs(probe(video).duration_ms - HOURS * _HOUR_S * 1000) > 1_000:
        raise SystemExit(f"{video.name} has another length than it should")
    return video, [word.model_dump_json() for word in talk.truth]
