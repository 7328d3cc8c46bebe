"""An event loop that stands still is named in the log."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from prefect.logging import get_logger

from flows import still_loop

SAID = "has stood still"


@pytest.fixture
def said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Callable[[], list[str]]:
    """What the log says of loops, which are looked after closely."""
    monkeypatch.setattr(still_loop, "STILL_S", 0.2)
    monkeypatch.setattr(still_loop, "_EACH_S", 0.05)
    monkeypatch.setattr(get_logger(), "propagate", True)

    def found() -> list[str]:
        lines = [record.getMessage() for record in caplog.records]
        return [line for line in lines if SAID in line]

    return found


def _watchers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "still-loop"]


def test_it_says_where_and_what_others_are_at(said: Callable[[], list[str]]) -> None:
    async def stand_still() -> None:
        still_loop.watch(asyncio.get_running_loop())
        await asyncio.sleep(0.3)
        assert said() == []
        time.sleep(0.5)

    def work() -> None:
        is_over.wait(60)

    is_over = threading.Event()
    other = threading.Thread(target=work, name="some-other")
    other.start()
    try:
        asyncio.run(stand_still())
    finally:
        is_over.set()
        other.join()
    # Not again while it is only as long again.
    (line,) = said()
    assert line.startswith("The event loop has stood still for 0.2 s, at: stand_still (")
    assert f" < work ({__file__}:" in line.split("some-other at ")[1]


def test_it_ends_with_its_loop(said: Callable[[], list[str]]) -> None:
    async def work() -> None:
        still_loop.watch(asyncio.get_running_loop())
        await asyncio.sleep(0.1)

    before = len(_watchers())
    asyncio.run(work())
    deadline = time.monotonic() + 20
    while len(_watchers()) > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(_watchers()) == before
    assert said() == []


class _Stopped(threading.Event):
    """As it is for a process that is stopped meanwhile, the first time."""

    has_been = False

    def wait(self, timeout: float | None = None) -> bool:
        """Come later than asked for, before it is set."""
        if _Stopped.has_been:
            return super().wait(timeout)
        _Stopped.has_been = True
        time.sleep((timeout or 0.0) + 0.3)
        return False


def test_a_machine_that_stands_still_is_not_blamed_on_the_loop(
    said: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Threads have events of their own.
    others = {**vars(threading), "Event": _Stopped}
    monkeypatch.setattr(still_loop, "threading", SimpleNamespace(**others))

    async def work() -> None:
        still_loop.watch(asyncio.get_running_loop())
        await asyncio.sleep(0.8)

    asyncio.run(work())
    (line,) = said()
    assert line == "The whole process, or this machine, has stood still for 0.3 s."
