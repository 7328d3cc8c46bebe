"""What a Prefect server does by itself: ends silent runs, and says when runs wait too long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from prefect.automations import Automation

SILENCE_S: Final = 90
LATE_MOST: Final = 5
LATE_WITHIN: Final = timedelta(minutes=15)
DEAD_RUNS: Final = "Mark runs without a heartbeat as crashed"
LATE_RUNS: Final = "Runs wait, and no worker takes them"


def wanted_automations() -> list[Automation]:
    """All of them, as they are to be."""
    return [_dead_runs(), _late_runs()]


def _dead_runs() -> Automation:
    """A run whose worker died with it would stay "running", and its parent wait, for ever.

    Prefect has no detector of its own for that (seen on 3.8); the run's heartbeats are its events.
    """
    from prefect.automations import Automation, ChangeFlowRunState, EventTrigger, Posture
    from prefect.client.schemas.objects import StateType

    ended = {f"prefect.flow-run.{name}" for name in ("Completed", "Failed", "Cancelled", "Crashed")}
    heartbeat = "prefect.flow-run.heartbeat"
    return Automation(
        name=DEAD_RUNS,
        description="The worker of such a run is gone. Set by clipper at each start.",
        trigger=EventTrigger(
            after={heartbeat},
            expect={heartbeat, *ended},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENCE_S),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"Nothing was heard of this run for {SILENCE_S} s: its worker is gone.",
            )
        ],
    )


def _late_runs() -> Automation:
    """Late runs show as such on the pages; this makes one event of many, for a notification."""
    from prefect.automations import Automation, DoNothing, EventTrigger, Posture

    return Automation(
        name=LATE_RUNS,
        description=(
            f"{LATE_MOST} runs were late within {LATE_WITHIN.seconds // 60} minutes: a worker is "
            "gone, or busy. A notification that is added as a further action stays. "
            "Set by clipper at each start."
        ),
        trigger=EventTrigger(
            expect={"prefect.flow-run.Late"},
            match={"prefect.resource.id": ["prefect.flow-run.*"]},
            posture=Posture.Reactive,
            threshold=LATE_MOST,
            within=LATE_WITHIN,
        ),
        actions=[DoNothing()],
    )


async def set_automations() -> None:
    """Bring the server's automations up to date; what operators added to one of them stays."""
    from prefect.automations import Automation

    for wanted in wanted_automations():
        try:
            found = await Automation.aread(name=wanted.name)
        except ValueError:
            await wanted.acreate()
            continue
        changed = brought_up_to_date(found, wanted)
        if changed is not None:
            await changed.aupdate()


def brought_up_to_date(found: Automation, wanted: Automation) -> Automation | None:
    """The automation as it is to be; None when it is so already.

    Switched off stays switched off, and actions of other kinds than ours stay.
    """
    ours = {action.type for action in wanted.actions}
    added = [action for action in found.actions if action.type not in ours]
    to_be = wanted.model_copy(
        update={"id": found.id, "enabled": found.enabled, "actions": [*wanted.actions, *added]}
    )
    left_out = {"owner_resource"}
    # As values: of some parts, which are sets, JSON has an order. An update that changes nothing
    # would still make Prefect forget which runs it was watching.
    same = found.model_dump(exclude=left_out) == to_be.model_dump(exclude=left_out)
    return None if same else to_be
