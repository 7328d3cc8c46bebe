"""A lock file that its last holder takes away is made anew by who comes next, however close."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from clipping.file_lock import is_still, open_lock


def test_a_lock_file_that_goes_while_it_is_opened_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened = tmp_path / "one.lock", os.open
    path.touch()
    flags_seen: list[int] = []

    def slowly(given: Path, flags: int, *mode: Any) -> int:
        flags_seen.append(flags)
        if len(flags_seen) == 2:
            path.unlink()
        return opened(given, flags, *mode)

    monkeypatch.setattr(os, "open", slowly)
    descriptor = open_lock(path)
    monkeypatch.undo()
    assert is_still(path, descriptor)
    os.close(descriptor)
    assert len(flags_seen) == 3


def test_a_link_in_place_of_a_lock_file_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OSError, match="symbolic links"):
        open_lock(path)
