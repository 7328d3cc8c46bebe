"""How a parent flow runs a stage: called directly in process, or as a deployment in its pool."""

from __future__ import annotations

import json
import re
from typing import Any

from prefect import Flow, runtime
from prefect.client.schemas.objects import FlowRun, State
from prefect.deployments import run_deployment
from prefect.states import Completed

from clipping import errors
from clipping.errors import Broken, ClippingError, RateLimited

_CANCELLED = "Flow run was cancelled."
"""What Prefect says of a run that a person cancelled."""


def finished(value: Any) -> State[Any]:
    """The state a stage flow ends in: its ids are its result, and also the state's message.

    A parent in another process, perhaps on another machine, reads the ids from the message, so
    no result storage has to be shared between workers.
    """
    return Completed(message=json.dumps(value), data=value)


def run_stage(stage: Flow[Any, Any], **parameters: Any) -> Any:
    """The ids that ``stage`` returns, wherever it ran.

    A parent that itself runs as a deployment hands each stage to the stage's own deployment, so
    that transcription lands in the gpu pool; anywhere else the flow is simply called.
    """
    if not runtime.deployment.id:
        return stage(**parameters)
    run: FlowRun = run_deployment(  # type: ignore[assignment]  # it may be awaited, too
        f"{stage.name}/{stage.name}",
        parameters=parameters,
        timeout=None,
        poll_interval=2,
        # A retry of the parent is a new attempt: it may not find its failed child again.
        idempotency_key=f"{runtime.flow_run.id}:{runtime.flow_run.run_count}:{stage.name}",
    )
    state = run.state
    if state is None or not state.is_completed():
        raise _stage_error(stage.name, state)
    return json.loads(state.message or "null")


def _stage_error(stage: str, state: State[Any] | None) -> ClippingError:
    """The error that ended a stage in another process, of its own class where that can be told.

    Prefect writes "... encountered an exception: ClassName: message" into a failed state.
    """
    message = (state.message if state is not None else None) or "no state was reported"
    found = re.search(r"exception: (\w+): (.*)", message, re.DOTALL)
    cls = getattr(errors, found[1], None) if found else None
    if found and isinstance(cls, type) and issubclass(cls, ClippingError):
        return cls.read(found[2]) if issubclass(cls, RateLimited) else cls(found[2])
    if state is not None and state.is_cancelled():
        # A limit that cancels a run says so in other words.
        why = "" if state.message in (None, "", _CANCELLED) else f" {state.message}"
        return Broken(f"The stage {stage} was cancelled, and so nothing after it was done.{why}")
    return Broken(f"The stage {stage} ended as {state.name if state else 'unknown'}: {message}")
