"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clipping.errors import DiskFull, RenderFailed

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def file_in_the_making(out_path: Path, suffix: str) -> Iterator[Path]:
    """A path beside ``out_path`` to write to; nothing is left there afterwards.

    The name is always the same, so what a killed process left is replaced by the next run.

    :raises DiskFull: There was no space to write, here or in the block.
    :raises RenderFailed: The folder cannot be written to.
    """
    path = out_path.with_name(out_path.name + suffix)
    with _writing(out_path.name):
        out_path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _writing(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise DiskFull(
                f"The disk is full: {what} could not be written; free some space."
            ) from error
        raise RenderFailed(f"{what} could not be written: {error.strerror}.") from error


def publish(part: Path, out_path: Path) -> None:
    """Give a complete file its name, which it gets only once it is on the disk."""
    _sync(part)
    part.replace(out_path)
    _sync(out_path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
