"""Automations on a real Prefect server: made once, and brought up to date from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from prefect.automations import Automation, CancelFlowRun, EventTrigger
from prefect.client.orchestration import get_client

from flows import automations
from flows.automations import DEAD_RUNS, LATE_RUNS, set_automations, wanted_automations


@pytest.fixture
def server(in_process: None) -> Iterator[None]:
    yield
    for one in _all():
        one.delete()


def _all() -> list[Automation]:
    with get_client(sync_client=True) as client:
        found = client.request("POST", "/automations/filter", json={}).json()
    return sorted((Automation.model_validate(one) for one in found), key=lambda one: one.name)


def test_automations_are_made_once_and_an_old_one_is_brought_up_to_date(
    server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(set_automations())
    first = _all()
    assert [one.name for one in first] == [DEAD_RUNS, LATE_RUNS]
    # As an earlier version left it, switched off by an operator who added an action.
    old = first[0].model_copy(
        update={
            "enabled": False,
            "actions": [*first[0].actions, CancelFlowRun()],
            "trigger": EventTrigger(expect={"prefect.flow-run.Late"}, posture="Reactive"),
        }
    )
    old.update()
    asyncio.run(set_automations())
    [dead, late] = _all()
    assert (dead.id, late.id) == (first[0].id, first[1].id)
    wanted = wanted_automations()[0]
    assert isinstance(dead.trigger, EventTrigger)
    assert dead.trigger.within == timedelta(seconds=automations.SILENCE_S)
    # Some of it are sets, which have no order to be compared by.
    assert dead.trigger.model_dump() == wanted.trigger.model_dump()
    assert [action.type for action in dead.actions] == ["change-flow-run-state", "cancel-flow-run"]
    assert not dead.enabled

    def touched(*_: Any) -> None:
        pytest.fail("nothing had changed")

    monkeypatch.setattr(Automation, "aupdate", touched)
    monkeypatch.setattr(Automation, "acreate", touched)
    asyncio.run(set_automations())
