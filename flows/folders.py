"""Whether results can be written, asked before the work that makes them."""

from __future__ import annotations

import os
from pathlib import Path

from clipping.errors import NeedsPerson, Rejected


def check_writable(out: Path) -> None:
    """Raise NeedsPerson when ``out`` is no folder, or one that cannot be made or written."""
    existing = out
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise NeedsPerson(f"Cannot write to {out}: {existing} is not a folder.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise NeedsPerson(f"Cannot write to {out}: {existing} may not be written to.")


def check_new_file(path: Path, what: str) -> None:
    """Refuse a file that cannot be written in the end; nothing is made.

    :param what: What it is for, as in "for the page".
    :raises Rejected: Its folder is not there, or it is a folder itself.
    :raises NeedsPerson: Its folder may not be written to.
    """
    whole = path.absolute()
    if whole.is_dir():
        raise Rejected(f"{path} is a folder: name a file for {what}.")
    if not whole.parent.is_dir():
        raise Rejected(f"There is no folder {whole.parent} for {what}.")
    check_writable(whole.parent)
