"""How many transcriptions run at a time, on all workers of a Prefect server together."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency

from clipping.errors import NeedsPerson, ServiceUnavailable
from clipping.settings import settings

TRANSCRIPTIONS = "transcriptions"
LEASE_S = 60
"""After a kill the slot is free again within a lease and the ten seconds in which it is missed."""

_log = logging.getLogger(__name__)


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
    (``tasks/transcribe.py``). Raises NeedsPerson when the server has no such limit, and
    ServiceUnavailable when it does not answer.
    """
    if not runtime.deployment.id:
        yield
        return
    with ExitStack() as held:
        held.callback(_release, _take())
        yield


def _take() -> AbstractContextManager[None]:
    """A slot that is held; a server that does not answer for a moment is asked again."""
    for wait_s in (1, 2, 4, 8, None):
        slot = concurrency(
            TRANSCRIPTIONS,
            occupy=1,
            lease_duration=LEASE_S,
            # Without it a limit that nobody created would be no limit at all.
            strict=True,
            # A server that does not answer for a moment is no reason to throw hours away.
            raise_on_lease_renewal_failure=False,
        )
        try:
            slot.__enter__()
        except ConcurrencySlotAcquisitionError as error:
            if "must be created" in str(error):
                raise NeedsPerson(
                    f"The Prefect server has no limit {TRANSCRIPTIONS}; run "
                    "python -m flows.deploying, which creates it."
                ) from error
            if "greater than the limit" in str(error):
                raise NeedsPerson(
                    f"The limit {TRANSCRIPTIONS} on the Prefect server is 0, so nothing can be "
                    "transcribed; raise it on the server's page of concurrency limits."
                ) from error
            if wait_s is None:
                raise ServiceUnavailable(
                    f"The Prefect server gives no slot of its limit {TRANSCRIPTIONS} just now."
                ) from error
            time.sleep(wait_s)
        else:
            break
    return slot


def _release(slot: AbstractContextManager[None]) -> None:
    """Give a slot back; the words are saved by then, and its lease ends by itself in any case."""
    try:
        slot.__exit__(None, None, None)
    except Exception as error:  # noqa: BLE001 - whatever it is, the work is done
        _log.warning("A slot of %s was not given back: %s", TRANSCRIPTIONS, error)
