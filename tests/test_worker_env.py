"""The example of a worker's environment file names what there is, and enough of it."""

from __future__ import annotations

import shlex

from clipping.settings import CHECKOUT, Settings
from flows.deploying import HEARTBEAT_S, POOLS
from flows.supervisor import WORKER_LIMITS
from tests.test_compose import SERVICES

TEXT = (CHECKOUT / "deployments" / "worker.env.example").read_text(encoding="utf-8")
GIVEN = dict(line.split("=", 1) for line in TEXT.splitlines() if line and not line.startswith("#"))


def test_every_variable_is_one_that_somebody_reads() -> None:
    from prefect import settings

    ours = {f"CLIPPER_{field}".upper() for field in Settings.model_fields}
    assert {name for name in GIVEN if name.startswith("CLIPPER_")} <= ours
    assert all(hasattr(settings, name) for name in GIVEN if name.startswith("PREFECT_"))
    # What a worker in a container is told is told here, too, or is the container's own affair.
    told = {name for name, value in SERVICES["cpu-worker"]["environment"].items() if value}
    own = {"HOME", "CLIPPER_LOG", "CLIPPER_MACHINE", "PREFECT_LOGGING_SETTINGS_PATH"}
    assert told - GIVEN.keys() <= own
    assert int(GIVEN["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"]) == HEARTBEAT_S


def test_its_commands_are_those_of_the_workers_in_containers() -> None:
    commands = [shlex.split(line[1:]) for line in TEXT.splitlines() if "worker start" in line]
    assert commands == [SERVICES[name]["command"] for name in ("cpu-worker", "hear-worker")]
    assert [command[6] for command in commands] == [*POOLS]
    assert [int(command[10]) for command in commands] == [WORKER_LIMITS[pool] for pool in POOLS]


def test_it_holds_no_secret() -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "CLIPPER_VAULT_KEYS", "ANTHROPIC_API_KEY"):
        assert GIVEN[name] == "..."
    assert "PASSWORD@" in GIVEN["DATABASE_URL"]
