"""Prefect's own command, made fit for us: ``python -m flows.prefect_command`` is ``prefect``.

- The transactions of a server on SQLite take turns, as long as it stays in the foreground: one in
  the background is a process of Prefect's own.
- The runs of a worker start sooner. Prefect's has a process fetch a flow's code and then become
  another that runs it, each of which loads Prefect. Where the code is installed beside the worker,
  ours starts the second at once.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from clipping.garbage import spare_what_is_loaded

if TYPE_CHECKING:
    from uuid import UUID

    from prefect import Flow
    from prefect.client.schemas.objects import Flow as KnownFlow
    from prefect.client.schemas.objects import FlowRun, WorkPool
    from prefect.client.schemas.responses import DeploymentResponse


def start_runs_at_once() -> None:
    """Have this process's worker start runs of installed code without fetching it before."""
    from prefect.utilities.processutils import command_to_string
    from prefect.workers import process

    class Configuration(process.ProcessJobConfiguration):
        """Of a run; what the pool or the deployment says stays."""

        def prepare_for_flow_run(
            self,
            flow_run: FlowRun,
            deployment: DeploymentResponse | None = None,
            flow: KnownFlow | None = None,
            work_pool: WorkPool | None = None,
            worker_name: str | None = None,
            worker_id: UUID | None = None,
        ) -> None:
            if self.command is None and deployment and is_installed(deployment):
                self.command = command_to_string([sys.executable, "-m", "flows.run_process"])
                # As Prefect tells it the second process, which else would ask the server.
                self.env = {**self.env, "PREFECT__FLOW_ENTRYPOINT": deployment.entrypoint}
            super().prepare_for_flow_run(
                flow_run, deployment, flow, work_pool, worker_name, worker_id
            )

    process.ProcessWorker.job_configuration = Configuration
    # Who has a command of their own gets less from Prefect: no session, so that Ctrl-C in a
    # worker's terminal would reach its runs and the end of a run not what it has started; and what
    # the worker is told would go before what the run is told.
    starter = process.EngineCommandStarter  # type: ignore[attr-defined]  # Prefect's own import
    vars(process)["EngineCommandStarter"] = partial(
        starter, isolate_process_group=True, env_overrides_settings=True
    )
    vars(process)["load_flow_from_flow_run"] = load_flow_with_hooks


def is_installed(deployment: DeploymentResponse) -> bool:
    """Whether it is one of ours, which nobody has to fetch: a module's name, no file's."""
    entrypoint = deployment.entrypoint or ""
    return entrypoint.startswith("flows.") and ":" not in entrypoint and not deployment.pull_steps


async def load_flow_with_hooks(flow_run: FlowRun) -> Flow[..., Any]:
    """What says which hooks there are when a run has been cancelled or has crashed.

    Ours has none, and stays out of the worker.
    """
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.flows import load_flow_from_flow_run

    @flow
    def without_hooks() -> None:
        """Stand in for it."""

    if flow_run.deployment_id is not None:
        async with get_client() as client:
            deployment = await client.read_deployment(flow_run.deployment_id)
        if is_installed(deployment):
            return without_hooks
    found: Flow[..., Any] = await load_flow_from_flow_run(flow_run)
    return found


def main() -> None:
    """What the arguments ask Prefect for."""
    spare_what_is_loaded()
    from prefect.cli import app

    if "server" in sys.argv:
        from flows.sqlite_turns import take_turns

        take_turns()
    if "worker" in sys.argv:
        start_runs_at_once()
    app()


if __name__ == "__main__":
    main()
