"""Backup: all rows of the database in one file, which says itself whether it is whole."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import stat
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from prefect import task
from pydantic import SecretStr
from sqlalchemy import select

from clipping.db import dumping, migrate, queries
from clipping.errors import Broken, NeedsPerson, Rejected
from clipping.keeping.backups import DUMP, MANIFEST, Manifest, folder_name, outdated
from clipping.settings import settings
from clipping.storage.base import hash_file
from clipping.storage.folder import disk_errors
from clipping.vault import Vault, given_keys
from tasks.retry import POLICY
from tasks.workplace import database, db_session, only_one

_log = logging.getLogger(__name__)

_DRAFT = ".new-"


@task(name="back the database up", **POLICY)
def back_up_database(to: str | None = None, keep: int | None = None) -> dict[str, object]:
    """Make a backup and let the oldest go; where it is, and what it needs."""
    folder, manifest = back_up(Path(to) if to else settings().backups_dir)
    removed = remove_outdated(folder.parent, keep or settings().backups_kept)
    return {
        "folder": str(folder),
        "rows": sum(manifest.rows.values()),
        "bytes": manifest.dump_bytes,
        "keys": list(manifest.needs_keys),
        "unopened": manifest.unopened,
        "removed": removed,
    }


def back_up(to: Path, now: datetime | None = None) -> tuple[Path, Manifest]:
    """Dump the database to a new folder below ``to``: whole, or not there at all.

    :raises DiskFull: There is no room for it.
    :raises NeedsPerson: The folder cannot be written, or the server does not give all rows.
    :raises ServiceUnavailable: The server went away.
    """
    made_at = (now or datetime.now(UTC)).replace(microsecond=0)
    target = to.absolute() / folder_name(made_at)
    with database() as url, only_one("backup"), disk_errors(f"folder of backups {to}"):
        if target.exists():
            raise NeedsPerson(f"There is a backup {target} already; run again in a second.")
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in to.glob(f"{_DRAFT}*"):
            shutil.rmtree(left, ignore_errors=True)
        draft = to / f"{_DRAFT}{secrets.token_hex(4)}"
        draft.mkdir(mode=0o700)
        try:
            manifest = _dumped(url, draft, made_at)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    if manifest.unopened:
        _log.warning(
            "No key in CLIPPER_VAULT_KEYS opens %d of the %d secrets in the backup.",
            manifest.unopened,
            manifest.sealed,
        )
    return target, manifest


def _dumped(url: str, folder: Path, made_at: datetime) -> Manifest:
    revision = migrate.current(url)
    if revision is None:
        raise Broken("The database has no tables to back up.")
    dump = folder / DUMP
    keys = _needed_keys()
    with dumping.snapshot(url) as moment:
        dumping.dump(url, moment, dump)
    dump.chmod(0o600)
    if dumping.tables_in(dump) != set(moment.rows):
        raise Broken("The dump does not hold all tables; nothing was kept.")
    manifest = Manifest(
        made_at=made_at,
        revision=revision,
        rows=moment.rows,
        dump_sha256=hash_file(dump),
        dump_bytes=dump.stat().st_size,
        needs_keys=tuple(sorted(name for name in keys if name)),
        sealed=keys.total(),
        unopened=keys[""],
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    for file in (dump, folder / MANIFEST):
        _to_disk(file)
    return manifest


def _needed_keys() -> Counter[str]:
    """How many secrets each key opens, by its fingerprint; under ``""`` those that none opens."""
    given = given_keys()
    vault = Vault(given) if given else None
    found: Counter[str] = Counter()
    with db_session() as session:
        for column in queries.sealed.sealed_columns():
            wanted = select(column).where(column.is_not(None))
            for sealed in session.execute(wanted.execution_options(yield_per=1000)).scalars():
                found[(vault.opened_by(sealed) if vault else None) or ""] += 1
    return found


def remove_outdated(folder: Path, keep: int) -> list[str]:
    """Remove all backups but the newest ones; the names of those that are gone."""
    gone = outdated([one.name for one in folder.iterdir() if one.is_dir()], keep)
    for name in gone:
        shutil.rmtree(folder / name)
    return gone


def write_keys(file: Path, backups: Sequence[Path]) -> tuple[str, ...]:
    """Write the vault's keys to a new file that only its owner may read; their fingerprints.

    A file that holds the same keys stays, so that a backup that broke off can be asked for again.

    :param backups: Folders in which it may not lie: who has both can read all.
    :raises Rejected: It is another file that is there already, or lies beside what it opens.
    :raises NeedsPerson: There is no key, or the file cannot be written.
    """
    given = given_keys()
    vault = Vault(given)
    place, text = file.absolute(), f"CLIPPER_VAULT_KEYS={_joined(given)}\n"
    if any(place.resolve().is_relative_to(folder.absolute().resolve()) for folder in backups):
        raise Rejected(f"{file} would lie beside the backups that it opens: name another place.")
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        if not _holds(place, text):
            raise Rejected(f"There is a file {file} already.") from None
        return vault.fingerprints
    except OSError as error:
        raise NeedsPerson(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(descriptor)
    return vault.fingerprints


def _holds(file: Path, text: str) -> bool:
    """Whether it is a file of that text that nobody else may read."""
    try:
        found = file.lstat()
        private = stat.S_ISREG(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
        return private and found.st_size == len(text) and file.read_text("ascii") == text
    except (OSError, UnicodeDecodeError):
        return False


def _joined(keys: Sequence[SecretStr]) -> str:
    return ",".join(key.get_secret_value() for key in keys)


def _to_disk(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
