"""How many transcriptions run at a time, on all workers of a Prefect server together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency

from clipping.errors import NeedsPerson
from clipping.settings import settings

TRANSCRIPTIONS = "transcriptions"
LEASE_S = 60
"""After a kill the slot is free again within a lease and the ten seconds in which it is missed."""


def set_limits() -> None:
    """Tell the server how many transcriptions may run; what was said before is overwritten."""
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(
            TRANSCRIPTIONS, settings().max_concurrent_transcriptions
        )


@contextmanager
def one_of_few() -> Iterator[None]:
    """Wait for a slot, and hold it while the block runs; only as a deployment.

    A command's own Prefect server ends with it and forgets its leases, so a killed command would
    leave its slot taken for ever. Commands wait for one another in the database
    (``tasks/transcribe.py``). Raises NeedsPerson when the server knows no such limit.
    """
    if not runtime.deployment.id:
        yield
        return
    slot = concurrency(
        TRANSCRIPTIONS,
        occupy=1,
        lease_duration=LEASE_S,
        # Without it a limit that nobody created would be no limit at all.
        strict=True,
        # A server that does not answer for a moment is no reason to throw hours away.
        raise_on_lease_renewal_failure=False,
    )
    with ExitStack() as held:
        try:
            held.enter_context(slot)
        except ConcurrencySlotAcquisitionError as error:
            raise NeedsPerson(
                f"The Prefect server gives no slot of the limit {TRANSCRIPTIONS}; run "
                "python -m flows.deploying, which creates it."
            ) from error
        yield
