"""Runs that are "running" on the server of ``clipper up``, though nobody is at them.

Left as it is, such a run holds its deployment's only slot until Prefect's lease of it ends, and is
"running" until its heartbeat is missed: two minutes, in which nothing is posted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from flows.deploying import POOLS

_MOST: Final = 200
"""Prefect's own limit of runs in one answer."""
_WHY: Final = "The clipper up that ran it has ended."
CUT_OFF: Final = "The worker that ran it has ended."


def end_left_runs() -> int:
    """Mark as crashed what no worker is at; how many those were.

    Only for a server of which no worker has been started: whatever a worker had taken is over then.
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
                work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=list(POOLS))),
                limit=_MOST,
            )
            for run in found:
                client.set_flow_run_state(run.id, Crashed(message=_WHY))
            ended += len(found)
            if len(found) < _MOST:
                return ended


def end_cut_off(run_ids: Iterable[str]) -> bool:
    """Mark as crashed what was ended with its worker; whether the server could be told."""
    from httpx import HTTPStatusError, TransportError
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    with get_client(sync_client=True) as client:
        for run_id in run_ids:
            try:
                run = client.read_flow_run(UUID(run_id))
                if run.state is None or not run.state.is_final():
                    client.set_flow_run_state(run.id, Crashed(message=CUT_OFF))
            except ObjectNotFound:
                continue
            except TransportError:
                return False
            except HTTPStatusError as error:
                # What it refuses it would refuse again; it misses the run's heartbeat later.
                if error.response.status_code >= 500:
                    return False
    return True
