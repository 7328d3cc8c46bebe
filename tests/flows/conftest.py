"""The command line as a user runs it: a process of its own, with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clipping.demo import DemoTalk, make_demo
from clipping.settings import CHECKOUT
from tests.support.database import remove_data

COUNT = 2
OPTIONS = ("--count", COUNT, "--min-seconds", 10, "--max-seconds", 20)


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
        return {**kept, "CLIPPER_HOME": str(self.home), "DO_NOT_TRACK": "1", **self.extra}

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


def make_clipper(home: Path) -> Iterator[Clipper]:
    home.mkdir(parents=True, exist_ok=True)
    yield Clipper(home)
    remove_data(home)


@pytest.fixture(scope="session")
def clipper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clipper]:
    """One home for all tests that do not need a fresh one: its databases are made once."""
    yield from make_clipper(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> DemoTalk:
    """The demo talk, 90 s."""
    base = tmp_path_factory.getbasetemp()
    # Test processes that run side by side share one talk.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return make_demo(shared / "talk")


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results") / "out"


@pytest.fixture(scope="session")
def first(clipper: Clipper, talk: DemoTalk, out: Path) -> subprocess.CompletedProcess[str]:
    return clipper.run("clip", talk.video, *OPTIONS, "--out", out, "--json")


@pytest.fixture(scope="session")
def document(first: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert first.returncode == 0, first.stderr
    loaded: dict[str, Any] = json.loads(first.stdout)
    return loaded
