"""``clipper up``: everything an operator needs on one machine, started and ended as one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from clipping.errors import NotInstalled, ServiceUnavailable
from clipping.media.process import dying_with_us
from clipping.settings import CHECKOUT, settings
from flows import console
from flows.deploying import HEARTBEAT_S, POOLS, deploy
from flows.local_run import (
    api_password,
    encryption_environment,
    making_tables,
    password_path,
    port_is_free,
    prefect_environment,
    wait_for_api,
)
from flows.users import FIRST_ADMIN, have_admin

STOP_TIMEOUT_S = 15.0
WORKER_POLL_S = 2.0
"""How often a worker asks for runs: each stage waits for half of it. Prefect's own is 10 s."""
# Parent flows hold slots of the cpu pool while their stages run in others (prefect.yaml): with one
# for each parent and two more, no more stages run at a time than there are parents.
WORKER_LIMITS = {"cpu": 16, "gpu": 1}


@dataclass(frozen=True)
class _Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path


def run(port: int, dashboard_port: int) -> None:
    """Start all parts and stay until Ctrl-C, SIGTERM or the first part that ends by itself."""
    for number, option in ((port, "--port"), (dashboard_port, "--dashboard-port")):
        if not port_is_free(number):
            raise ServiceUnavailable(
                f"Port {number} is taken, perhaps by another clipper up; choose one with {option}."
            )
    if find_spec("streamlit") is None:
        raise NotInstalled("The dashboard needs Streamlit: run make up, which installs it.")
    with ExitStack() as stack:
        children = _start(stack, port, dashboard_port)
        console.output.print(
            f"Prefect    http://127.0.0.1:{port}  (sign in with {password_path()})"
        )
        console.output.print(f"Dashboard  http://127.0.0.1:{dashboard_port}")
        if not have_admin():
            console.output.print(f"Nobody can sign in there yet: {FIRST_ADMIN}")
        console.output.print("Press Ctrl-C to end.")
        _watch(children)


def _start(stack: ExitStack, port: int, dashboard_port: int) -> list[_Child]:
    api_url = f"http://127.0.0.1:{port}/api"
    os.environ.update(prefect_environment(), PREFECT_API_URL=api_url)
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
    with making_tables():
        server = stack.enter_context(
            _child(
                "server",
                ["-m", "prefect", "server", "start", "--port", str(port)],
                encryption_environment(),
            )
        )
        wait_for_api(api_url, server.process, server.log)
    console.errors.print("Creating work pools and deployments ...")
    deploy()
    children = [keeper, server]
    for pool in POOLS:
        arguments = ["-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"]
        arguments += ["--limit", str(WORKER_LIMITS[pool]), "--name", f"{pool}-worker"]
        children.append(stack.enter_context(_child(f"{pool}-worker", arguments)))
    streamlit = ["-m", "streamlit", "run", str(CHECKOUT / "dashboard" / "app.py")]
    streamlit += ["--server.port", str(dashboard_port), "--server.headless", "true"]
    # No proxy stands before it unless somebody says so: else whoever guesses passwords would say
    # himself where he comes from.
    trusted = {"FORWARDED_ALLOW_IPS": os.environ.get("FORWARDED_ALLOW_IPS", "")}
    children.append(stack.enter_context(_child("dashboard", streamlit, trusted)))
    return children


@contextmanager
def _database() -> Iterator[tuple[_Child, str]]:
    """The database's URL, and the child that uses it for us and leaves it also if we are killed.

    The child is there before us, so that no moment is left in which a kill leaves a server.
    """
    from tasks.workplace import database

    log = _log("database")
    with log.open("ab") as log_file:
        process = subprocess.Popen(
            [sys.executable, "-m", "clipping.db.keeper"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log_file,
            start_new_session=True,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with database() as url:
            if not process.stdout.readline():
                raise ServiceUnavailable(f"The database cannot be kept running; the log is {log}.")
        yield _Child("database", process, log), url
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


def _log(name: str) -> Path:
    log = settings().home / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return log


@contextmanager
def _child(
    name: str, arguments: list[str], secret: dict[str, str] | None = None
) -> Iterator[_Child]:
    """A Python child in a session of its own, so that Ctrl-C reaches it only through us.

    :param secret: What is in its environment and in no other child's.
    """
    log = _log(name)
    with log.open("ab") as log_file:
        process = subprocess.Popen(
            # Should we be killed, each is asked to end by the kernel.
            dying_with_us([sys.executable, *arguments], signal.SIGTERM),
            cwd=CHECKOUT,
            env={**os.environ, **(secret or {})},
            stdin=subprocess.DEVNULL,
            stdout=log_file,
            stderr=log_file,
            start_new_session=True,
        )
    try:
        yield _Child(name, process, log)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the child to end, then make sure that nothing of its session is left."""
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=STOP_TIMEOUT_S)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _watch(children: list[_Child]) -> None:
    while True:
        for child in children:
            if child.process.poll() is not None:
                raise ServiceUnavailable(f"The {child.name} ended by itself; its log: {child.log}.")
        time.sleep(0.5)
