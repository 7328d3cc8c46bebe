"""Automations on a real Prefect server: made once, and brought up to date from then on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import permutations
from typing import Any, ClassVar
from uuid import UUID

import pytest
from prefect import State, flow
from prefect.automations import Automation, CancelFlowRun, EventTrigger
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Completed, Pending, Running

from flows import automations
from flows.automations import (
    DEAD_RUNS,
    LATE_RUNS,
    brought_up_to_date,
    set_automations,
    wanted_automations,
)
from flows.left_runs import end_left_runs, end_runs_of_worker


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


def test_an_automation_is_the_same_in_whatever_order_its_server_names_its_events() -> None:
    [wanted, _] = wanted_automations()
    assert isinstance(wanted.trigger, EventTrigger)
    for names in permutations(wanted.trigger.expect):
        trigger = wanted.trigger.model_copy(update={"expect": set(names)})
        found = wanted.model_copy(update={"trigger": trigger})
        assert brought_up_to_date(found, wanted) is None, names


def test_runs_that_an_ended_worker_has_left_are_ended_and_others_are_not(server: None) -> None:
    with get_client(sync_client=True) as client:
        pool = client.create_work_pool(WorkPoolCreate(name="cpu", type="process"))

        @flow
        def some_stage() -> None: ...

        flow_id = client.create_flow(some_stage)
        deployment = client.create_deployment(
            flow_id=flow_id,
            name="some-stage",
            work_pool_name=pool.name,
            concurrency_limit=1,
            concurrency_options=ConcurrencyOptions(
                collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
            ),
        )

        def run(*states: State[Any]) -> UUID:
            made = client.create_flow_run_from_deployment(deployment)
            for state in states:
                client.set_flow_run_state(made.id, state)
            return made.id

        def now(run_id: UUID) -> str:
            state = client.read_flow_run(run_id).state
            assert state is not None
            return str(state.name)

        left = run(Pending(), Running())
        assert now(run(Pending())) == "Cancelled"
        waits = run()
        mine = client.create_flow_run(some_stage, state=Running()).id
        assert end_left_runs() == 1
        assert (now(left), now(waits), now(mine)) == ("Crashed", "Scheduled", "Running")
        # Its slot is free at once.
        again = run(Pending(), Running())
        assert now(again) == "Running"
        client.set_flow_run_state(again, Completed(), force=True)
        # Those of a worker that ended, when it did: another one has begun its own since.
        pended, ended_at = run(Pending()), datetime.now(UTC)
        assert end_runs_of_worker("gpu", ended_at)
        assert now(pended) == "Pending"
        assert end_runs_of_worker("cpu", ended_at - timedelta(seconds=5))
        assert now(pended) == "Pending"
        assert end_runs_of_worker("cpu", datetime.now(UTC))
        assert (now(pended), now(waits), now(mine)) == ("Crashed", "Scheduled", "Running")
        assert now(run(Pending(), Running())) == "Running"
        assert end_left_runs() == 1
        client.delete_work_pool("cpu")


class _Busy(BaseHTTPRequestHandler):
    """Answers as a Prefect server does whose SQLite is locked, or as one that refuses."""

    asked: ClassVar[list[str]] = []
    status: ClassVar[int] = 503

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Not here."""


@pytest.mark.parametrize("status", [500, 503, 401])
def test_a_server_that_cannot_be_told_is_asked_once_and_again_later(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Busy, "asked", [])
    monkeypatch.setattr(_Busy, "status", status)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{server.server_port}/api"}):
            assert not end_runs_of_worker("cpu", datetime.now(UTC))
        server.shutdown()
    assert len(_Busy.asked) == 1, _Busy.asked


def test_a_server_that_does_not_answer_is_told_later() -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert not end_runs_of_worker("cpu", datetime.now(UTC))
