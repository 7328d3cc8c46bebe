"""``clipper up``: all parts start, SIGKILL ends everything, and started again it takes a video the
whole way and posts once what is to be posted, whatever is killed; Ctrl-C ends all of it.

Each test goes on where the one before left off: to start takes longer than most of them.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import psutil
import pytest

from benchmarks.killed_parts import Up, doubled, kill_each
from clipping.demo import DemoTalk
from flows.automations import DEAD_RUNS, LATE_RUNS
from flows.left_runs import UP_ENDED, WORKER_ENDED
from flows.limits import TRANSCRIPTIONS
from tests.dashboard.browser_place import free_port
from tests.flows import whole_way
from tests.flows.conftest import Clipper, make_clipper
from tests.flows.whole_way import Fakes
from tests.support.chromium import needs_chromium
from tests.support.forked import ForkedCommand

ENDED = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
KEYS = {"access_key_id": "AKIAOFABLOCK", "secret_access_key": "secret-of-a-block"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clipper]:
    """A home of which nothing is there yet."""
    for made in make_clipper(tmp_path_factory.mktemp("up")):
        yield made.alone


def _call(url: str, password: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(password.encode()).decode(),
        },
    )
    # A server whose SQLite is locked for a moment answers 503; Prefect's own client asks again.
    for wait_s in (0.5, 1, 2, 4, None):
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return json.loads(reply.read())
        except HTTPError as error:
            if error.code != 503 or wait_s is None:
                raise
            time.sleep(wait_s)
    return None


def _session_members(home: Path) -> list[str]:
    """Command lines of processes that still work in this home."""
    listing = subprocess.run(
        ["ps", "axeww", "-o", "pid,command"], capture_output=True, text=True, check=True
    )
    return [line for line in listing.stdout.splitlines() if f"CLIPPER_HOME={home} " in line + " "]


def _wait_until_up(process: subprocess.Popen[str] | ForkedCommand) -> str:
    """What it said until then."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    assert process.stderr is not None
    pytest.fail(process.stderr.read())


def _wait_until_all_run(home: Path) -> None:
    """The command, who keeps the database, the server, two workers and the dashboard."""
    deadline = time.monotonic() + 60
    # A process that is just being replaced by its program has no environment to see.
    while len(_session_members(home)) < 6 and time.monotonic() < deadline:
        time.sleep(0.3)
    assert len(_session_members(home)) >= 6
    assert len(_postgres(home)) == 1


def _wait_until_nothing_runs(home: Path, timeout_s: float) -> list[str]:
    """What still runs after that time: processes of this home, and its Postgres."""
    deadline = time.monotonic() + timeout_s
    while (found := _session_members(home) + _postgres(home)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def _wait_until_a_run_is_on_its_way(home: Path) -> None:
    deadline = time.monotonic() + 60
    while not any("PREFECT__FLOW_RUN_ID=" in line for line in _session_members(home)):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _postgres(home: Path) -> list[str]:
    """The postmaster of this home, whose environment does not name the home."""
    data = (home / "postgres" / "data").resolve()
    listing = subprocess.run(
        ["ps", "axww", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True
    )
    found = [line for line in listing.stdout.splitlines() if f"postgres -D {data} " in line]
    # What it has just begun for somebody is still called as it is.
    pids = {line.split()[0] for line in found}
    return [line for line in found if line.split()[1] not in pids]


@pytest.mark.timeout(600)
def test_all_parts_start_and_a_kill_takes_all_of_them_with_it(place: Clipper) -> None:
    port, dashboard = free_port(), free_port()
    with place.start("up", "--port", port, "--dashboard-port", dashboard) as process:
        try:
            said = _wait_until_up(process)
            # What it has named can be opened at once.
            pages = f"http://127.0.0.1:{dashboard}"
            with urllib.request.urlopen(f"{pages}/auth/sign-in", timeout=20) as page:
                assert page.status == 200
            with pytest.raises(HTTPError, match="401"):
                urllib.request.urlopen(pages, timeout=20)
            assert "Nobody can sign in there yet: clipper users add NAME --role admin" in said
            _wait_until_all_run(place.home)
            api = f"http://127.0.0.1:{port}/api"
            kept = place.home / "prefect" / "password"
            assert kept.stat().st_mode & 0o077 == 0
            password = kept.read_text().strip()
            for wrong in ("", "clipper:guess"):
                with pytest.raises(HTTPError, match="401"):
                    _call(f"{api}/flows/filter", wrong, {})
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as page:
                assert page.headers.get_content_type() == "text/html"
            # Not among the installed packages, which may be another's.
            assert list((place.home / "prefect" / "ui").glob("*/index.html"))
            _wait_until_what_has_a_schedule_is_scheduled(api, password)
            _run_by_schedule(api, password, False, _scheduled(api, password))
            _save_block(api, password)
            # It lasts, in a session of its own.
            _start_run(api, password, "publish-due")
            _wait_until_a_run_is_on_its_way(place.home)
        finally:
            # No other system than Linux can tie a child to its parent.
            process.send_signal(signal.SIGKILL if sys.platform == "linux" else signal.SIGINT)
    assert _wait_until_nothing_runs(place.home, timeout_s=60) == []


@dataclass
class Again:
    """It was started again where it was killed."""

    up: Up
    process: subprocess.Popen[str] | ForkedCommand
    password: str

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.up.port}/api"

    def why_runs_crashed(self) -> list[str]:
        """What the server was told of runs that nobody is at."""
        crashed = {"flow_runs": {"state": {"type": {"any_": ["CRASHED"]}}}}
        runs = _call(f"{self.api}/flow_runs/filter", self.password, crashed)
        return [run["state"]["message"] for run in runs]

    def scheduled(self) -> list[str]:
        """Names of the deployments that have a schedule."""
        return _scheduled(self.api, self.password)

    def publish(self) -> None:
        """Have what is due be posted, from now on, by its schedule."""
        _run_by_schedule(self.api, self.password, True, ("publish-due", "reconcile-posts"))


@pytest.fixture(scope="module")
def again(place: Clipper) -> Iterator[Again]:
    fakes = Fakes()
    up = Up(place.home, fakes.stage, fakes.key)
    with (
        fakes.serving() as variables,
        place.having(**variables).start(
            "up", "--port", up.port, "--dashboard-port", up.pages
        ) as process,
    ):
        try:
            _wait_until_up(process)
            made = Again(up, process, (place.home / "prefect" / "password").read_text().strip())
            _run_by_schedule(made.api, made.password, False, made.scheduled())
            yield made
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)


