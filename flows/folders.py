"""Whether results can be written, asked before the work that makes them."""

from __future__ import annotations

import os
from pathlib import Path

from clipping.errors import NeedsPerson


def check_writable(out: Path) -> None:
    """Raise NeedsPerson when ``out`` is no folder, or one that cannot be made or written."""
    existing = out
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise NeedsPerson(f"Cannot write to {out}: {existing} is not a folder.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise NeedsPerson(f"Cannot write to {out}: {existing} may not be written to.")
