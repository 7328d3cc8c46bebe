"""What ``clipper backup`` and ``clipper restore`` do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from clipping.settings import settings
from clipping.storage.folder import amount
from flows import console


def back_up_now(to: Path | None, *, as_json: bool) -> None:
    """Make a backup and print where it is, and which keys it needs; none is removed."""
    from tasks.backup import back_up

    folder, manifest = back_up(to or settings().backups_dir)
    if as_json:
        document = {"folder": str(folder), **manifest.model_dump(mode="json")}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    rows = sum(manifest.rows.values())
    console.output.print(f"{folder}: {rows} rows, {amount(manifest.dump_bytes)}.")
    if manifest.needs_keys:
        console.output.print(
            f"Its {manifest.sealed} secrets need the vault key {', '.join(manifest.needs_keys)}, "
            "which is not in it: clipper backup --keys FILE writes it to a file of its own."
        )
    if manifest.unopened:
        console.errors.print(f"No key in CLIPPER_VAULT_KEYS opens {manifest.unopened} of them.")
    if _same_disk(folder, settings().home):
        console.output.print(
            "It lies on the disk of the program itself: a copy elsewhere survives that disk."
        )


def keep_keys(file: Path, to: Path | None, *, aside: bool = False) -> None:
    """Write the keys of the vault to a file of their own, and print what they are called.

    :param to: Where a backup is made, too.
    :param aside: Whether that is printed beside a document for programs.
    """
    from tasks.backup import write_keys

    names = write_keys(file, [settings().backups_dir, *([to] if to else [])])
    told = console.errors if aside else console.output
    told.print(
        f"{file} holds the vault key {', '.join(names)}. Keep it apart from the backups: whoever "
        "has both can post to every account."
    )


def restore_now(source: Path, *, as_json: bool) -> None:
    """Restore a backup and print what has to be done before anything goes out."""
    from tasks.restore import restore

    done = restore(source)
    manifest = done.manifest
    if as_json:
        document = {**manifest.model_dump(mode="json"), "looked_for": done.looked_for}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    console.output.print(f"{done.rows} rows are here as of {manifest.made_at:%Y-%m-%d %H:%M} UTC.")
    console.output.print(
        f"Nothing goes out: everything is stopped, and {done.looked_for} posts may have gone out "
        "since. Look at the accounts, say what became of each (clipper posts list --state "
        "unknown), and then: clipper resume --by NAME"
    )


def _same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev
