"""One page about all clips of a source, readable from ``file://`` without a network.

Styles, script, covers and data are inside; only the players name files beside the page. A content
security policy in the page forbids everything else, so text from a transcript or a file name can
neither run nor fetch anything, whatever it holds.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from clipping.copywriting.limits import RULES
from clipping.errors import DiskFull, RenderFailed
from clipping.models import ClipReport, ClipState, ProofCheck, Rejection, SourceVideo
from clipping.timing import timecode

_OPENING_WORDS = 8
_PAGE = Path(__file__).parent / "page"
_COVER_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp"}


def write_report_page(
    path: Path,
    source: SourceVideo,
    clips: Sequence[tuple[ClipReport, Path, Path]],
    rejections: Sequence[tuple[int, Rejection]],
    notes: Sequence[str] = (),
    detection_key: str = "",
) -> None:
    """Write the page at ``path``, whole or not at all.

    Each clip comes with its video, which the page refers to by relative name, and its cover, which
    is put into the page (a cover that is missing is left out), and each rejection with the number
    by which it is brought back from the detection with that key. Raises ``DiskFull`` or
    ``RenderFailed`` when the page cannot be written.
    """
    script = (_PAGE / "page.js").read_text("utf-8")
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            source=source,
            clips=[_clip(number, path.parent, *clip) for number, clip in enumerate(clips, start=1)],
            ready=sum(_may_be_posted(report) for report, _, _ in clips),
            rejections=[_rejection(number, rejection) for number, rejection in rejections],
            codes=sorted({rejection.code for _, rejection in rejections}),
            notes=notes,
            detection_key=detection_key,
            style=(_PAGE / "page.css").read_text("utf-8"),
            script=script,
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )
    write_whole(path, text)


def _may_be_posted(report: ClipReport) -> bool:
    rejected = report.verdict is not None and report.verdict.rejects
    return report.state is ClipState.READY and not rejected


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "timecode": timecode,
        "seconds": lambda ms: f"{ms / 1000:.1f} s",
        "words": lambda name: name.replace("_", " "),
        "amount": amount,
        "platform": lambda name: RULES[name].name,
    }
    return environment


def amount(value: float | str | None, unit: str = "") -> str:
    """A measured value as people write it: no trailing zeros, at most four digits of interest."""
    if value is None:
        return "not measured"
    if isinstance(value, str):
        text = value
    elif float(value).is_integer() and abs(value) < 1e9:
        text = str(int(value))
    else:
        text = f"{value:.4g}"
    return f"{text} {unit}".strip()


def _clip(
    number: int, folder: Path, report: ClipReport, video: Path, cover: Path
) -> dict[str, Any]:
    facts = video.with_suffix(".json")
    return {
        "number": number,
        "report": report,
        "heading": report.hook or _opening(report),
        "video_name": video.name,
        "video_href": _href(video, folder),
        "facts_href": _href(facts, folder) if facts.exists() else "",
        "cover": _embedded(cover),
        "duration_ms": report.span.duration_ms,
        "failures": [check for check in report.proof.checks if not check.passed],
        "checks": sorted(report.proof.checks, key=_failed_first),
        "rubric": [
            {"name": name, "share": _share(report, line), **line}
            for name, line in report.rubric.items()
        ],
    }


def _opening(report: ClipReport) -> str:
    """What a clip without a hook is known by: its first words."""
    words = [word.text for word in report.words]
    return " ".join(words[:_OPENING_WORDS]) + ("…" if len(words) > _OPENING_WORDS else "")


def _failed_first(check: ProofCheck) -> bool:
    return check.passed


def _share(report: ClipReport, line: dict[str, Any]) -> int:
    """A line's weight as percent of all weights."""
    total = sum(float(other["weight"]) for other in report.rubric.values())
    return round(100 * float(line["weight"]) / total) if total else 0


def _rejection(number: int, rejection: Rejection) -> dict[str, Any]:
    return {
        "number": number,
        "score": rejection.score,
        "start": rejection.span.start_ms,
        "length": rejection.span.duration_ms,
        "span": str(rejection.span),
        "code": rejection.code,
        "reason": rejection.reason,
        "text": rejection.text,
    }


def _href(target: Path, folder: Path) -> str:
    """Relative address; ``./`` in front keeps a colon in the name from looking like a scheme."""
    relative = Path(os.path.relpath(target, folder)).as_posix()
    return "./" + quote(relative, safe="/")


def _embedded(cover: Path) -> str:
    try:
        raw = cover.read_bytes()
    except OSError:
        return ""
    kind = next((kind for start, kind in _COVER_TYPES.items() if raw.startswith(start)), None)
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}" if kind else ""


def write_whole(path: Path, text: str) -> None:
    """Write a text file, whole or not at all.

    :raises DiskFull: There is no space for it.
    :raises RenderFailed: It cannot be written for another reason.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent)
        part = Path(name)
        try:
            with open(handle, "w", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                file.write(text)
            part.chmod(0o644)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"The disk is full: {path.name} could not be written.") from error
        raise RenderFailed(f"{path.name} could not be written: {error.strerror}.") from error
