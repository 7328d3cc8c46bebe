"""What a backup says of itself, which ones are kept, and what stands in a restore's way. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import Field

from clipping.models.base import Value

FORMAT: Final = 1
DUMP: Final = "database.dump"
MANIFEST: Final = "manifest.json"
_NAME: Final = re.compile(r"clipper-(\d{8}T\d{6})Z")


class Manifest(Value):
    """What lies beside a dump, and has to agree with it."""

    format: int = FORMAT
    made_at: datetime
    revision: str
    """Of the tables."""
    rows: dict[str, int]
    """By table, at the moment of the dump."""
    dump_sha256: str
    dump_bytes: int = Field(ge=0)
    needs_keys: tuple[str, ...] = ()
    """Fingerprints of the vault keys that open what is sealed in it."""
    sealed: int = 0
    """How many secrets are sealed in it."""
    unopened: int = 0
    """Of these, how many none of the keys opened that were there."""


def folder_name(made_at: datetime) -> str:
    """Of the backup that was made then."""
    return f"clipper-{made_at.astimezone(UTC):%Y%m%dT%H%M%S}Z"


def made_when(name: str) -> datetime | None:
    """When a backup was made, by the name of its folder; None for any other folder."""
    found = _NAME.fullmatch(name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if found else None


def outdated(names: Collection[str], keep: int) -> list[str]:
    """Folders of backups beyond the newest ``keep``; others are nobody's business."""
    ours = sorted((name for name in names if made_when(name)), reverse=True)
    return ours[max(1, keep) :]


def why_not(
    manifest: Manifest,
    dump_sha256: str,
    tables: Collection[str],
    revisions: Sequence[str],
    keys: Collection[str],
    rows_now: Mapping[str, int],
) -> str:
    """What stands in the way of a restore, one sentence; empty when nothing does.

    :param tables: Those whose rows ``pg_restore`` finds in the dump.
    :param revisions: Those that this program knows.
    :param keys: Fingerprints of the keys that are there.
    :param rows_now: Of the database that is to take it.
    """
    if manifest.format > FORMAT or manifest.revision not in revisions:
        return "The backup was made by a newer version of this program; update the program."
    if dump_sha256 != manifest.dump_sha256 or set(tables) != set(manifest.rows):
        return "The backup is damaged: its dump is not the one that its manifest describes."
    missing = sorted(set(manifest.needs_keys) - set(keys))
    if missing:
        many = "keys" if len(missing) > 1 else "key"
        return (
            f"What is sealed in the backup needs the vault {many} with the fingerprint "
            f"{' and '.join(missing)}, which CLIPPER_VAULT_KEYS does not hold; nothing was changed."
        )
    taken = sorted(name for name, count in rows_now.items() if count)
    if taken:
        return (
            f"A backup is restored into an empty database only, and this one has rows in "
            f"{', '.join(taken[:5])}; nothing was changed."
        )
    return ""
