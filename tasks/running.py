"""Which run a log line belongs to, and whose it is."""

from __future__ import annotations

import sys
from typing import Any


def of_prefect() -> dict[str, str]:
    """The flow and task run of this thread and the client of its parameters; nothing outside one.

    Prefect is asked only where somebody else has imported it: that takes seconds.
    """
    module = sys.modules.get("prefect.context")
    if module is None:
        return {}
    found: dict[str, Any] = {}
    flow, task = module.FlowRunContext.get(), module.TaskRunContext.get()
    if flow is not None and flow.flow_run is not None:
        found |= {"run": flow.flow_run.id, "flow": flow.flow_run.name}
        found["client"] = (flow.parameters or {}).get("client")
    if task is not None:
        found |= {"run": task.task_run.flow_run_id or found.get("run"), "task": task.task_run.name}
    return {name: str(value) for name, value in found.items() if value}
