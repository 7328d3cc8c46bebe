"""Runs of flows that a test has called, as the Prefect server knows them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State


def told_of(state: State[Any]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """What a run returned, the run itself, and its artifacts by their keys."""
    run_id = state.state_details.flow_run_id
    assert isinstance(run_id, UUID)
    wanted = {"flow_runs": {"id": {"any_": [str(run_id)]}}}
    with get_client(sync_client=True) as client:
        run = client.request("GET", "/flow_runs/{id}", path_params={"id": run_id}).json()
        found = client.request("POST", "/artifacts/filter", json=wanted).json()
    return json.loads(state.message or ""), run, {one["key"]: one for one in found}
