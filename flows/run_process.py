"""The process in which a worker has one run: ``python -m flows.run_process``; Prefect tells which.

It is Prefect's own engine in a session of its own: Ctrl-C in a worker's terminal reaches the worker
alone, which then ends its runs.
"""

from __future__ import annotations

import os
import runpy
from contextlib import suppress

from clipping.garbage import spare_what_is_loaded


def main() -> None:
    """Do the run that ``PREFECT__FLOW_RUN_ID`` names, and end as Prefect's engine ends."""
    # Refused to a session's first process, which has what is wanted.
    with suppress(PermissionError):
        os.setsid()
    spare_what_is_loaded()
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
