"""What a Prefect server has to know: pools, blocks, deployments, and how a dead run is noticed.

``clipper up`` tells its own server; ``python -m flows.deploying`` the one of ``PREFECT_API_URL``.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from clipping.errors import ClippingError, NeedsPerson, ServiceUnavailable
from clipping.garbage import spare_what_is_loaded
from clipping.settings import CHECKOUT, settings

POOLS = ("cpu", "gpu")
HEARTBEAT_S = 30


def deploy() -> None:
    """Create pools and kinds of blocks, set limits, bring automations and deployments up to date.

    Raises ServiceUnavailable when the server does not answer or a deployment cannot be created,
    NeedsPerson when it refuses us, Broken when ``prefect.yaml`` holds what nobody would read.
    """
    from flows import deploy_file
    from flows.automations import set_automations
    from flows.limits import set_limits

    deploy_file.read()
    with _api_errors():
        asyncio.run(_create_pools())
        asyncio.run(set_automations())
        asyncio.run(_register_blocks())
        set_limits()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "flows.prefect_command", "--no-prompt", "deploy", "--all"],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    except subprocess.TimeoutExpired as error:
        raise ServiceUnavailable("Creating the deployments took over five minutes.") from error
    if done.returncode != 0:
        log = settings().home / "logs" / "deploy.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        raise ServiceUnavailable(f"The deployments could not be created; the log is {log}.")


@contextmanager
def _api_errors() -> Iterator[None]:
    from httpx import HTTPStatusError, TransportError
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    try:
        yield
    except TransportError as error:
        raise ServiceUnavailable(
            f"No Prefect server answers at {url} (PREFECT_API_URL)."
        ) from error
    except HTTPStatusError as error:
        code = error.response.status_code
        if code in {401, 403}:
            raise NeedsPerson(
                f"The Prefect server at {url} wants another password (PREFECT_API_AUTH_STRING)."
            ) from error
        raise ServiceUnavailable(f"The Prefect server at {url} answers with {code}.") from error


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


async def _register_blocks() -> None:
    """Make our kinds of blocks known, so that one can be filled in on the server's pages."""
    from blocks import BLOCKS

    for block in BLOCKS.values():
        await block.aregister_type_and_schema()


def main() -> None:
    """Tell the server that ``PREFECT_API_URL`` names; one sentence and exit code 1 on failure."""
    spare_what_is_loaded()
    from prefect.settings import PREFECT_API_URL

    try:
        if PREFECT_API_URL.value() is None:
            # Prefect would start a server for the moment and tell that one.
            raise NeedsPerson("Name the Prefect server in PREFECT_API_URL.")
        deploy()
    except ClippingError as error:
        sys.exit(str(error))
    sys.stdout.write("Work pools, limits, deployments and automations are in place.\n")


if __name__ == "__main__":
    main()
