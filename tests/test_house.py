"""Rules of the house that no linter knows."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from clipping import errors
from clipping.settings import CHECKOUT

PACKAGES = ("clipping", "blocks", "tasks", "flows", "dashboard")


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_the_one_in_the_repository(package: str) -> None:
    found = importlib.import_module(package).__file__
    assert found is not None
    assert CHECKOUT in Path(found).resolve().parents


@pytest.mark.parametrize("folder", ["flows", "dashboard", "tasks"])
def test_no_file_bears_the_name_of_a_top_level_package_or_standard_module(folder: str) -> None:
    taken = set(PACKAGES) | sys.stdlib_module_names | {"prefect", "streamlit", "typer", "rich"}
    names = {path.stem for path in (CHECKOUT / folder).glob("*.py")} - {"__init__", "__main__"}
    assert not names & taken


def test_no_tracked_file_names_a_package_index() -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", r"--(extra-)?index-url|://[a-z0-9.-]+/(simple|packages)/"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode == 128:
        pytest.skip("not a git checkout")
    lines = [line for line in found.stdout.splitlines() if "test_house.py" not in line]
    assert lines == [] or all("emit-index-url" in line for line in lines)


def test_every_error_is_drawn_in_the_tree() -> None:
    names = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.ClippingError)
    }
    assert errors.__doc__ is not None
    assert {name for name in names if name not in errors.__doc__} == set()


def _deployments() -> list[dict[str, Any]]:
    document = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text())
    assert set(document) <= {"name", "definitions", "pull", "deployments"}
    found: list[dict[str, Any]] = document["deployments"]
    return found


def _is_parent(deployment: dict[str, Any]) -> bool:
    """Whether its flow waits for the deployments of stages."""
    module = importlib.import_module(deployment["entrypoint"].rpartition(".")[0])
    return hasattr(module, "run_stage")


def test_every_deployment_names_a_flow_that_exists_and_a_known_pool() -> None:
    from prefect import Flow

    for deployment in _deployments():
        # Unknown keys are ignored by Prefect without a word.
        assert set(deployment) <= {"name", "description", "tags", "entrypoint", "work_pool"} | (
            {"concurrency_limit", "schedules"} if "concurrency_limit" in deployment else set()
        )
        module, _, name = deployment["entrypoint"].rpartition(".")
        flow = getattr(importlib.import_module(module), name)
        assert isinstance(flow, Flow)
        # run_stage finds a stage's deployment by the flow's name.
        assert flow.name == deployment["name"]
        assert deployment["work_pool"]["name"] in {"cpu", "gpu"}


def test_parents_leave_slots_of_the_cpu_pool_to_their_stages() -> None:
    from flows.supervisor import WORKER_LIMITS

    parents = [one for one in _deployments() if _is_parent(one) or "concurrency_limit" in one]
    assert {"clip-source", "hear-source"} <= {parent["name"] for parent in parents}
    assert {parent["work_pool"]["name"] for parent in parents} == {"cpu"}
    limits = {parent["name"]: parent["concurrency_limit"] for parent in parents}
    assert sum(limit["limit"] for limit in limits.values()) <= WORKER_LIMITS["cpu"] - 2
    for name in ("clip-source", "hear-source"):
        assert limits[name]["collision_strategy"] == "ENQUEUE"
