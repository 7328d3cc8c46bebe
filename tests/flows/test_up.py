"""``clipper up``: all parts start, a deployment runs through both pools, Ctrl-C ends everything."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clipping.demo import DemoTalk
from tests.flows.conftest import Clipper, make_clipper


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clipper]:
    yield from make_clipper(tmp_path_factory.mktemp("up"))


def _call(url: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.loads(reply.read())


def _session_members(home: Path) -> list[str]:
    """Command lines of processes that still work in this home."""
    listing = subprocess.run(
        ["ps", "axeww", "-o", "pid,command"], capture_output=True, text=True, check=True
    )
    return [line for line in listing.stdout.splitlines() if f"CLIPPER_HOME={home} " in line + " "]


@pytest.mark.timeout(420)
def test_a_deployment_runs_through_both_pools_and_ctrl_c_ends_all(
    place: Clipper, talk: DemoTalk
) -> None:
    port, dashboard = _free_port(), _free_port()
    with place.start("up", "--port", port, "--dashboard-port", dashboard) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "Ctrl-C" in line:
                    break
            else:
                assert process.stderr is not None
                pytest.fail(process.stderr.read())
            api = f"http://127.0.0.1:{port}/api"
            state = _run_deployment(api, talk)
            assert state["type"] == "COMPLETED", state
            flows = _call(f"{api}/flow_runs/filter", {"limit": 20})
            pools = {run["work_pool_name"] for run in flows if run["work_pool_name"]}
            assert pools == {"cpu", "gpu"}
            with urllib.request.urlopen(f"http://127.0.0.1:{dashboard}", timeout=20) as page:
                assert page.status == 200
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
            assert process.stderr is not None
            said = process.stderr.read()
        assert process.returncode == 130, said
        assert "Traceback" not in said
    deadline = time.monotonic() + 10
    while _session_members(place.home) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _session_members(place.home) == []


def _run_deployment(api: str, talk: DemoTalk) -> dict[str, Any]:
    deployment = _call(f"{api}/deployments/name/clip-source/clip-source")
    parameters = {
        "location": str(talk.video),
        "count": 1,
        "min_seconds": 6,
        "max_seconds": 8,
    }
    run = _call(f"{api}/deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        run = _call(f"{api}/flow_runs/{run['id']}")
        if run["state"] and run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED"}:
            break
        time.sleep(1)
    state: dict[str, Any] = run["state"]
    return state
