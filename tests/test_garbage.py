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
    assert first == "10000"
    assert looked_through
    assert max(map(int, looked_through)) < 1_000


LASTING = """
import gc, sys, types
gc.disable()
from clipping.garbage import keep_what_is_loaded

def cycle():
    one = []
    one.append(one)

looks = []
gc.callbacks.append(lambda phase, info: phase == "start" and looks.append(len(gc.get_objects())))
cycle()
before = len(gc.get_objects())
keep_what_is_loaded()
kept = gc.get_freeze_count()
print(len(looks), kept > 0.8 * before, gc.collect(), looks[-1] < 1_000)
cycle()
keep_what_is_loaded()
print(len(looks), gc.get_freeze_count() == kept, gc.collect())
sys.modules["more"] = types.ModuleType("more")
keep_what_is_loaded()
print(gc.get_freeze_count() > kept)
"""


def test_a_lasting_process_sets_apart_what_it_has_loaded_whenever_that_is_more() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LASTING], capture_output=True, text=True, check=True
    )
    # Garbage is collected before; what comes after is collected as ever, and alone is looked at.
    assert done.stdout.splitlines() == ["1 True 0 True", "2 True 1", "True"]
