"""Python's collector of garbage, told that what imports leave is none."""

from __future__ import annotations

import atexit
import gc
import sys

_AFTER = (10_000, 10, 5)
"""New objects after which it looks among the youngest, and how many looks make one further back.

Python's own are 700, 10 and 10. All are looked through after some 600,000 new ones in place of
80,000, if they are a quarter of all: some 100 MB may wait for it, reckoned.
"""

_modules = 0


def spare_what_is_loaded() -> None:
    """Look for garbage less often from here on, and no more at the process's end.

    A run of a flow loads 240,000 objects that live as long as it does. Python looks through them
    again and again while they come, and through all of them at the end, a quarter of the CPU time
    of a process that loads a flow and ends (4.1 s became 3.0 s).
    """
    gc.set_threshold(*_AFTER)
    # Once, however often we are asked.
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


def keep_what_is_loaded() -> None:
    """Count all that is there as no garbage, if more has been loaded since the last time.

    For a process that goes on loading while it works: what it made before this and needs no more
    stays only if it was still needed then.
    """
    global _modules
    if len(sys.modules) == _modules:
        return
    gc.collect()
    gc.freeze()
    _modules = len(sys.modules)
