"""The command line as a user runs it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from clipping.demo import DemoTalk, make_demo
from clipping.file_lock import exclusive
from clipping.settings import CHECKOUT
from flows.local_run import wait_for_api
from tests.support.database import remove_data
from tests.support.forked import CommandHouse, ForkedCommand

COUNT = 2
MIN_SECONDS, MAX_SECONDS = 5, 7
OPTIONS = ("--count", COUNT, "--min-seconds", MIN_SECONDS, "--max-seconds", MAX_SECONDS)


@dataclass(frozen=True)
class Clipper:
    """Runs ``clipper`` with ``home`` as its home."""

    home: Path
    extra: dict[str, str] = field(default_factory=dict)
    from_nothing: bool = False
    """Start each command as users do, and not from a process that has its imports."""

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PREFECT", "CLIPPER")) and name != "DATABASE_URL"
        }
        ours = {
            "CLIPPER_HOME": str(self.home),
            "CLIPPER_X264_PRESET": "ultrafast",
            "DO_NOT_TRACK": "1",
        }
        return {**kept, **ours, **self.extra}

    def start(
        self, *arguments: object, module: str = "flows.cli"
    ) -> subprocess.Popen[str] | ForkedCommand:
        if not self.from_nothing and sys.platform == "linux":
            return command_house().start([*map(str, arguments)], self.environment, module)
        return subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=CHECKOUT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object, timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=timeout_s)
            code = process.wait()
        return subprocess.CompletedProcess([*map(str, arguments)], code, out, err)

    def stored_files(self) -> set[str]:
        """Every file of the media store and the scratch folder."""
        folders = (self.home / "store", self.home / "scratch")
        return {
            str(path.relative_to(self.home))
            for folder in folders
            for path in folder.rglob("*")
            if path.is_file()
        }

    @property
    def alone(self) -> Clipper:
        """The same home; every command starts as users do, with a Prefect server of its own."""
        return Clipper(self.home, from_nothing=True)

    def having(self, **settings: str) -> Clipper:
        """The same with other settings."""
        return replace(self, extra={**self.extra, **settings})


def make_clipper(home: Path, extra: dict[str, str] | None = None) -> Iterator[Clipper]:
    home.mkdir(parents=True, exist_ok=True)
    yield Clipper(home, extra or {})
    remove_data(home)


def processes(containing: str) -> list[int]:
    """Ids of the processes whose command line holds that."""
    listing = subprocess.run(
        ["ps", "axww", "-o", "pid=,command="], capture_output=True, text=True, check=True
    )
    return [
        int(line.split(None, 1)[0])
        for line in listing.stdout.splitlines()
        if containing in line and not line.split(None, 1)[1].startswith("ps ")
    ]


def wait_for_process(containing: list[str], timeout_s: float = 60) -> int:
    """The id of the process whose command line holds all of that, once there is one."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = set(processes(containing[0]))
        for text in containing[1:]:
            found &= set(processes(text))
        if found:
            return min(found)
        time.sleep(0.02)
    pytest.fail(f"no process with {containing}")


@cache
def command_house() -> CommandHouse:
    """What commands are forked from: one process for all processes of a test run."""
    return CommandHouse(os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex())


@pytest.fixture(scope="session", autouse=True)
def _house_ends_with_the_tests() -> Iterator[None]:
    yield
    if command_house.cache_info().currsize:
        command_house().close()


@contextmanager
def _server(home: Path) -> Iterator[dict[str, str]]:
    """A Prefect server, and what a command must know to use it."""
    secret = f"clipper:{secrets.token_urlsafe()}"
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "flows.private_server"],
            cwd=CHECKOUT,
            env={
                **Clipper(home).environment,
                "PREFECT_HOME": str(home),
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "PREFECT_SERVER_API_AUTH_STRING": secret,
                # Half of its work, for pages that nobody opens; `clipper up` is tested with it.
                "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_ENABLED": "false",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
        url = f"http://127.0.0.1:{process.stdout.readline().decode().strip()}/api"
        wait_for_api(url, process, home / "log")
        yield {"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": secret}
        process.stdin.close()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _copy_database(path: Path, to: Path) -> None:
    """As it is now, while a server uses it."""
    with closing(sqlite3.connect(path)) as made, closing(sqlite3.connect(to)) as copy:
        made.backup(copy)


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One Prefect server for all commands of all test processes, each saved ten seconds of CPU.

    The process that asks first starts it, and ends it once no other one uses it.
    """
    home = _shared(tmp_path_factory) / "prefect-api"
    home.mkdir(exist_ok=True)
    address, me = home / "address.json", home / f"{os.getpid()}.user"
    turn = partial(exclusive, home / "turn", timeout_s=200, busy="no turn at the Prefect server")
    with ExitStack() as ours:
        with turn():
            starts = not address.exists()
            if starts:
                known = ours.enter_context(_server(home))
                _copy_database(home / "prefect.db", home / "tables.db")
                address.write_text(json.dumps(known))
            me.touch()
        yield json.loads(address.read_text())
        me.unlink()
        while starts:
            with turn():
                if not any(_lives(int(user.stem)) for user in home.glob("*.user")):
                    address.unlink()
                    break
            time.sleep(0.5)


@pytest.fixture(scope="session")
def give_tables(
    tmp_path_factory: pytest.TempPathFactory, prefect_api: dict[str, str]
) -> Callable[[Path], None]:
    """Gives a home Prefect's tables, which its first server would take ten seconds to make."""

    def give(home: Path) -> None:
        (home / "prefect").mkdir(parents=True)
        tables = _shared(tmp_path_factory) / "prefect-api" / "tables.db"
        shutil.copyfile(tables, home / "prefect" / "prefect.db")

    return give


@pytest.fixture(scope="session")
def clipper(
    tmp_path_factory: pytest.TempPathFactory,
    prefect_api: dict[str, str],
    give_tables: Callable[[Path], None],
) -> Iterator[Clipper]:
    """One home for all tests that do not need a fresh one: its databases are made once."""
    home = tmp_path_factory.mktemp("home")
    give_tables(home)
    yield from make_clipper(home, prefect_api)


@pytest.fixture
def in_process(prefect_api: dict[str, str]) -> Iterator[None]:
    """Flows can be called in the process of the test."""
    from prefect import settings

    changes = {
        settings.PREFECT_API_URL: prefect_api["PREFECT_API_URL"],
        settings.PREFECT_API_AUTH_STRING: prefect_api["PREFECT_API_AUTH_STRING"],
        settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        settings.PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    with settings.temporary_settings(changes):
        yield


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that test processes that run side by side have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _talk(folder: Path, name: str, seconds: int) -> DemoTalk:
    """One for all test processes: those that come while it is made wait for it."""
    with exclusive(folder / f"{name}.turn", timeout_s=200, busy=f"no turn at {name}"):
        return make_demo(folder / name, seconds)


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> DemoTalk:
    """The demo talk, as long as two clips and some that are turned down need."""
    return _talk(_shared(tmp_path_factory), "talk", seconds=40)


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> DemoTalk:
    """Its beginning, for tests that care for the run and not for what is found in it."""
    return _talk(_shared(tmp_path_factory), "short", seconds=24)


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results") / "out"


@pytest.fixture(scope="session")
def first(clipper: Clipper, talk: DemoTalk, out: Path) -> subprocess.CompletedProcess[str]:
    return clipper.alone.run("clip", talk.video, *OPTIONS, "--out", out, "--json")


@pytest.fixture(scope="session")
def document(first: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert first.returncode == 0, first.stderr
    loaded: dict[str, Any] = json.loads(first.stdout)
    return loaded
