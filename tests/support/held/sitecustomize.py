"""Holds a Python process to the folders of ``HELD_TO``: all else is a read-only file system to it.

Python runs this at its start where the folder of this file is on ``PYTHONPATH``, in children too.
What was refused is noted in the file ``HELD_REFUSED``, a path a line, also where it was caught.
What libraries in C write is not seen.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

_FOLDERS = [*filter(None, os.environ.get("HELD_TO", "").split(":")), "/dev", "/proc"]
_REFUSED = os.environ.get("HELD_REFUSED", "")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_TRUNC
_CHANGED = {
    "os.chmod": (0,),
    "os.link": (1,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.truncate": (0,),
    "os.utime": (0,),
}
_MADE = {"os.mkdir": 0, "os.symlink": 1}


def _look(event: str, given: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = given
        new = flags & os.O_CREAT and isinstance(path, str | bytes) and not os.path.lexists(path)
        if flags & _WRITES or new:
            _refuse(path)
    elif event in _CHANGED:
        for place in _CHANGED[event]:
            if not isinstance(given[place], int) and os.path.lexists(given[place]):
                _refuse(given[place])
    elif event in _MADE and not os.path.lexists(given[_MADE[event]]):
        _refuse(given[_MADE[event]])


def _refuse(path: Any) -> None:
    if not isinstance(path, str | bytes | os.PathLike):
        return
    whole = os.path.realpath(os.fsdecode(path))
    if any(whole == folder or whole.startswith(f"{folder}/") for folder in _FOLDERS):
        return
    with open(_REFUSED, "a", encoding="utf-8") as file:  # noqa: PTH123 - before all else
        file.write(f"{whole}\n")
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), whole)


if _REFUSED:
    _FOLDERS = [os.path.realpath(folder) for folder in _FOLDERS]
    _FOLDERS.append(os.path.realpath(_REFUSED))
    sys.addaudithook(_look)
