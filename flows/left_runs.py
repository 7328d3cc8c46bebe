"""Runs that are "running" on the server of ``clipper up``, though nobody is at them.

Left as it is, such a run holds its deployment's only slot until Prefect's lease of it ends, minutes
in which nothing is posted, and one that had not begun to send heartbeats is "pending" for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from flows.deploying import POOLS

_MOST: Final = 200
"""Prefect's own limit of runs in one answer."""
UP_ENDED: Final = "The clipper up that ran it has ended."
WORKER_ENDED: Final = "The worker that ran it has ended."
_ANSWER_S: Final = 2.0


def end_left_runs(
    pools: Iterable[str] = POOLS, before: datetime | None = None, why: str = UP_ENDED
) -> int:
    """Mark as crashed what no worker is at; how many those were.

    :param pools: Of which no worker runs: whatever one had taken is over then.
    :param before: When the last one ended, where another may have begun since.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
        WorkPoolFilter,
        WorkPoolFilterName,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    taken = FlowRunFilterStateType(
        any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    )
    ended = 0
    with get_client(sync_client=True) as client:
        while True:
            found = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=taken)),
                work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=list(pools))),
                limit=_MOST,
            )
            left = [
                run
                for run in found
                if before is None or (run.state and run.state.timestamp < before)
            ]
            for run in left:
                client.set_flow_run_state(run.id, Crashed(message=why))
            ended += len(left)
            if len(found) < _MOST or not left:
                return ended


def end_runs_of_worker(pool: str, ended_at: datetime) -> bool:
    """Mark as crashed what the only worker of a pool was at; whether the server could be told.

    It is asked once and for a short time: whoever calls looks after the server too.
    """
    from httpx import HTTPStatusError, TransportError
    from prefect.settings import (
        PREFECT_API_REQUEST_TIMEOUT,
        PREFECT_CLIENT_MAX_RETRIES,
        temporary_settings,
    )

    try:
        with temporary_settings(
            {PREFECT_CLIENT_MAX_RETRIES: 0, PREFECT_API_REQUEST_TIMEOUT: _ANSWER_S}
        ):
            end_left_runs([pool], ended_at, WORKER_ENDED)
    except (HTTPStatusError, TransportError):
        return False
    return True
