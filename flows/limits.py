"""What runs only so often at a time, on all workers of a Prefect server together.

Transcriptions, which share a GPU or all cores of a machine, and runs that ask a platform.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.concurrency.sync import concurrency

from clipping.errors import NeedsPerson, ServiceUnavailable
from clipping.models import PlatformName
from clipping.settings import settings

TRANSCRIPTIONS: Final = "transcriptions"
LEASE_S: Final = 60
"""After a kill the slot is free again within a lease and the ten seconds in which it is missed."""

_log = logging.getLogger(__name__)


def publishing(platform: PlatformName) -> str:
    """The name of the limit of runs that ask a platform."""
    return f"publishing-{platform.value}"


def wanted_limits() -> dict[str, int]:
    """The slots of each limit, as the settings say."""
    asking = dict.fromkeys(map(publishing, PlatformName), settings().max_publishers)
    return {TRANSCRIPTIONS: settings().max_concurrent_transcriptions, **asking}


def set_limits() -> None:
    """Tell the server of all limits; what was said before is overwritten."""
    with get_client(sync_client=True) as client:
        for name, slots in wanted_limits().items():
            client.upsert_global_concurrency_limit_by_name(name, slots)


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
        held.callback(_release, TRANSCRIPTIONS, _take())
        yield


class PlatformSlots:
    """A run's slots of the platforms that it asks: of each one, or none, and no run waits for any.

    That a post goes out once, and how often a platform is asked, Postgres holds alone
    (docs/publishing.md). These bound how many processes ask a platform at a time, and let an
    operator leave one alone with a 0.
    """

    def __init__(self) -> None:
        self._held: dict[PlatformName, AbstractContextManager[None]] = {}

    def __enter__(self) -> PlatformSlots:
        return self

    def __exit__(self, *_error: object) -> None:
        for platform, slot in self._held.items():
            _release(publishing(platform), slot)
        self._held.clear()

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to ask for."""
        return not runtime.deployment.id or len(self._held) == len(PlatformName)

    def take(self) -> list[PlatformName] | None:
        """The platforms whose slots are held once the others were asked for; None for a command,
        which may ask all of them.

        :raises NeedsPerson: The server has no such limit.
        """
        if not runtime.deployment.id:
            return None
        for platform in PlatformName:
            if platform not in self._held:
                slot = _slot(publishing(platform), retries=0)
                try:
                    slot.__enter__()
                except ConcurrencySlotAcquisitionError as error:
                    _refuse_unknown(publishing(platform), error)
                    _log.info("%s is left alone for now: %s", platform.value, error)
                else:
                    self._held[platform] = slot
        return list(self._held)


def _slot(limit: str, retries: int | None = None) -> AbstractContextManager[None]:
    return concurrency(
        limit,
        occupy=1,
        max_retries=retries,
        lease_duration=LEASE_S,
        # Without it a limit that nobody created would be no limit at all.
        strict=True,
        # A server that does not answer for a moment is no reason to throw hours away.
        raise_on_lease_renewal_failure=False,
    )


def _take() -> AbstractContextManager[None]:
    """A slot that is held; a server that does not answer for a moment is asked again."""
    for wait_s in (1, 2, 4, 8, None):
        slot = _slot(TRANSCRIPTIONS)
        try:
            slot.__enter__()
        except ConcurrencySlotAcquisitionError as error:
            _refuse_unknown(TRANSCRIPTIONS, error)
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


def _refuse_unknown(limit: str, error: ConcurrencySlotAcquisitionError) -> None:
    if "must be created" in str(error):
        raise NeedsPerson(
            f"The Prefect server has no limit {limit}; run python -m flows.deploying, which "
            "creates it."
        ) from error


def _release(limit: str, slot: AbstractContextManager[None]) -> None:
    """Give a slot back; the work is done by then, and its lease ends by itself in any case."""
    try:
        slot.__exit__(None, None, None)
    except Exception as error:  # noqa: BLE001 - whatever it is, the work is done
        _log.warning("A slot of %s was not given back: %s", limit, error)
