"""Prefect's own command, made fit for us: ``python -m flows.prefect_command`` is ``prefect``.

- The transactions of a server on SQLite take turns, as long as it stays in the foreground: one in
  the background is a process of Prefect's own.
- The runs of a worker start sooner. Prefect's has a process fetch a flow's code and then become
  another that runs it, each of which loads Prefect. Our code is installed wherever a worker is.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from clipping.garbage import spare_what_is_loaded

if TYPE_CHECKING:
    from prefect.workers.process import ProcessJobConfiguration


def installed() -> type[ProcessJobConfiguration]:
    """How a worker starts a run of code that is installed where it is."""
    from prefect.utilities.processutils import command_to_string
    from prefect.workers.process import ProcessJobConfiguration

    class Installed(ProcessJobConfiguration):
        def prepare_for_flow_run(self, *args: Any, **kwargs: Any) -> None:
            # A pool or a deployment may have a command of its own.
            if self.command is None:
                self.command = command_to_string([sys.executable, "-m", "flows.run_process"])
            super().prepare_for_flow_run(*args, **kwargs)

    return Installed


def main() -> None:
    """What the arguments ask Prefect for."""
    spare_what_is_loaded()
    from prefect.cli import app

    if "server" in sys.argv:
        from flows.sqlite_turns import take_turns

        take_turns()
    if "worker" in sys.argv:
        from prefect.workers.process import ProcessWorker

        ProcessWorker.job_configuration = installed()
    app()


if __name__ == "__main__":
    main()
