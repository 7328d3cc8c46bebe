"""What is loaded is looked through for garbage seldom, and not when the process ends."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import atexit, gc

def told():
    gc.callbacks.append(lambda phase, info: phase == "start" and print(len(gc.get_objects())))

# Called last: after this only Python's own looking is left.
atexit.register(told)
from clipping.garbage import spare_what_is_loaded
spare_what_is_loaded()
print(gc.get_threshold()[0])
kept = [[one] for one in range(50_000)]
"""


def test_python_looks_seldom_and_not_through_what_was_there_at_the_end() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    first, *looked_through = done.stdout.splitlines()
    assert first == "100000"
    assert looked_through
    assert max(map(int, looked_through)) < 1_000
