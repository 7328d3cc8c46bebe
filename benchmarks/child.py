"""Run one case in a process of its own: ``python -m benchmarks.child MODULE:FUNCTION ARGS ANSWER``.

Knows the standard library only, so that a peer's own virtual environment can run it too. The clock
starts when the case's modules are imported, as they are in a worker, and the CPU time is that of
this process and of every descendant it has waited for.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def cpu_seconds() -> float:
    """User and system time of this process and of the children that it has waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Call the function with the JSON object of arguments; what it returns goes into the answer."""
    target, arguments, answer = sys.argv[1:]
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    started, cpu_before = time.monotonic(), cpu_seconds()
    value = function(**json.loads(arguments))
    wall_s, cpu_s = time.monotonic() - started, cpu_seconds() - cpu_before
    Path(answer).write_text(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "value": value}), "utf-8")


if __name__ == "__main__":
    main()
