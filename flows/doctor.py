"""``clipper doctor``: what this machine has, what each stage will use, and what is missing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from rich.table import Table
from rich.text import Text

from clipping.errors import ClippingError
from clipping.settings import settings
from flows import console

ENOUGH_FREE_BYTES = 5 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One line: ``ok`` is False only for something that the main job cannot do without."""

    part: str
    ok: bool
    found: str


def examine(*, as_json: bool) -> bool:
    """Print all findings; True when the main job can run."""
    findings = [_safely(part, look) for part, look in _LOOKS]
    fit = all(finding.ok for finding in findings)
    if as_json:
        document = {"fit": fit, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return fit
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        mark = Text("ok", "green") if finding.ok else Text("missing", "red")
        table.add_row(mark, finding.part, Text(finding.found))
    console.output.print(table)
    return fit


def _safely(part: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        ok, found = look()
    except (ClippingError, OSError, subprocess.SubprocessError) as error:
        ok, found = False, str(error)
    return Finding(part, ok, found)


def _python() -> tuple[bool, str]:
    return True, f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _machine() -> tuple[bool, str]:
    return True, f"{os.cpu_count()} cores; {_gpu()}"


def _gpu() -> str:
    binary = shutil.which("nvidia-smi")
    if binary is None:
        return "no NVIDIA GPU"
    query = [binary, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    done = subprocess.run(query, capture_output=True, text=True, check=False, timeout=20)
    return done.stdout.strip() or "no NVIDIA GPU"


def _disk() -> tuple[bool, str]:
    folder = settings().home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return free > ENOUGH_FREE_BYTES, f"{free / 1024**3:.0f} GiB free at {settings().home}"


def _ffmpeg() -> tuple[bool, str]:
    from clipping.media.ffmpeg import run_ffmpeg

    def said(option: str) -> str:
        answer = run_ffmpeg([option], timeout_s=20, capture_stdout=True)
        return answer.stdout.decode(errors="replace")

    first = said("-version").split("\n", 1)[0]
    filters = said("-filters")
    missing = [name for name in ("ass", "alimiter", "ebur128") if f" {name} " not in filters]
    if missing:
        return False, f"{first}: lacks the filters {', '.join(missing)}"
    return True, first.split(" Copyright")[0]


def _encoder() -> tuple[bool, str]:
    from clipping.media.ffmpeg import working_encoder

    return True, f"render will use {working_encoder(settings().encoder)}"


def _transcribers() -> tuple[bool, str]:
    from clipping.transcripts import TRANSCRIBERS

    return _engines(
        {name: engine.available() or engine.ready() for name, engine in TRANSCRIBERS.items()}
    )


def _detectors() -> tuple[bool, str]:
    from clipping.moments import DETECTORS

    return _engines({name: detector.available() for name, detector in DETECTORS.items()})


def _engines(reasons: dict[str, str | None]) -> tuple[bool, str]:
    usable = [name for name, reason in reasons.items() if reason is None]
    lacking = [f"{name} ({reason})" for name, reason in reasons.items() if reason is not None]
    text = "can use " + ", ".join(usable) if usable else "none can run"
    return bool(usable), text + (f"; cannot use {', '.join(lacking)}" if lacking else "")


def _faces() -> tuple[bool, str]:
    from clipping.faces import detector

    found = detector()
    return True, f"{found.name} {found.version} finds faces"


def _styles() -> tuple[bool, str]:
    from clipping.captions import FONTS_DIR, STYLES

    fonts = len(list(Path(FONTS_DIR).glob("*.ttf")))
    return fonts > 0, f"styles {', '.join(STYLES)}; {fonts} fonts"


def _database() -> tuple[bool, str]:
    from clipping.db.embedded import database_url
    from clipping.db.session import open_session

    kind = "DATABASE_URL" if settings().database_url else "embedded"
    with database_url(settings()) as url, open_session(url) as session:
        found = session.connection().exec_driver_sql("SHOW server_version").scalar_one()
        return True, f"{kind}: PostgreSQL {found}"


def _prefect() -> tuple[bool, str]:
    return True, f"Prefect {version('prefect')}, fastapi {version('fastapi')}"


def _dashboard() -> tuple[bool, str]:
    found = find_spec("streamlit") is not None
    return True, "installed" if found else "not installed; make up installs it"


_LOOKS: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
    ("python", _python),
    ("machine", _machine),
    ("disk", _disk),
    ("ffmpeg", _ffmpeg),
    ("encoder", _encoder),
    ("transcribe", _transcribers),
    ("detect", _detectors),
    ("faces", _faces),
    ("captions", _styles),
    ("database", _database),
    ("orchestration", _prefect),
    ("dashboard", _dashboard),
)
