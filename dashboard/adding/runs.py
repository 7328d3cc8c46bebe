"""Start a run of a deployment for what was added, and ask how such runs stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from clipping.errors import NeedsPerson, Rejected
from dashboard import prefect_server

_MOST: Final = 100


@dataclass(frozen=True)
class RunState:
    """How a run stands."""

    kind: str
    """Prefect's own type: ``SCHEDULED``, ``PENDING``, ``RUNNING``, ``COMPLETED``, ``FAILED``,
    ``CRASHED``, ``CANCELLED``, ``CANCELLING``, ``PAUSED``."""
    said: str


def start_run(flow: str, parameters: dict[str, Any], key: str, client: str) -> str:
    """Start the deployment that bears its flow's name; the run's id.

    :param key: Asked again with it, Prefect gives the run that there is.
    :param client: Whose it is: people find it by that before it has begun.
    :raises NeedsPerson: It knows no such deployment.
    :raises ClippingError: As :func:`dashboard.prefect_server.insist`.
    """
    try:
        found = prefect_server.insist(f"deployments/name/{flow}/{flow}")
    except Rejected as error:
        raise NeedsPerson(
            f"The Prefect server knows no deployment {flow}: "
            "apply prefect.yaml with `python -m flows.deploying`."
        ) from error
    wanted = {"parameters": parameters, "idempotency_key": key, "tags": [f"client:{client}"]}
    made = prefect_server.insist(f"deployments/{found['id']}/create_flow_run", wanted)
    return str(made["id"])


def states_of(run_ids: Sequence[str]) -> dict[str, RunState]:
    """How these runs stand; one that Prefect has forgotten is not among them.

    :raises ClippingError: As :func:`dashboard.prefect_server.ask`.
    """
    if not run_ids:
        return {}
    wanted = {"flow_runs": {"id": {"any_": list(run_ids)[:_MOST]}}, "limit": _MOST}
    found = prefect_server.listed(prefect_server.ask("flow_runs/filter", wanted))
    return {
        str(run["id"]): RunState(
            run.get("state_type") or "PENDING", (run.get("state") or {}).get("message") or ""
        )
        for run in found
    }
