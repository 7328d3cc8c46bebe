"""Publish: what is due goes out, step by step, and what may be out is looked for."""

from __future__ import annotations

import time
from collections import Counter
from functools import lru_cache
from typing import Final

from prefect import task

from clipping.models import PlatformName
from clipping.publishing.steps import Step
from tasks.posting import Publisher
from tasks.readback import read_back_restored
from tasks.removals import look_for_removed
from tasks.retry import POLICY, TaskPolicy

_PAUSE_S: Final = 1.0
"""Between two looks for what is due."""
_NEXT_PASS_IS_THE_RETRY = TaskPolicy(**{**POLICY, "retries": 0})
"""What is left stays in Postgres, and is due again soon."""


@task(name="publish", **_NEXT_PASS_IS_THE_RETRY)
def publish_for(seconds: float, platforms: list[PlatformName] | None = None) -> dict[str, int]:
    """Submit, poll and reconcile what is due, again and again for a while.

    :param platforms: Those that may be asked; all unless given.

    Without a task run for each: there is a look every second, and mostly nothing is due.
    """
    found, ends = Counter[str](), time.monotonic() + seconds
    while True:
        found.update(publisher().round(platforms))
        if time.monotonic() + _PAUSE_S >= ends:
            return _counted(found)
        time.sleep(_PAUSE_S)


@lru_cache(maxsize=1)
def publisher() -> Publisher:
    """The publisher of this process."""
    return Publisher()


@task(name="submit", **_NEXT_PASS_IS_THE_RETRY)
def submit_due(most: int = 50) -> dict[str, int]:
    """Take posts that are due as far as they get; how many ended in which state."""
    return _counted(publisher().work(Step.SUBMIT, most))


@task(name="poll", **_NEXT_PASS_IS_THE_RETRY)
def poll_due(platforms: list[PlatformName] | None = None, most: int = 100) -> dict[str, int]:
    """Ask what became of posts that were handed over."""
    return _counted(publisher().work(Step.POLL, most, platforms))


@task(name="reconcile", **_NEXT_PASS_IS_THE_RETRY)
def reconcile_due(platforms: list[PlatformName] | None = None, most: int = 50) -> dict[str, int]:
    """Find out whether posts are public whose publisher ended, or got no answer."""
    return _counted(publisher().work(Step.RECONCILE, most, platforms))


@task(name="look for removed posts", **_NEXT_PASS_IS_THE_RETRY)
def find_removed(platforms: list[PlatformName] | None = None, most: int = 20) -> dict[str, int]:
    """Ask, once a day for each account, whether its posts are still there."""
    return _counted(look_for_removed(publisher(), most, platforms))


@task(name="look after a restore", **_NEXT_PASS_IS_THE_RETRY)
def read_back(most: int = 20) -> dict[str, int]:
    """Look what accounts show since the backup that the database was restored from."""
    return _counted(read_back_restored(publisher(), most))


def _counted(found: Counter[str]) -> dict[str, int]:
    return dict(found)