@pytest.mark.timeout(600)
def test_it_starts_again_after_a_kill_with_one_of_everything(again: Again, place: Clipper) -> None:
    api, password = again.api, again.password
    pools = _call(f"{api}/work_pools/filter", password, {})
    assert {pool["name"] for pool in pools} == {"cpu", "gpu"}
    named = f"{api}/block_types/slug/object-store/block_documents/name/main"
    block = _call(f"{named}?include_secrets=true", password)
    assert block["data"] == KEYS
    assert set(_call(named, password)["data"].values()) == {"********"}
    # The second start has told the server all of it again.
    automations = _call(f"{api}/automations/filter", password, {})
    assert sorted(one["name"] for one in automations) == [DEAD_RUNS, LATE_RUNS]
    assert UP_ENDED in again.why_runs_crashed()


@pytest.mark.timeout(700)
def test_a_run_is_one_process_and_its_end_is_known_when_killed_or_cancelled(again: Again) -> None:
    run, process = _running(again)
    # Not Prefect's own, which begins twice.
    assert process.cmdline()[1:] == ["-m", "flows.run_process"]
    # Ctrl-C in the terminal of a worker started by hand reaches the worker alone.
    assert os.getsid(process.pid) == process.pid
    process.kill()
    state = _wait_for_state(again.api, again.password, run, ENDED)
    assert (state["type"], "SIGKILL" in state["message"]) == ("CRASHED", True)
    run, process = _running(again)
    cancelling = {"state": {"type": "CANCELLING", "name": "Cancelling"}}
    _call(f"{again.api}/flow_runs/{run['id']}/set_state", again.password, cancelling)
    state = _wait_for_state(again.api, again.password, run, ENDED)
    assert (state["type"], process.is_running()) == ("CANCELLED", False)


def _running(again: Again) -> tuple[dict[str, Any], psutil.Process]:
    """A run that lasts, and its process."""
    run = _start_run(again.api, again.password, "publish-due")
    state = _wait_for_state(again.api, again.password, run, {"RUNNING", *ENDED})
    assert state["type"] == "RUNNING", state["message"]
    [process] = [
        found
        for found in psutil.process_iter()
        if run["id"] in _environment(found).get("PREFECT__FLOW_RUN_ID", "")
    ]
    return run, process


def _environment(process: psutil.Process) -> dict[str, str]:
    with contextlib.suppress(psutil.Error):
        found: dict[str, str] = process.environ()
        return found
    return {}


@needs_chromium
@pytest.mark.timeout(900)
def test_a_video_goes_the_whole_way_through_both_pools(
    again: Again, place: Clipper, short: DemoTalk
) -> None:
    run = partial(_run_deployment, again.api, again.password)
    start = partial(_start_run, again.api, again.password)
    fakes = Fakes(again.up.stage, again.up.vault_key)
    pages = f"http://127.0.0.1:{again.up.pages}"
    whole_way.go(place.home, pages, fakes, short, run, start)
    limits = _call(f"{again.api}/v2/concurrency_limits/filter", again.password, {})
    found = {one["name"]: (one["limit"], one["active_slots"]) for one in limits}
    assert found[TRANSCRIPTIONS] == (1, 0)
    # Without those that are scheduled for later.
    ended = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}, "limit": 20}
    flows = _call(f"{again.api}/flow_runs/filter", again.password, ended)
    pools = {run["work_pool_name"] for run in flows if run["work_pool_name"]}
    assert pools == {"cpu", "gpu"}


