"""Prefect's own command as we start it: a worker's runs have our process, unless told otherwise."""

from __future__ import annotations

import sys
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.utilities.processutils import command_from_string

from flows import prefect_command

OURS = [sys.executable, "-m", "flows.run_process"]


@pytest.mark.parametrize(
    ("told", "expected"), [(None, OURS), ("python3 -m other", ["python3", "-m", "other"])]
)
def test_a_run_has_our_process_unless_the_pool_has_a_command(
    told: str | None, expected: list[str]
) -> None:
    configuration = prefect_command.installed()(command=told)
    configuration.prepare_for_flow_run(FlowRun(id=uuid4(), name="run", flow_id=uuid4()))
    assert configuration.command is not None
    assert command_from_string(configuration.command) == expected
    # What Prefect's worker decides by whether to have the code fetched first.
    assert configuration._command_configured
