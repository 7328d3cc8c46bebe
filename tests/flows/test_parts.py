"""Parts of ``clipper up`` that end by themselves are started again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clipping.db import embedded
from clipping.db.cluster import find
from clipping.db.server import running
from clipping.errors import ServiceUnavailable
from clipping.settings import Settings, settings
from flows.parts import Keeper, Part, Restarts
from tests.support.database import remove_data

LONG = "import time; time.sleep(60)"
WITH_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=bool(sys.argv[2:])
)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_ends_seldom_is_started_soon_and_what_ends_often_waits_longer_each_time() -> None:
    often = Restarts()
    assert [often.pause_after(now) for now in (0, 10, 20, 30, 40, 50)] == [0.5, 2, 8, 30, 30, None]
    seldom = Restarts()
    assert {seldom.pause_after(700.0 * number) for number in range(20)} == {0.5}


def test_a_part_that_was_killed_is_started_again_and_ended_at_the_end() -> None:
    part = Part("dashboard", ["-c", LONG])
    part.start()
    first = part.process
    assert part.look(0) is None
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert part.look(1) == 0.5
    assert part.look(1.4) is None
    assert part.process is first
    assert part.look(1.5) is None
    assert part.process.pid != first.pid
    assert part.process.poll() is None
    part.end()
    assert part.process.poll() is not None


@pytest.mark.parametrize("apart", [(), ("in a session of its own",)], ids=["beside", "apart"])
def test_what_a_killed_part_had_started_is_ended_before_it_starts_again(
    tmp_path: Path, apart: tuple[str, ...]
) -> None:
    told = tmp_path / "child"
    part = Part("cpu-worker", ["-c", WITH_A_CHILD, str(told), *apart])
    part.start()
    until(lambda: told.exists() and told.read_text() != "")
    os.kill(part.process.pid, signal.SIGKILL)
    part.process.wait()
    assert part.look(0) is not None
    child = Path("/proc", told.read_text())
    until(lambda: not child.exists() or "\nState:\tZ" in (child / "status").read_text())
    part.end()


def test_a_part_that_ends_again_and_again_is_given_up_with_its_log(home: Path) -> None:
    part = Part("cpu-worker", ["-c", "raise SystemExit('no such pool')"])
    part.start()
    now = 0.0
    for _ in range(5):
        part.process.wait()
        now += part.look(now) or 0
        assert part.look(now) is None
    part.process.wait()
    with pytest.raises(ServiceUnavailable) as found:
        part.look(now)
    log = home / "logs" / "cpu-worker.log"
    assert str(found.value) == f"The cpu-worker ends again and again; its log: {log}."
    assert log.read_text().count("no such pool") == 6
    part.end()


def test_a_keeper_that_ends_between_two_lives_leaves_no_database_behind(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    keeper = Keeper()
    keeper.start()
    assert keeper.is_there()
    keeper.process.kill()
    keeper.process.wait()
    assert embedded.answers(Settings(home=home, DATABASE_URL=None))
    assert keeper.look(0) == 0.5
    keeper.end()
    cluster = find(home.resolve())
    assert cluster is not None
    assert running(cluster) is None
    remove_data(home)
