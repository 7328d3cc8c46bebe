"""The keeper stops the embedded server for a parent that was killed and cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.db import cluster, embedded, server
from clipping.db.embedded import database_url
from clipping.settings import CHECKOUT, Settings
from tests.db.processes import line, python
from tests.support.database import remove_data

PARENT = """
    import os, subprocess, sys
    from pathlib import Path
    from clipping.db.embedded import database_url
    from clipping.settings import Settings
    os.environ["CLIPPER_HOME"] = sys.argv[1]
    pipe = subprocess.PIPE
    keeper = subprocess.Popen([sys.executable, "-m", "clipping.db.keeper"], stdin=pipe, stdout=pipe)
    with database_url(Settings(home=Path(sys.argv[1]))):
        if sys.argv[2] == "before":
            print("started", flush=True)
        said = keeper.stdout.readline().decode().strip()
    print(said, flush=True)
    sys.stdin.readline()
"""

KEEPER = """
    import os, sys
    os.environ["CLIPPER_HOME"] = sys.argv[1]
    from clipping.db.keeper import main
    main()
"""


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose database is made once."""
    home = tmp_path_factory.mktemp("keeper") / "home"
    with database_url(Settings(home=home, DATABASE_URL=None)):
        pass
    yield home
    remove_data(home)


@pytest.fixture
def home(used_home: Path) -> Iterator[Path]:
    yield used_home
    assert not _running(used_home), "a test left the server running"


def _running(home: Path) -> bool:
    return _server(home) is not None


def _server(home: Path) -> server.Server | None:
    return server.running(cluster.find_or_create(home.resolve()))


def _wait_until_stopped(home: Path) -> None:
    deadline = time.monotonic() + 30
    while _running(home) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _running(home)


def _keep(home: Path) -> subprocess.CompletedProcess[str]:
    """What a keeper does whose parent is gone before it has begun."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "clipping.db.keeper"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**environment, "CLIPPER_HOME": str(home)},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_server_of_a_killed_parent_is_stopped(home: Path, when: str) -> None:
    """Killed before, or after, the keeper has said that it uses the database."""
    with python(PARENT, home, when, cwd=CHECKOUT) as parent:
        assert line(parent) == {"before": "started", "after": "here"}[when]
        assert _running(home)
        parent.kill()
    _wait_until_stopped(home)


def test_asked_to_end_it_leaves_properly(home: Path) -> None:
    with python(KEEPER, home, cwd=CHECKOUT) as keeper:
        assert line(keeper) == "here"
        keeper.terminate()
        assert keeper.wait(timeout=30) == 0
    assert not _running(home)


def test_a_server_that_was_killed_is_started_again_and_stopped_at_the_end(home: Path) -> None:
    with python(KEEPER, home, cwd=CHECKOUT) as keeper:
        assert line(keeper) == "here"
        killed = _server(home)
        assert killed is not None
        os.kill(killed.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while (found := _server(home)) is None or found.pid == killed.pid or not found.accepts():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        keeper.terminate()
        assert keeper.wait(timeout=30) == 0
    assert not _running(home)


def test_a_home_that_was_deleted_is_not_made_anew(tmp_path: Path) -> None:
    assert embedded.answers(Settings(home=tmp_path / "home", DATABASE_URL=None))
    assert not (tmp_path / "home").exists()


def test_a_server_that_others_use_goes_on(home: Path) -> None:
    with database_url(Settings(home=home, DATABASE_URL=None)):
        assert _keep(home).returncode == 0
        assert _running(home)
    assert not _running(home)


def test_a_database_that_cannot_be_kept_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = _keep(tmp_path / "file")
    assert done.returncode == 1
    assert "cannot be kept in" in done.stderr
    assert "Traceback" not in done.stderr
