"""Runs that an earlier ``clipper up`` left "running" on its server, though nobody is at them."""

from __future__ import annotations

from typing import Final

from flows.deploying import POOLS

_MOST: Final = 200
"""Prefect's own limit of runs in one answer."""
_WHY: Final = "The clipper up that ran it has ended."


def end_left_runs() -> int:
    """Mark as crashed what no worker is at; how many those were.

    Only for a server of which no worker has been started: whatever a worker had taken is over then.
    Left as it is, it would hold its deployment's only slot until Prefect's lease of it ends, and be
    "running" for ever.
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
