"""Publish what is due, and find out what became of what was sent."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Final

from prefect import flow
from prefect.client.schemas.objects import State

from flows import forms
from flows.limits import PlatformSlots
from flows.showing import show_counts
from flows.stages import finished
from tasks.publish import find_removed, poll_due, publish_for, read_back, reconcile_due

SLOTS_AGAIN_S: Final = 30.0
"""After so long a run asks again for slots that it was not given."""
_SHORTEST_S: Final = 1.0


@flow(name="publish-due", flow_run_name="publish what is due")
def publish_due(seconds: forms.Seconds = 600) -> State[Any]:
    """Bring what is due to its end, again and again for a while: one process drives many posts.

    Args:
        seconds: for how long; starting a process takes longer than many looks for what is due.

    Returns:
        How often a post was left in each state.
    """
    found, ends = Counter[str](), time.monotonic() + seconds
    with PlatformSlots() as slots:
        while True:
            platforms = slots.take()
            left = max(0.0, ends - time.monotonic())
            found.update(
                publish_for(left if slots.complete else min(left, SLOTS_AGAIN_S), platforms)
            )
            if ends - time.monotonic() <= _SHORTEST_S:
                break
    return _ended(found)


@flow(name="reconcile-posts", flow_run_name="look what became of posts")
def reconcile_posts() -> State[Any]:
    """Ask about posts that may be public, and about those that are: some are taken down.

    Returns:
        How many posts were left in each state, and how many are gone.
    """
    found = Counter[str]()
    with PlatformSlots() as slots:
        platforms = slots.take()
        for one in (reconcile_due, poll_due, find_removed):
            found.update(one(platforms))
    found.update(read_back())
    return _ended(found)


def _ended(found: Counter[str]) -> State[Any]:
    show_counts("posts", "How often a post was left in each state", found)
    return finished(dict(found))
