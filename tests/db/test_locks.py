from __future__ import annotations

import threading
import time

import psycopg
import pytest

from clipping.db.locks import stage_lock
from clipping.errors import ServiceUnavailable
from tests.db.processes import line, python

HOLDER = """
    import sys, time
    from clipping.db.locks import stage_lock
    with stage_lock(sys.argv[1], "render clip_1"):
        print("held", flush=True)
        time.sleep(600)
"""


def test_only_one_at_a_time_holds_a_lock(postgres: str) -> None:
    inside = 0
    most = 0
    counting = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with stage_lock(postgres, "one at a time", poll_s=0.01):
            with counting:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with counting:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (1, 0)


def test_different_keys_do_not_wait_for_each_other(postgres: str) -> None:
    with stage_lock(postgres, "a"), stage_lock(postgres, "b"), stage_lock(postgres, "ü\udcff"):
        pass


def test_whoever_waits_is_told_for_how_long(postgres: str) -> None:
    waited: list[float] = []
    release = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with stage_lock(postgres, "told"):
            held.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)

    def on_wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            release.set()

    with stage_lock(postgres, "told", on_wait=on_wait, poll_s=0.01):
        assert len(waited) >= 3
    assert waited == sorted(waited)
    holder.join()


def test_a_wait_can_be_given_up(postgres: str) -> None:
    class GivenUp(Exception):
        pass

    def give_up(_seconds: float) -> None:
        raise GivenUp

    with (
        stage_lock(postgres, "given up"),
        pytest.raises(GivenUp),
        stage_lock(postgres, "given up", on_wait=give_up),
    ):
        raise AssertionError("two hold the lock")
    with stage_lock(postgres, "given up", on_wait=give_up):
        pass


def test_the_lock_is_free_after_an_error_in_the_block(postgres: str) -> None:
    with pytest.raises(ZeroDivisionError), stage_lock(postgres, "error"):
        _ = 1 / 0
    with stage_lock(postgres, "error", on_wait=lambda _: pytest.fail("still held")):
        pass


def test_the_lock_of_a_killed_process_is_free_at_once(postgres: str) -> None:
    waited: list[float] = []
    with python(HOLDER, postgres) as holder:
        assert line(holder) == "held"

        def on_wait(seconds: float) -> None:
            if not waited:
                holder.kill()
            waited.append(seconds)

        with stage_lock(postgres, "render clip_1", on_wait=on_wait, poll_s=0.01):
            pass
    assert waited
    assert waited[-1] < 5


def test_a_lost_connection_is_left_to_the_work_to_notice(postgres: str) -> None:
    with stage_lock(postgres, "lost"), psycopg.connect(postgres, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")


def test_a_server_that_is_not_there_is_said_to_be_unavailable() -> None:
    with (
        pytest.raises(ServiceUnavailable, match="does not answer"),
        stage_lock("postgresql://u:secret@127.0.0.1:1/x", "key"),
    ):
        pass


def test_the_server_keeps_a_silent_lock_and_drops_a_vanished_machine(postgres: str) -> None:
    with stage_lock(postgres, "settings"), psycopg.connect(postgres) as other:
        other.execute("ALTER ROLE clipper SET idle_session_timeout = '1s'")
        other.commit()
        try:
            with stage_lock(postgres, "silent"):
                time.sleep(1.5)
                row = other.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                ).fetchone()
        finally:
            other.execute("ALTER ROLE clipper RESET idle_session_timeout")
    assert row == (2,)


def test_a_lock_for_a_few_lets_so_many_in_and_no_more(postgres: str) -> None:
    inside = most = 0
    counting = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with stage_lock(postgres, "a few at a time", holders=2, poll_s=0.01):
            with counting:
                inside += 1
                most = max(most, inside)
            time.sleep(0.1)
            with counting:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, inside) == (2, 0)


def test_a_lock_for_a_few_and_one_for_one_know_each_other(postgres: str) -> None:
    with (
        stage_lock(postgres, "grown"),
        stage_lock(postgres, "grown", holders=2),
        pytest.raises(TimeoutError),
        stage_lock(postgres, "grown", holders=2, on_wait=_give_up, poll_s=0.01),
    ):
        pass


def _give_up(_seconds: float) -> None:
    raise TimeoutError
