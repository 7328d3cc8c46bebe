"""The command line as a user runs it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clipping.demo import DemoTalk, make_demo
from clipping.settings import CHECKOUT
from flows.local_run import wait_for_api
from tests.support.database import remove_data

COUNT = 2
MIN_SECONDS, MAX_SECONDS = 7, 11
OPTIONS = ("--count", COUNT, "--min-seconds", MIN_SECONDS, "--max-seconds", MAX_SECONDS)


@dataclass(frozen=True)
class Clipper:
    """Runs ``clipper`` with ``home`` as its home."""

    home: Path
    extra: dict[str, str] = field(default_factory=dict)

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

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *map(str, arguments)],
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
        return subprocess.CompletedProcess([*map(str, arguments)], process.returncode, out, err)

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
        """The same home, but every command starts a Prefect server of its own, as users' do."""
        return Clipper(self.home)

    @property
    def in_full(self) -> Clipper:
        """The same, encoding as users do."""
        return Clipper(self.home, {**self.extra, "CLIPPER_X264_PRESET": "veryfast"})


def make_clipper(home: Path, extra: dict[str, str] | None = None) -> Iterator[Clipper]:
    home.mkdir(parents=True, exist_ok=True)
    yield Clipper(home, extra or {})
    remove_data(home)


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A Prefect server for many commands, which saves each of them eight seconds of CPU time."""
    home, secret = tmp_path_factory.mktemp("prefect"), f"clipper:{secrets.token_urlsafe()}"
    clean = Clipper(home).environment
    with (
        (home / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "flows.private_server"],
            cwd=CHECKOUT,
            env={
                **clean,
                "PREFECT_HOME": str(home),
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "PREFECT_SERVER_API_AUTH_STRING": secret,
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


@pytest.fixture(scope="session")
def clipper(
    tmp_path_factory: pytest.TempPathFactory, prefect_api: dict[str, str]
) -> Iterator[Clipper]:
    """One home for all tests that do not need a fresh one: its databases are made once."""
    yield from make_clipper(tmp_path_factory.mktemp("home"), prefect_api)


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


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> DemoTalk:
    """The demo talk, 90 s."""
    return make_demo(_shared(tmp_path_factory) / "talk")


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> DemoTalk:
    """Its beginning, for tests that care for the run and not for what is found in it."""
    return make_demo(_shared(tmp_path_factory) / "short", seconds=24)


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results") / "out"


@pytest.fixture(scope="session")
def first(clipper: Clipper, talk: DemoTalk, out: Path) -> subprocess.CompletedProcess[str]:
    return clipper.alone.in_full.run("clip", talk.video, *OPTIONS, "--out", out, "--json")


@pytest.fixture(scope="session")
def document(first: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert first.returncode == 0, first.stderr
    loaded: dict[str, Any] = json.loads(first.stdout)
    return loaded