@pytest.mark.timeout(1200)
def test_posts_are_public_once_though_each_part_is_killed_in_turn(again: Again) -> None:
    # Of the benchmark with 64 accounts the smallest: a post for each part. A run that posted the
    # clip goes on; one of the schedule follows when it is ended.
    again.publish()
    world = again.up.stage.world
    before = len(world.ledger)
    kill_each(again.up, again.up.book(4))
    public = world.ledger[before:]
    assert (len(public), doubled(public), world.violations) == (4, 0, [])
    # Else posting would have waited for two minutes, until the run's heartbeat was missed.
    assert WORKER_ENDED in again.why_runs_crashed()


def test_ctrl_c_ends_all(again: Again, place: Clipper) -> None:
    again.process.send_signal(signal.SIGINT)
    again.process.wait(timeout=60)
    assert again.process.stderr is not None
    said = again.process.stderr.read()
    assert again.process.returncode == 130, said
    assert "Traceback" not in said
    assert _wait_until_nothing_runs(place.home, timeout_s=10) == []
    log = (place.home / "logs" / "server.log").read_text(encoding="utf-8", errors="replace")
    why = [line for line in log.splitlines() if "has waited" in line or "has stood still" in line]
    assert "database is locked" not in log, "\n".join(why)
    written, configured = _kept_by_prefect(place.home)
    assert b"object-store" in written
    assert not any(secret.encode() in written for secret in KEYS.values())
    # The key would lie beside what it protects.
    assert "ENCRYPTION_KEY" not in configured


def _wait_until_what_has_a_schedule_is_scheduled(api: str, password: str) -> None:
    """The server's scheduler works; it fails in silence where a library does not suit it."""
    deployments = _call(f"{api}/deployments/filter", password, {})
    by_schedule = {one["id"]: one["name"] for one in deployments if one["schedules"]}
    assert "publish-due" in by_schedule.values()
    deadline = time.monotonic() + 60
    missing = set(by_schedule)
    while missing and time.monotonic() < deadline:
        time.sleep(0.5)
        body = {"flow_runs": {"deployment_id": {"any_": sorted(missing)}}, "limit": 200}
        runs = _call(f"{api}/flow_runs/filter", password, body)
        missing -= {run["deployment_id"] for run in runs if run["auto_scheduled"]}
    assert [by_schedule[one] for one in missing] == []


def _scheduled(api: str, password: str) -> list[str]:
    deployments = _call(f"{api}/deployments/filter", password, {})
    return [one["name"] for one in deployments if one["schedules"]]


def _run_by_schedule(api: str, password: str, on: bool, names: Sequence[str]) -> None:
    """From now on, or no more.

    To start a process each minute is half of what a test costs, and a run that the clock has begun
    would plan, or keep ours from planning.
    """
    act = "resume" if on else "pause"
    for name in names:
        deployment = _call(f"{api}/deployments/name/{name}/{name}", password)
        _call(f"{api}/deployments/{deployment['id']}/{act}_deployment", password, {})


def _save_block(api: str, password: str) -> None:
    """As the server's pages do."""
    kind = _call(f"{api}/block_types/slug/object-store", password)
    wanted = {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}}
    [schema] = _call(f"{api}/block_schemas/filter", password, wanted)
    ids = {"block_type_id": kind["id"], "block_schema_id": schema["id"]}
    _call(f"{api}/block_documents/", password, {"name": "main", "data": KEYS, **ids})


def _kept_by_prefect(home: Path) -> tuple[bytes, list[str]]:
    """All bytes of Prefect's database and its log, and the names of what it configured itself."""
    database = home / "prefect" / "prefect.db"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        names = [str(name) for (name,) in connection.execute("SELECT key FROM configuration")]
    files = [*database.parent.glob("prefect.db*"), *(home / "logs").glob("*")]
    return b"".join(path.read_bytes() for path in files), names


def _start_run(api: str, password: str, name: str, **parameters: Any) -> dict[str, Any]:
    deployment = _call(f"{api}/deployments/name/{name}/{name}", password)
    run: dict[str, Any] = _call(
        f"{api}/deployments/{deployment['id']}/create_flow_run",
        password,
        {"parameters": parameters},
    )
    return run


def _run_deployment(api: str, password: str, name: str, **parameters: Any) -> dict[str, Any]:
    """The state in which a run of it ended."""
    run = _start_run(api, password, name, **parameters)
    return _wait_for_state(api, password, run, ENDED, every_s=1)


def _wait_for_state(
    api: str, password: str, run: dict[str, Any], wanted: Set[str], every_s: float = 0.3
) -> dict[str, Any]:
    """Its state as soon as it is of a type that is wanted, else after five minutes."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        run = _call(f"{api}/flow_runs/{run['id']}", password)
        if run["state"] and run["state"]["type"] in wanted:
            break
        time.sleep(every_s)
    state: dict[str, Any] = run["state"]
    return state
