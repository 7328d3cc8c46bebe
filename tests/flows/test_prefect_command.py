"""Prefect's own command as we start it: runs of our code are begun at once, others as ever."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import prefect.cli
import pytest
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.utilities.processutils import command_from_string
from prefect.workers import process

from flows import deploy_file, prefect_command, sqlite_turns
from flows.clip import clip_source

OURS = [sys.executable, "-m", "flows.run_process"]
RUN = FlowRun(id=uuid4(), name="run", flow_id=uuid4())
PULL: list[dict[str, Any]] = [{"prefect.deployments.steps.set_working_directory": {}}]


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process's worker is ours, until the end of the test."""
    for owner, name in (
        (process.ProcessWorker, "job_configuration"),
        (process, "EngineCommandStarter"),
        (process, "load_flow_from_flow_run"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    prefect_command.start_runs_at_once()


def _deployment(entrypoint: str | None, **more: Any) -> DeploymentResponse:
    now = datetime.now(UTC)
    return DeploymentResponse(
        id=uuid4(),
        name="one",
        flow_id=uuid4(),
        entrypoint=entrypoint,
        created=now,
        updated=now,
        **more,
    )


def _prepared(
    deployment: DeploymentResponse | None, **told: Any
) -> process.ProcessJobConfiguration:
    kind = vars(process.ProcessWorker)["job_configuration"]
    configuration: process.ProcessJobConfiguration = kind(**told)
    configuration.prepare_for_flow_run(RUN, deployment)
    return configuration


@pytest.mark.usefixtures("worker")
def test_a_run_of_our_code_is_begun_at_once() -> None:
    found = _prepared(_deployment("flows.clip.clip_source"))
    assert found.command is not None
    assert command_from_string(found.command) == OURS
    assert found.env["PREFECT__FLOW_ENTRYPOINT"] == "flows.clip.clip_source"
    assert found.env["PREFECT__FLOW_RUN_ID"] == str(RUN.id)
    # By this Prefect's worker decides whether to have the code fetched first.
    assert found._command_configured


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    "deployment",
    [
        None,
        _deployment(None),
        _deployment("flows/clip.py:clip_source"),
        _deployment("others.flow"),
        _deployment("flows.clip.clip_source", pull_steps=PULL),
    ],
    ids=["no deployment", "no entry point", "a file", "others'", "fetched"],
)
def test_other_code_is_fetched_as_ever(deployment: DeploymentResponse | None) -> None:
    found = _prepared(deployment)
    assert not found._command_configured
    assert "PREFECT__FLOW_ENTRYPOINT" not in found.env


@pytest.mark.usefixtures("worker")
def test_a_command_of_the_pool_stays() -> None:
    found = _prepared(_deployment("flows.clip.clip_source"), command="python3 -m other")
    assert found.command == "python3 -m other"
    assert "PREFECT__FLOW_ENTRYPOINT" not in found.env


@pytest.mark.usefixtures("worker")
def test_a_run_is_ended_with_all_that_it_has_started_and_told_what_its_deployment_says() -> None:
    starter = process.EngineCommandStarter  # type: ignore[attr-defined]
    assert isinstance(starter, partial)
    made = starter(command="true", cwd=None, env={}, stream_output=False, control_channel=None)
    assert (made._isolate_process_group, made._env_overrides_settings) == (True, True)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("entrypoint", "loaded"), [("flows.clip.clip_source", False), ("others.flow", True)]
)
def test_only_others_flows_are_loaded_to_look_for_their_hooks(
    prefect_api: dict[str, str], monkeypatch: pytest.MonkeyPatch, entrypoint: str, loaded: bool
) -> None:
    async def load(run: FlowRun) -> Flow[..., Any]:
        assert run.deployment_id is not None
        return clip_source

    monkeypatch.setattr("prefect.flows.load_flow_from_flow_run", load)

    async def found() -> Flow[..., Any]:
        async with get_client() as client:
            flow_id = await client.create_flow_from_name("hooked")
            made = await client.create_deployment(flow_id, str(uuid4()), entrypoint=entrypoint)
        run = RUN.model_copy(update={"deployment_id": UUID(str(made))})
        # Under the name by which the worker asks.
        return await vars(process)["load_flow_from_flow_run"](run)  # type: ignore[no-any-return]

    settings = {PREFECT_API_URL: prefect_api["PREFECT_API_URL"]}
    with temporary_settings(
        {**settings, PREFECT_API_AUTH_STRING: prefect_api["PREFECT_API_AUTH_STRING"]}
    ):
        flow = asyncio.run(found())
    assert (flow is clip_source) == loaded
    assert not flow.on_crashed_hooks
    assert not flow.on_cancellation_hooks


def test_a_flow_with_hooks_that_would_be_left_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clip_source, "on_crashed_hooks", [print])
    assert deploy_file.problems() == [
        "clip-source: our workers would leave out its hooks for a run that is cancelled or crashes."
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["server", "start"], ["turns", "app"]),
        (["worker", "start", "--pool", "cpu"], ["runs", "app"]),
        (["--no-prompt", "deploy", "--all"], ["app"]),
    ],
)
def test_each_command_is_changed_where_it_needs_it(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: list[str]
) -> None:
    done: list[str] = []
    monkeypatch.setattr(sys, "argv", ["prefect", *arguments])
    monkeypatch.setattr(prefect.cli, "app", lambda: done.append("app"))
    monkeypatch.setattr(sqlite_turns, "take_turns", lambda: done.append("turns"))
    monkeypatch.setattr(prefect_command, "start_runs_at_once", lambda: done.append("runs"))
    monkeypatch.setattr(prefect_command, "spare_what_is_loaded", lambda: None)
    prefect_command.main()
    assert done == expected
