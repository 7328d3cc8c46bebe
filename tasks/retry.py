"""The one rule by which tasks are tried again: transient errors, with backoff and jitter."""

from __future__ import annotations

from typing import Any, TypedDict

from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from clipping.errors import Transient

LONGEST_PAUSE_S = 30.0
"""All tries are over by then. Who is asked for a longer pause keeps it, and does not ask on."""


class TaskPolicy(TypedDict):
    """The keywords of ``@task`` that every stage shares."""

    retries: int
    retry_delay_seconds: Any
    retry_jitter_factor: float
    retry_condition_fn: Any
    cache_policy: Any


def is_transient(_task: Any, _task_run: Any, state: Any) -> bool:
    """Whether a failed task run may be tried again.

    The error is read from the state's own data: asking the state for its result would raise it.
    """
    error = getattr(state.data, "exception", state.data)
    if isinstance(error, Transient) and (error.retry_after_s or 0) > LONGEST_PAUSE_S:
        return False
    return isinstance(error, Transient)


# Prefect's own result cache is off: what is finished is found in Postgres, which all workers
# share and which knows whether the file is still there.
POLICY = TaskPolicy(
    retries=3,
    retry_delay_seconds=exponential_backoff(2),
    retry_jitter_factor=0.5,
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
)
