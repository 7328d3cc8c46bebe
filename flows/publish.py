"""Publish what is due, and find out what became of what was sent."""

from __future__ import annotations

from collections import Counter
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows import forms
from flows.stages import finished
from tasks.publish import find_removed, poll_due, publish_for, reconcile_due


@flow(name="publish-due", flow_run_name="publish what is due")
def publish_due(seconds: forms.Seconds = 600) -> State[Any]:
    """Bring what is due to its end, again and again for a while: one process drives many posts.

    Args:
        seconds: for how long; starting a process takes longer than many looks for what is due.

    Returns:
        How often a post was left in each state.
    """
    return finished(publish_for(seconds))


@flow(name="reconcile-posts", flow_run_name="look what became of posts")
def reconcile_posts() -> State[Any]:
    """Ask about posts that may be public, and about those that are: some are taken down.

    Returns:
        How many posts were left in each state, and how many are gone.
    """
    found = Counter[str]()
    for one in (reconcile_due, poll_due, find_removed):
        found.update(one())
    return finished(dict(found))
