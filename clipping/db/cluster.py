"""The folder that holds the embedded server's data, and how it comes into being."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clipping.db.binaries import Account, account, binaries_for, open_folder
from clipping.errors import DiskFull, Interrupted, ServiceUnavailable

USER = DATABASE = "clipper"
SYSTEM_FOLDER = Path("/var/lib/clipper")
"""Where root's data is: Postgres runs as another account then, to which the folders above a
checkout may be closed."""

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}
_INITDB_TIMEOUT_S = 180
_DRAFT = ".postgres-new-"


@dataclass(frozen=True)
class Cluster:
    """One server's files. ``account`` is None when it runs as ourselves."""

    folder: Path
    binaries: Path
    account: Account | None
    short_name: str
    """Eight hex digits of the home it belongs to."""

    @property
    def data(self) -> Path:
        """What Postgres calls its data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    def run_as(self) -> dict[str, Any]:
        """Arguments of ``subprocess`` that give up everything but the account's own rights."""
        options: dict[str, Any] = {"env": ENVIRONMENT, "cwd": "/"}
        if self.account is not None:
            options |= {
                "user": self.account.uid,
                "group": self.account.gid,
                "extra_groups": [],
            }
        return options


def find_or_create(home: Path) -> Cluster:
    """The cluster of ``home``; made on first use, whole or not at all.

    ``<home>/postgres`` is the folder, or root's link to it: whoever deletes the home has an
    empty database afterwards in either case. The caller holds the lock of ``home``.
    """
    parent = SYSTEM_FOLDER / _short_name(home) if os.geteuid() == 0 else home
    # Drafts of runs that were killed; a killed run's initdb can outlive it for a moment.
    for left in parent.glob(f"{_DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)
    found = find(home)
    if found is None:
        _create(parent, home / "postgres", account())
        found = find(home)
        assert found is not None
    return found


def find(home: Path) -> Cluster | None:
    """The cluster of ``home`` if it was made; no lock is needed to look."""
    link = home / "postgres"
    if not (link / "data" / "PG_VERSION").exists():
        return None
    folder = link.resolve()
    who = _owner(folder) if os.geteuid() == 0 else None
    return Cluster(folder, binaries_for(who, SYSTEM_FOLDER), who, _short_name(home))


def _short_name(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:8]


def _owner(folder: Path) -> Account:
    """Who made the data goes on using it, even when a better account has come up since."""
    found = (folder / "data").stat()
    return Account(str(found.st_uid), found.st_uid, found.st_gid)


def _create(parent: Path, link: Path, who: Account | None) -> None:
    if link.exists() and not link.is_symlink():
        raise FileExistsError(errno.EEXIST, "something else is there", str(link))
    programs = binaries_for(who, SYSTEM_FOLDER)
    token = secrets.token_hex(4)
    draft = (parent if who is None else open_folder(parent)) / f"{_DRAFT}{token}"
    try:
        draft.mkdir(mode=0o700)
        if who is not None:
            os.chown(draft, who.uid, who.gid)
        _initialise(Cluster(draft, programs, who, ""))
        if who is None:
            draft.rename(link)
        else:
            _publish(draft, parent / f"postgres-{token}", link)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _publish(draft: Path, folder: Path, link: Path) -> None:
    older = sorted(draft.parent.glob("postgres-*"), key=lambda path: path.stat().st_mtime)
    draft.rename(folder)
    new_link = link.with_name(f".{folder.name}.link")
    new_link.unlink(missing_ok=True)
    new_link.symlink_to(folder)
    new_link.replace(link)
    # The one before is kept: the home it belongs to may only have been out of sight.
    for path in older[:-1]:
        shutil.rmtree(path, ignore_errors=True)


def _initialise(cluster: Cluster) -> None:
    initdb, postgres = cluster.binaries / "initdb", cluster.binaries / "postgres"
    wishes = ["--encoding=UTF8", "--locale=C", "--auth=trust", f"--username={USER}"]
    wishes += ["--data-checksums", "--no-instructions", "--no-sync"]
    _run(cluster, [initdb, "-D", cluster.data, *wishes])
    # Without a server: a folder that bears its final name always has the database in it.
    _run(
        cluster,
        [postgres, "--single", "-j", "-c", "fsync=off", "-D", cluster.data, "template1"],
        f"CREATE DATABASE {DATABASE};\n\n",
    )
    # To the disk once, at the end; file by file takes seconds on a busy disk.
    whole = ["--sync-method=syncfs"] if sys.platform == "linux" else []
    _run(cluster, [initdb, "-D", cluster.data, "--sync-only", *whole])


def _run(cluster: Cluster, command: list[str | Path], stdin: str = "") -> None:
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_INITDB_TIMEOUT_S,
            check=False,
            **cluster.run_as(),
        )
    except subprocess.TimeoutExpired as error:
        raise ServiceUnavailable(
            f"Making the local Postgres database took more than {_INITDB_TIMEOUT_S} seconds."
        ) from error
    said = done.stdout + done.stderr
    if done.returncode < 0:
        raise Interrupted("Making the local Postgres database was stopped from outside.")
    # A single-user server goes on after an error and exits with 0.
    if done.returncode != 0 or "ERROR:" in said or "FATAL:" in said:
        raise failure("The local Postgres database could not be made", said)


def failure(what: str, said: str) -> DiskFull | ServiceUnavailable:
    """The error for what a Postgres program said before it gave up."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return DiskFull(f"{what}: the disk is full.")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    reason = next((line for line in reversed(lines) if any(mark in line for mark in _MARKS)), "")
    for mark in _MARKS:
        reason = reason.rpartition(mark)[2]
    reason = reason or " ".join(lines)[-_SAID_LIMIT:] or "it gave no reason"
    return ServiceUnavailable(f"{what}: {reason.strip().rstrip('.')}.")


_SAID_LIMIT = 300
_MARKS = ("PANIC:", "FATAL:", "ERROR:", "error:")
