"""Restore: a backup into an empty database, all or nothing; nothing goes out of it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from clipping.db import dumping, embedded, migrate, queries, restored
from clipping.db.locks import stage_lock
from clipping.db.session import close_pool, open_session
from clipping.errors import NeedsPerson, Rejected
from clipping.keeping.backups import DUMP, MANIFEST, Manifest, made_when, why_not
from clipping.models import PostState
from clipping.scratch import scratch_folder
from clipping.settings import settings
from clipping.storage.base import hash_file
from clipping.vault import Vault, given_keys


@dataclass(frozen=True)
class Restored:
    """What is there now."""

    manifest: Manifest
    rows: int
    looked_for: int
    """Posts that may have gone out since the backup was made."""


def read_backup(folder: Path) -> tuple[Manifest, Path]:
    """The manifest and the dump of a backup: of this folder, or the newest one in it.

    :raises Rejected: There is none.
    """
    if not (folder / MANIFEST).is_file():
        made = sorted(one for one in folder.glob("*") if made_when(one.name) and one.is_dir())
        if not made:
            raise Rejected(f"There is no backup in {folder}.")
        folder = made[-1]
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise Rejected(f"{folder / MANIFEST} is no manifest of a backup.") from error
    dump = folder / DUMP
    if not dump.is_file():
        raise Rejected(f"The backup {folder} has lost its {DUMP}.")
    return manifest, dump


def restore(folder: Path, now: datetime | None = None) -> Restored:
    """Load a backup into the database of the settings, which has to be empty.

    Whoever is killed leaves it empty, or with everything in it and everything held.

    :raises Rejected: There is no backup there.
    :raises NeedsPerson: Something stands in its way, and nothing was changed.
    """
    manifest, dump = read_backup(folder)
    given = given_keys()
    keys = Vault(given).fingerprints if given else ()
    with (
        embedded.database_url(settings()) as url,
        stage_lock(url, "restore"),
        scratch_folder("restore") as scratch,
    ):
        told = why_not(
            manifest,
            hash_file(dump),
            dumping.tables_in(dump),
            migrate.revisions(),
            keys,
            dumping.row_counts(url),
        )
        if told:
            raise NeedsPerson(told)
        migrate.upgrade_to(url, manifest.revision)
        at = now or datetime.now(UTC)
        after = restored.counted(manifest.rows).as_string()
        if "alerts" in manifest.rows:
            after += restored.held(manifest.made_at, at).as_string()
        dumping.load(url, dump, after, scratch)
        migrate.upgrade(url)
        close_pool(url)
        return Restored(manifest, sum(manifest.rows.values()), _waiting(url))


def _waiting(url: str) -> int:
    with open_session(url) as session:
        return len(queries.posts.posts(session, states=(PostState.UNKNOWN,)))
