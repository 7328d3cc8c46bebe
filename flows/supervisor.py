"""``clipper up``: everything an operator needs on one machine, started and ended as one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec

from clipping.errors import NotInstalled, ServiceUnavailable
from clipping.settings import CHECKOUT, settings
from flows import console
from flows.deploying import HEARTBEAT_S, POOLS, deploy
from flows.left_runs import end_left_runs, end_runs_of_worker
from flows.local_run import (
    api_password,
    encryption_environment,
    healthy,
    in_the_clear,
    making_tables,
    password_path,
    port_is_free,
    prefect_environment,
    wait_for_api,
)
from flows.parts import Keeper, Part
from flows.users import FIRST_ADMIN, have_admin

WORKER_POLL_S = 2.0
"""How often a worker asks for runs: each stage waits for half of it. Prefect's own is 10 s."""
# Parent flows hold slots of the cpu pool while their stages run in others (prefect.yaml): with one
# for each parent and two more, no more stages run at a time than there are parents.
WORKER_LIMITS = {"cpu": 16, "gpu": 1}
PAGES_TIMEOUT_S = 60.0
_WORKER = "-worker"


def run(port: int, dashboard_port: int) -> None:
    """Start all parts and stay until Ctrl-C or SIGTERM; what ends by itself is started again.

    :raises ServiceUnavailable: A part does not start, or ends again and again.
    """
    for number, option in ((port, "--port"), (dashboard_port, "--dashboard-port")):
        if not port_is_free(number):
            raise ServiceUnavailable(
                f"Port {number} is taken, perhaps by another clipper up; choose one with {option}."
            )
    if find_spec("streamlit") is None:
        raise NotInstalled("The dashboard needs Streamlit: run make up, which installs it.")
    with ExitStack() as stack:
        parts = _start(stack, port, dashboard_port)
        console.output.print(
            f"Prefect    http://127.0.0.1:{port}  (sign in with {password_path()})"
        )
        console.output.print(f"Dashboard  http://127.0.0.1:{dashboard_port}")
        if not have_admin():
            console.output.print(f"Nobody can sign in there yet: {FIRST_ADMIN}")
        _warn_of_vault()
        console.output.print("Press Ctrl-C to end.")
        _watch(parts)


def _warn_of_vault() -> None:
    """Say what will not be posted for want of a key, before a run fails of it."""
    from tasks.keyless import missing_key

    if said := missing_key():
        console.errors.print(f"Warning: {said}")


def _start(stack: ExitStack, port: int, dashboard_port: int) -> list[Part]:
    api_url = f"http://127.0.0.1:{port}/api"
    os.environ.update(prefect_environment(), PREFECT_API_URL=api_url)
    os.environ.update(in_the_clear(api_url))
    os.environ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = f"http://127.0.0.1:{port}"
    # Whoever reaches the API can run code through the workers: other users of this machine, and
    # pages in a browser, reach loopback too.
    os.environ["PREFECT_SERVER_API_AUTH_STRING"] = api_password()
    os.environ["PREFECT_API_AUTH_STRING"] = api_password()
    os.environ["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] = str(HEARTBEAT_S)
    os.environ["PREFECT_WORKER_QUERY_SECONDS"] = str(WORKER_POLL_S)
    console.errors.print("Starting Postgres ...")
    # Every child is told the database, so that none starts another.
    keeper, os.environ["DATABASE_URL"] = stack.enter_context(_database())
    settings.cache_clear()
    console.errors.print("Starting the Prefect server ...")
    server = Part(
        "server",
        ["-m", "flows.prefect_command", "server", "start", "--port", str(port)],
        encryption_environment(),
    )
    with making_tables():
        _begin(stack, server)
        wait_for_api(api_url, server.process, server.log)
    # It starts while the deployments are created, which takes as long.
    dashboard = _dashboard(dashboard_port)
    _begin(stack, dashboard)
    console.errors.print("Creating work pools and deployments ...")
    deploy()
    end_left_runs()
    workers = list(_workers())
    for worker in workers:
        _begin(stack, worker)
    _wait_for_pages(dashboard, dashboard_port)
    return [keeper, server, *workers, dashboard]


def _wait_for_pages(dashboard: Part, port: int) -> None:
    """Return once they can be opened. One that has ended is for whoever looks after the parts."""
    deadline = time.monotonic() + PAGES_TIMEOUT_S
    while not healthy(f"http://127.0.0.1:{port}/_stcore") and time.monotonic() < deadline:
        if dashboard.process.poll() is not None:
            break
        time.sleep(0.1)


def _begin(stack: ExitStack, part: Part) -> None:
    part.start()
    stack.callback(part.end)


def _workers() -> Iterator[Part]:
    for pool in POOLS:
        arguments = [
            "-m",
            "flows.prefect_command",
            "worker",
            "start",
            "--pool",
            pool,
            "--type",
            "process",
        ]
        arguments += ["--limit", str(WORKER_LIMITS[pool]), "--name", pool + _WORKER]
        yield Part(pool + _WORKER, arguments)


def _dashboard(port: int) -> Part:
    arguments = ["-m", "streamlit", "run", str(CHECKOUT / "dashboard" / "app.py")]
    arguments += ["--server.port", str(port), "--server.headless", "true"]
    # No proxy stands before it unless somebody says so: else whoever guesses passwords would say
    # himself where he comes from.
    trusted = {"FORWARDED_ALLOW_IPS": os.environ.get("FORWARDED_ALLOW_IPS", "")}
    return Part("dashboard", arguments, trusted)


@contextmanager
def _database() -> Iterator[tuple[Part, str]]:
    """The database's URL, and the part that uses it for us."""
    from tasks.workplace import database

    keeper = Keeper()
    keeper.start()
    try:
        with database() as url:
            if not keeper.is_there():
                raise ServiceUnavailable(
                    f"The database cannot be kept running; the log is {keeper.log}."
                )
        yield keeper, url
    finally:
        keeper.end()


def _watch(parts: list[Part]) -> None:
    left: dict[str, datetime] = {}
    while True:
        look_after(parts, left, time.monotonic())
        time.sleep(0.5)


def look_after(parts: list[Part], left: dict[str, datetime], now: float) -> None:
    """Start again what has ended by itself, and tell the server what ended with a worker.

    :param left: When workers have ended of which the server could not be told, by their pools.
    :param now: Seconds of one clock.
    :raises ServiceUnavailable: A part ends again and again.
    """
    for part in parts:
        pause = part.look(now)
        if pause is None:
            continue
        console.errors.print(
            f"The {part.name} ended by itself and is started again in {pause:.0f} s; "
            f"its log: {part.log}"
        )
        if (pool := part.name.removesuffix(_WORKER)) in POOLS:
            left[pool] = datetime.now(UTC)
    for pool, ended_at in list(left.items()):
        if end_runs_of_worker(pool, ended_at):
            del left[pool]
