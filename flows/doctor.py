"""``clipper doctor``: what this machine has, what each stage will use, and what is missing."""

from __future__ import annotations

import json
import os
import platform
import re
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
from flows.local_run import local_run

ENOUGH_FREE_BYTES = 5 * 1024**3
LEAST_DENO = (2, 3)
"""yt-dlp takes no older one (release 2026.10.26)."""


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
    free = shutil.disk_usage(_existing(settings().home)).free
    return free > ENOUGH_FREE_BYTES, f"{free / 1024**3:.0f} GiB free at {settings().home}"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


def _store() -> tuple[bool, str]:
    from clipping.storage.s3_place import s3_place

    if s3_place(settings()) is None:
        return _room(settings().store_dir, "the folder")
    if settings().store_block is None:
        return _bucket()
    # Only a Prefect server can open the block.
    with local_run():
        return _bucket()


def _bucket() -> tuple[bool, str]:
    from clipping.storage import ArchivedStore, GuardedStore
    from clipping.storage.s3 import S3Store
    from tasks.workplace import media_store

    store = media_store()
    while isinstance(store, ArchivedStore | GuardedStore):
        store = store.store
    assert isinstance(store, S3Store)
    lacking = store.missing_rights()
    if lacking:
        return False, f"{settings().store}: our keys lack {', '.join(lacking)} (docs/storage.md)"
    ok, copies = _room(settings().cache_dir, "copies in")
    return ok, f"{settings().store} lets us do all we need; {copies}"


def _room(folder: Path, what: str) -> tuple[bool, str]:
    place = _existing(folder)
    if not os.access(place, os.W_OK | os.X_OK):
        return False, f"{what} {folder}, where we may not write"
    free = shutil.disk_usage(place).free
    return free > ENOUGH_FREE_BYTES, f"{what} {folder}, {free / 1024**3:.0f} GiB free"


def _archive() -> tuple[bool, str]:
    chosen = settings()
    if chosen.archive is None:
        return True, "none (CLIPPER_ARCHIVE): what is old stays in the store"
    if chosen.archive_dir is not None:
        return _room(chosen.archive_dir, "the folder")
    return True, f"{chosen.archive}; clipper health asks it"


def _backups() -> tuple[bool, str]:
    from clipping.keeping.backups import made_when

    folder = settings().backups_dir
    made = sorted(filter(None, (made_when(one.name) for one in folder.glob("*"))))
    if not made:
        return True, f"none in {folder}: clipper backup makes one"
    return True, f"{len(made)} in {folder}, the newest of {made[-1]:%Y-%m-%d %H:%M} UTC"


def _links() -> tuple[bool, str]:
    from clipping.sources.links import javascript_runtime

    binary = javascript_runtime()
    if binary is None:
        return True, "no JavaScript runtime (deno): YouTube offers fewer formats, or none"
    done = subprocess.run(
        [binary, "--version"], capture_output=True, text=True, check=False, timeout=20
    )
    words = done.stdout.split()
    if done.returncode != 0 or len(words) < 2:
        return False, f"the JavaScript runtime {binary} does not run"
    if tuple(int(part) for part in re.findall(r"\d+", words[1])[:2]) < LEAST_DENO:
        least = ".".join(map(str, LEAST_DENO))
        return True, f"deno {words[1]} is too old for YouTube, which needs {least} or newer"
    return True, f"deno {words[1]} runs YouTube's player"


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
    from clipping.transcripts import TRANSCRIBERS, faster_whisper, whisperx

    reasons = {name: engine.available() or engine.ready() for name, engine in TRANSCRIBERS.items()}
    ok, text = _engines(reasons)
    models = {"whisperx": whisperx.weights, "faster-whisper": faster_whisper.weights}
    for name in TRANSCRIBERS:
        if name == "captions" or reasons[name] is not None:
            continue
        chosen = name
        if name in models:
            where = "here" if models[name]().folder else "fetched at its first use"
            chosen += f" with the model {models[name]().described}, {where}"
        return ok, f"without captions, auto takes {chosen}; {text}"
    return ok, text


def _detectors() -> tuple[bool, str]:
    from clipping.moments import DETECTORS
    from tasks.claude import has_key

    claude = has_key()
    return _engines({name: one.available(claude=claude) for name, one in DETECTORS.items()})


def _engines(reasons: dict[str, str | None]) -> tuple[bool, str]:
    usable = [name for name, reason in reasons.items() if reason is None]
    lacking = [f"{name} ({reason})" for name, reason in reasons.items() if reason is not None]
    text = "can use " + ", ".join(usable) if usable else "none can run"
    return bool(usable), text + (f"; cannot use {', '.join(lacking)}" if lacking else "")


def _claude() -> tuple[bool, str]:
    from clipping.claude.keys import has_key

    if not has_key():
        return True, "no key (ANTHROPIC_API_KEY): moments are chosen on this machine"
    block = settings().claude_block
    held = f"in the block {block}" if block else "in ANTHROPIC_API_KEY"
    return True, f"a key {held} for {settings().claude_url or 'the API of its vendor'}"


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


def _vault() -> tuple[bool, str]:
    from clipping.vault import given_keys, open_vault
    from tasks.keyless import missing_key
    from tasks.workplace import database

    with database():
        said = missing_key()
    if said:
        return False, said
    if not given_keys():
        return True, "no key (CLIPPER_VAULT_KEYS): none is needed while people post by hand"
    keys = len(open_vault().fingerprints)
    return True, f"{keys} {'key' if keys == 1 else 'keys'} in CLIPPER_VAULT_KEYS"


def _prefect() -> tuple[bool, str]:
    return True, f"Prefect {version('prefect')}, fastapi {version('fastapi')}"


def _dashboard() -> tuple[bool, str]:
    found = find_spec("streamlit") is not None
    return True, "installed" if found else "not installed; make up installs it"


_LOOKS: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
    ("python", _python),
    ("machine", _machine),
    ("disk", _disk),
    ("store", _store),
    ("archive", _archive),
    ("backups", _backups),
    ("links", _links),
    ("ffmpeg", _ffmpeg),
    ("encoder", _encoder),
    ("transcribe", _transcribers),
    ("detect", _detectors),
    ("claude", _claude),
    ("faces", _faces),
    ("captions", _styles),
    ("database", _database),
    ("vault", _vault),
    ("orchestration", _prefect),
    ("dashboard", _dashboard),
)
