"""What every task needs from its machine: a migrated database, the store, a scratch folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sqlmodel import Session

from clipping.db import embedded, migrate
from clipping.db.locks import stage_lock
from clipping.db.session import open_session
from clipping.errors import DiskFull, NeedsPerson
from clipping.settings import settings
from clipping.storage.local import LocalStore


@lru_cache(maxsize=8)
def _upgrade_once(url: str) -> None:
    migrate.upgrade(url)


@contextmanager
def database() -> Iterator[str]:
    """The URL of a running, migrated database; the embedded one is started when none is named."""
    with embedded.database_url(settings()) as url:
        _upgrade_once(url)
        yield url


@contextmanager
def db_session() -> Iterator[Session]:
    """A short session: commits when the block ends well, rolls back otherwise."""
    with database() as url, open_session(url) as session:
        yield session


@contextmanager
def only_one(key: str) -> Iterator[None]:
    """Hold the stage ``key`` against every other process that uses the same database."""
    with database() as url, stage_lock(url, key):
        yield


def transcribing(source_id: str) -> str:
    """The key under which a source is transcribed, or forgotten: never both at once."""
    return f"transcribe:{source_id}"


def media_store() -> LocalStore:
    """The media store of this machine."""
    return LocalStore(settings().store_dir)


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """An empty folder that is gone when the block ends; leftovers of killed runs are swept."""
    root = settings().scratch_dir
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        folder = Path(tempfile.mkdtemp(prefix=f"{purpose}-{os.getpid()}-", dir=root))
    except OSError as error:
        raise _cannot_write(root, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cannot_write(root: Path, error: OSError) -> NeedsPerson:
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(f"No space left in the scratch folder {root}; free some and run again.")
    return NeedsPerson(f"Cannot write to the scratch folder {root}: {error.strerror}.")


def _sweep(root: Path) -> None:
    """Remove folders whose process is gone; names are ``purpose-pid-random``."""
    for folder in root.iterdir():
        parts = folder.name.rsplit("-", 2)
        if len(parts) == 3 and parts[1].isdigit() and not _alive(int(parts[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
