"""The process in which a worker has one run: ``python -m flows.run_process``; Prefect tells which.

It is Prefect's own engine (``python -m prefect.engine``).
"""

from __future__ import annotations

import runpy

from clipping.garbage import spare_what_is_loaded


def main() -> None:
    """Do the run that ``PREFECT__FLOW_RUN_ID`` names, and end as Prefect's engine ends."""
    spare_what_is_loaded()
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
