"""A folder that is watched: the videos in it, as far as their names and sizes tell."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from clipping.errors import NeedsPerson
from clipping.media.container import display_name
from clipping.models import Found
from clipping.settings import settings

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
UNFINISHED_SUFFIXES = (
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".opdownload",
    ".tmp",
    ".temp",
    ".filepart",
    ".!ut",
    ".aria2",
    ".ytdl",
)
"""What browsers and copying tools append until a file, or Safari's folder around it, is whole."""

_MOST_NS = 2**63 - 1

MOST_FILES = 20_000
"""Of all kinds; more is no folder for videos but a whole disk."""


def list_folder(folder: Path) -> list[Found]:
    """The videos in a folder and in those below it, those that lie longest unchanged first.

    Left out are hidden files and folders, unfinished downloads, and every symbolic link: what it
    leads to need not be in the folder; and the program's own folders, which hold originals and
    clips of all clients. Nothing is opened. Empty files are listed.

    :raises NeedsPerson: The folder is missing, may not be read, holds too many files, or lies in
        one of the program's own.
    """
    own = _own_folders()
    if not own.isdisjoint((folder.resolve(), *folder.resolve().parents)):
        raise NeedsPerson(
            f"{display_name(str(folder))} lies where clipper keeps its own files; watch another "
            "folder."
        )
    found = []
    seen = 0
    for at, names in _walk(folder, own):
        seen += len(names)
        if seen > MOST_FILES:
            raise NeedsPerson(
                f"{display_name(str(folder))} holds more than {MOST_FILES} files; watch a folder "
                "in it that is for videos."
            )
        lower = {name.lower() for name in names}
        found += [
            one for name in names if _is_wanted(name, lower) and (one := _found(folder, at / name))
        ]
    return sorted(found, key=lambda one: (one.changed_ns or 0, one.identity))


def is_unchanged(folder: Path, found: Found) -> bool:
    """Whether a file is still the one that was found, and still in the folder."""
    path = Path(found.location)
    now = _found(folder, path)
    if now is None or now.marks != found.marks:
        return False
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
    except OSError:
        return False


def _own_folders() -> frozenset[Path]:
    """Also by the names that lead there."""
    own = settings().own_dirs
    return frozenset({path.absolute() for path in own} | {path.resolve() for path in own})


def _walk(folder: Path, own: Collection[Path]) -> Iterator[tuple[Path, list[str]]]:
    """Each folder and the names of its files; one below that may not be read is left out."""
    try:
        os.scandir(folder).close()  # os.walk would say nothing
    except OSError as error:
        raise NeedsPerson(
            f"The folder {display_name(str(folder))} cannot be read: {error.strerror}."
        ) from error
    for at, folders, files in os.walk(folder):
        folders[:] = [
            name for name in folders if not _is_passed_over(name) and Path(at, name) not in own
        ]
        yield Path(at), files


def _is_wanted(name: str, beside: Collection[str]) -> bool:
    """A video by its name, beside which no tool keeps what is missing of it."""
    lower = name.lower()
    return (
        lower.endswith(VIDEO_SUFFIXES)
        and not _is_passed_over(name)
        and not any(lower + suffix in beside for suffix in UNFINISHED_SUFFIXES)
    )


def _is_passed_over(name: str) -> bool:
    """Hidden, or named as unfinished: ``a.part``, and ``a.temp.mp4`` as well."""
    lower = name.lower()
    stem = os.path.splitext(lower)[0]  # noqa: PTH122 - of a name
    return lower.startswith((".", "~")) or any(
        part.endswith(UNFINISHED_SUFFIXES) for part in (lower, stem)
    )


def _found(folder: Path, path: Path) -> Found | None:
    """The file as it is now; None for a link, for what is no file, and for what has just gone."""
    try:
        status = path.lstat()
        inside = path.relative_to(folder)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Found(
        # A name need not be UTF-8; what it is known by has to be.
        identity=os.fsencode(inside).decode("utf-8", "backslashreplace"),
        location=str(path),
        title=display_name(path),
        size_bytes=status.st_size,
        # Some file systems say years that no column holds; it is only compared.
        changed_ns=max(-_MOST_NS, min(status.st_mtime_ns, _MOST_NS)),
    )
