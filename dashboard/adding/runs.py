"""Prefect as the dashboard needs it: start a run of a deployment, and ask how runs stand.

Through its HTTP API and not its client, which takes seconds to import and a quarter of a gigabyte.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from clipping.errors import AuthorizationExpired, MalformedReply, NeedsPerson, ServiceUnavailable

_TIMEOUT_S: Final = 10.0
_ASKED_S: Final = 2.0
"""So long a page waits to be told how runs stand."""
_AGAIN_S: Final = (0.5, 1, 2, 4, 8)
"""Prefect's server says 503 while its SQLite is locked, and its own client asks again."""
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
    :raises NeedsPerson: No Prefect server is named, it knows no such deployment, or refuses us.
    :raises ServiceUnavailable: It does not answer.
    """
    wanted = {"parameters": parameters, "idempotency_key": key, "tags": [f"client:{client}"]}
    with _client() as server:
        found = _json(server, "GET", f"/deployments/name/{flow}/{flow}", missing=flow)
        made = _json(
            server,
            "POST",
            f"/deployments/{found['id']}/create_flow_run",
            wanted,
            missing=flow,
        )
    return str(made["id"])


def states_of(run_ids: Sequence[str]) -> dict[str, RunState]:
    """How these runs stand; one that Prefect has forgotten is not among them.

    :raises ClippingError: As :func:`start_run`.
    """
    if not run_ids:
        return {}
    wanted = {"flow_runs": {"id": {"any_": list(run_ids)[:_MOST]}}, "limit": _MOST}
    with _client(_ASKED_S) as client:
        found = _json(client, "POST", "/flow_runs/filter", wanted)
    return {
        str(run["id"]): RunState(
            run.get("state_type") or "PENDING", (run.get("state") or {}).get("message") or ""
        )
        for run in found
    }


def _client(timeout_s: float = _TIMEOUT_S) -> httpx.Client:
    url = os.environ.get("PREFECT_API_URL", "")
    if not url:
        raise NeedsPerson(
            "No Prefect server is named here (PREFECT_API_URL), so nothing can be started: "
            "`make up` and the compose file do both."
        )
    name, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    # Never through a proxy that the environment names for the outside.
    return httpx.Client(
        base_url=url,
        auth=httpx.BasicAuth(name, password) if name else None,
        timeout=timeout_s,
        trust_env=False,
    )


def _answer(
    client: httpx.Client, method: str, path: str, body: Any, waits_s: Sequence[float]
) -> httpx.Response:
    for wait_s in waits_s:
        answer = client.request(method, path, json=body)
        if answer.status_code != 503:
            return answer
        time.sleep(wait_s)
    return client.request(method, path, json=body)


def _json(client: httpx.Client, method: str, path: str, body: Any = None, missing: str = "") -> Any:
    """The answer to what may be asked twice.

    :param missing: The deployment that has to be there; it is waited for, too.
    """
    try:
        answer = _answer(client, method, path, body, _AGAIN_S if missing else ())
        if answer.status_code in (401, 403):
            raise AuthorizationExpired(
                "The Prefect server wants another password (PREFECT_API_AUTH_STRING)."
            )
        if answer.status_code == 404 and missing:
            raise NeedsPerson(
                f"The Prefect server knows no deployment {missing}: "
                "apply prefect.yaml with `python -m flows.deploying`."
            )
        if answer.status_code >= 500:
            raise ServiceUnavailable(f"The Prefect server answers with {answer.status_code}.")
        if answer.status_code >= 400:
            raise MalformedReply(f"The Prefect server refuses a run ({answer.status_code}).")
        return answer.json()
    except httpx.HTTPError as error:
        raise ServiceUnavailable("The Prefect server does not answer just now.") from error
    except ValueError as error:
        raise MalformedReply("The Prefect server's answer cannot be read.") from error
