"""A talk of its own for the engine: a synthetic voice with known word times over a moving picture.

It shows the product on a fresh machine, and it is the measure for captions: ``demo.words.json``
holds when every word is really spoken, while ``demo.srt`` has line times only, as captions do.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from clipping import progress
from clipping.demo.film import encode
from clipping.demo.talk import CaptionLine, Talk, tell
from clipping.errors import DiskFull, RenderFailed
from clipping.models import Word

__all__ = ["SHORTEST_SECONDS", "VERSION", "DemoTalk", "make_demo"]

VERSION = 1
"""Changes whenever the same call would give another talk."""
SHORTEST_SECONDS = 5

_NAMES = ("demo.srt", "demo.mp4", "demo.words.json")
_PART_PREFIX = ".demo-"
_STALE_S = 3600


@dataclass(frozen=True)
class DemoTalk:
    """Where the talk lies; ``truth`` are its words with their true times on the source clock."""

    video: Path
    captions: Path
    truth: tuple[Word, ...]


def make_demo(folder: Path, seconds: int = 90) -> DemoTalk:
    """Make the demo talk in ``folder``, or find the one that an earlier call made there.

    ``seconds`` is the exact length of the picture; the talk takes as many whole lines as fit, and
    begins again beyond 90. Raises ``DiskFull``, ``NotInstalled`` (no voice) or ``RenderFailed``,
    and ``ValueError`` below ``SHORTEST_SECONDS``.
    """
    if seconds < SHORTEST_SECONDS:
        raise ValueError(f"a demo talk has at least {SHORTEST_SECONDS} seconds, not {seconds}")
    found = _find(folder, seconds)
    if found:
        progress.report("demo", 1.0, "found")
        return found
    progress.report("demo", 0.0, "speaking")
    talk = tell(seconds)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        part = Path(mkdtemp(prefix=_PART_PREFIX, suffix=".part", dir=folder))
        try:
            _write(part, talk, seconds)
            # The stamp goes last: a talk without it is made again.
            for name in _NAMES:
                (part / name).replace(folder / name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise _translated(error, folder) from error
    progress.report("demo", 1.0, "done")
    return DemoTalk(folder / "demo.mp4", folder / "demo.srt", talk.words)


def _write(part: Path, talk: Talk, seconds: int) -> None:
    video = part / "demo.mp4"
    encode(talk, video, lambda fraction: progress.report("demo", fraction, "drawing"))
    captions = part / "demo.srt"
    captions.write_text(_srt(talk.captions), encoding="utf-8")
    stamp = {
        "version": VERSION,
        "seconds": seconds,
        "video_sha256": _sha256(video),
        "captions_sha256": _sha256(captions),
        "words": [word.model_dump(mode="json") for word in talk.words],
    }
    text = json.dumps(stamp, ensure_ascii=False, indent=1)
    (part / "demo.words.json").write_text(text + "\n", encoding="utf-8")


def _find(folder: Path, seconds: int) -> DemoTalk | None:
    """The talk that lies there whole, of this version and length."""
    video, captions = folder / "demo.mp4", folder / "demo.srt"
    try:
        stamp: dict[str, Any] = json.loads((folder / "demo.words.json").read_text("utf-8"))
        same = (
            stamp["version"] == VERSION
            and stamp["seconds"] == seconds
            and stamp["video_sha256"] == _sha256(video)
            and stamp["captions_sha256"] == _sha256(captions)
        )
        truth = tuple(Word.model_validate(word) for word in stamp["words"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return DemoTalk(video, captions, truth) if same else None


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed left behind; a younger one may still be at work."""
    for part in folder.glob(f"{_PART_PREFIX}*.part"):
        if time.time() - part.stat().st_mtime > _STALE_S:
            shutil.rmtree(part, ignore_errors=True)


def _srt(lines: Sequence[CaptionLine]) -> str:
    return "\n".join(
        f"{number}\n{_timecode(line.start_ms)} --> {_timecode(line.end_ms)}\n{line.text}\n"
        for number, line in enumerate(lines, start=1)
    )


def _timecode(ms: int) -> str:
    """``hh:mm:ss,mmm``, the form SubRip wants."""
    seconds, milli = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{milli:03d}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _translated(error: OSError, folder: Path) -> DiskFull | RenderFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"The disk is full: the demo talk could not be written to {folder}.")
    return RenderFailed(
        f"The demo talk could not be written to {folder}: {error.strerror or error}."
    )
