"""An event loop that stands still is named in the log."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from prefect.logging import get_logger

from flows import still_loop

LOOP, PROCESS = "The event loop has stood still", "This process has stood still"


@pytest.fixture
def said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Callable[[], list[str]]:
    """What the log says, of loops that are looked after closely."""
    monkeypatch.setattr(still_loop, "STILL_S", 0.4)
    monkeypatch.setattr(still_loop, "_EACH_S", 0.05)
    monkeypatch.setattr(get_logger(), "propagate", True)
    return lambda: [record.getMessage() for record in caplog.records]


def _watchers() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name == "still-loop"}


def _watched(loop: asyncio.AbstractEventLoop) -> threading.Thread:
    """Who looks after it from now on."""
    before = _watchers()
    still_loop.watch(loop)
    (made,) = _watchers() - before
    return made


def _has_ended(watcher: threading.Thread) -> bool:
    watcher.join(timeout=30)
    return not watcher.is_alive()


def test_it_says_where_and_what_others_are_at(said: Callable[[], list[str]]) -> None:
    async def stand_still() -> None:
        still_loop.watch(asyncio.get_running_loop())
        await asyncio.sleep(1)
        assert not [line for line in said() if line.startswith(LOOP)]
        time.sleep(3)

    def work() -> None:
        is_over.wait(60)

    is_over = threading.Event()
    others = [threading.Thread(target=work) for _ in range(2)]
    for other in others:
        other.start()
    try:
        asyncio.run(stand_still())
    finally:
        is_over.set()
        for other in others:
            other.join()
    lines = [line for line in said() if line.startswith(LOOP)]
    for line in lines:
        assert re.match(rf"{LOOP} for \d+\.\d s, at: stand_still \({__file__}:\d+\) < _run", line)
        # Of both the same is said once, and of who says it nothing.
        elsewhere = line.split("Other threads: ")[1]
        assert re.search(rf"\b2 at wait \([^;]+ < work \({__file__}:", elsewhere)
        assert "_look_after" not in line
    # After 0.4, 1.2 and 2.8 s.
    assert 2 <= len(lines) <= 3


def test_it_ends_with_its_loop() -> None:
    async def work() -> threading.Thread:
        watcher = _watched(asyncio.get_running_loop())
        await asyncio.sleep(0.1)
        return watcher

    assert _has_ended(asyncio.run(work()))


def test_of_a_loop_that_is_closed_before_it_answers_nothing_is_said(
    said: Callable[[], list[str]],
) -> None:
    async def work() -> threading.Thread:
        watcher = _watched(asyncio.get_running_loop())
        # It has asked by then, and what is asked meanwhile would come next.
        time.sleep(0.2)
        return watcher

    loop = asyncio.new_event_loop()
    watcher = loop.run_until_complete(work())
    loop.close()
    assert _has_ended(watcher)
    assert not [line for line in said() if line.startswith(LOOP)]


def test_a_loop_that_is_stopped_does_not_stand_still(said: Callable[[], list[str]]) -> None:
    async def work() -> None:
        still_loop.watch(asyncio.get_running_loop())

    loop = asyncio.new_event_loop()
    loop.run_until_complete(work())
    time.sleep(1)
    loop.close()
    assert not [line for line in said() if line.startswith(LOOP)]


def test_a_loop_that_is_closed_right_before_it_is_asked_is_left_alone() -> None:

    class Closing(asyncio.SelectorEventLoop):
        def call_soon_threadsafe(self, *arguments: object, **more: object) -> asyncio.Handle:
            raise RuntimeError("Event loop is closed")

    loop = Closing()
    try:
        still_loop._look_after(loop, threading.get_ident())
    finally:
        loop.close()


def test_no_process_stays_for_it() -> None:
    script = (
        "import asyncio; from flows import still_loop; loop = asyncio.new_event_loop(); "
        "still_loop.watch(loop); print('over')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "over\n"


def test_a_loop_works_where_no_more_threads_can_be_started(
    said: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    loop = asyncio.new_event_loop()
    still_loop.watch(loop)
    loop.close()
    (line,) = said()
    assert line == "If the event loop stands still, nobody will say so: can't start new thread"


def test_a_machine_that_stands_still_is_not_blamed_on_the_loop(
    said: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(threading.Event):
        """As it is for a process that is stopped meanwhile, the first time."""

        times = 0

        def wait(self, timeout: float | None = None) -> bool:
            """Come later than asked for, before it is set."""
            Stopped.times += 1
            if Stopped.times > 1:
                return super().wait(timeout)
            time.sleep((timeout or 0.0) + 0.5)
            return False

    # Threads have events of their own.
    others = {**vars(threading), "Event": Stopped}
    monkeypatch.setattr(still_loop, "threading", SimpleNamespace(**others))

    async def work() -> None:
        still_loop.watch(asyncio.get_running_loop())
        await asyncio.sleep(1.5)

    asyncio.run(work())
    assert [line for line in said() if line.startswith(PROCESS)]
    assert not [line for line in said() if line.startswith(LOOP)]
