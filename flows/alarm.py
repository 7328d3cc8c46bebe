"""Look for trouble and tell people."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows import forms
from flows.stages import finished
from tasks.alarms import send_digest, tell_for


@flow(name="sound-alarms", flow_run_name="look for trouble and tell people")
def sound_alarms(seconds: forms.Seconds = 600) -> State[Any]:
    """Look at disks, services, workers, queue and budgets, and send alarms, for a while.

    Args:
        seconds: for how long; starting a process takes longer than many looks.

    Returns:
        How many messages were sent, and were not.
    """
    return finished(tell_for(seconds))


@flow(name="daily-digest", flow_run_name="tell of the last day")
def daily_digest() -> State[Any]:
    """Tell every target of the last day: posts, what wants a person, what it cost.

    Returns:
        How many messages were sent, and were not.
    """
    return finished(send_digest())
