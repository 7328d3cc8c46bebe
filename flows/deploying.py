"""What a Prefect server has to know: work pools, deployments, and how a dead run is noticed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta

from clipping.errors import ServiceUnavailable
from clipping.settings import CHECKOUT, settings

POOLS = ("cpu", "gpu")
HEARTBEAT_S = 30
SILENCE_S = 90
DEAD_RUNS = "Mark runs without a heartbeat as crashed"


def deploy() -> None:
    """Create what is missing of pools and automation, and bring the deployments up to date."""
    asyncio.run(_create_pools())
    asyncio.run(_create_automation())
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        log = settings().home / "logs" / "deploy.log"
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        raise ServiceUnavailable(f"The deployments could not be created; the log is {log}.")


async def _create_pools() -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectNotFound
    from prefect.workers.process import ProcessWorker

    async with get_client() as client:
        for pool in POOLS:
            try:
                await client.read_work_pool(pool)
            except ObjectNotFound:
                template = ProcessWorker.get_default_base_job_template()
                await client.create_work_pool(
                    WorkPoolCreate(name=pool, type="process", base_job_template=template)
                )


async def _create_automation() -> None:
    """A run whose worker died with it would stay "running", and its parent wait, for ever.

    Prefect has no detector of its own for that (seen on 3.8); the run's heartbeats are its events.
    """
    from prefect.automations import Automation, ChangeFlowRunState, EventTrigger, Posture
    from prefect.client.schemas.objects import StateType

    ended = {f"prefect.flow-run.{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed")}
    heartbeat = "prefect.flow-run.heartbeat"
    wanted = Automation(
        name=DEAD_RUNS,
        trigger=EventTrigger(
            after={heartbeat},
            expect={heartbeat, *ended},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENCE_S),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"Nothing was heard of this run for {SILENCE_S} s: its worker is gone.",
            )
        ],
    )
    try:
        await Automation.aread(name=DEAD_RUNS)
    except ValueError:
        await wanted.acreate()
