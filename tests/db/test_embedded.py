from __future__ import annotations

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from clipping.db import binaries, cluster, server
from clipping.db.embedded import database_url
from clipping.db.session import _engines, answers, open_session
from clipping.errors import DiskFull, NeedsPerson, NotInstalled, ServiceUnavailable
from clipping.file_lock import exclusive
from clipping.settings import Settings
from tests.db.processes import finish, line, python
from tests.support.database import remove_data

USER = """
    import signal, sys, time
    from pathlib import Path
    from clipping.db.embedded import database_url
    from clipping.settings import Settings
    import psycopg
    # A shell's background jobs are started with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with database_url(Settings(home=Path(sys.argv[1]))) as url:
        with psycopg.connect(url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(1)")
            connection.execute("CREATE TABLE IF NOT EXISTS visits (n serial)")
            connection.execute("INSERT INTO visits DEFAULT VALUES")
        print(url, flush=True)
        try:
            sys.stdin.readline()
        except KeyboardInterrupt:
            with psycopg.connect(url) as connection:
                connection.execute("INSERT INTO visits DEFAULT VALUES")
    print("left")
"""


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose database is made once; every test leaves it stopped."""
    home = tmp_path_factory.mktemp("embedded") / "home"
    with database_url(embedded_in(home)) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE visits (n serial)")
    yield home
    remove_data(home)


@pytest.fixture
def home(used_home: Path) -> Iterator[Path]:
    yield used_home
    assert not running(used_home), "a test left the server running"


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """A home without a database yet."""
    home = tmp_path / "home"
    yield home
    if (home / "postgres").exists():
        assert not running(home), "a test left the server running"
        remove_data(home)


def embedded_in(home: Path) -> Settings:
    return Settings(home=home, DATABASE_URL=None)


def cluster_of(home: Path) -> cluster.Cluster:
    return cluster.find_or_create(home.resolve())


def drafts_of(home: Path) -> Path:
    """Where the database of ``home`` is made."""
    if os.geteuid() != 0:
        return home
    return cluster.SYSTEM_FOLDER / hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:8]


def running(home: Path) -> server.Server | None:
    return server.running(cluster_of(home))


def postmaster(home: Path) -> int:
    found = running(home)
    assert found is not None
    return found.pid


def ask(url: str, question: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return row[0]


def visits(url: str) -> int:
    return int(ask(url, "SELECT count(*) FROM visits"))


def alive(pid: int) -> bool:
    """A zombie, whose parent has not asked for it, is not."""
    if Path("/proc/self/cmdline").exists():
        try:
            return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            return False
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return listed.stdout.strip() not in {b"", b"Z"}


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.001)


# --- the ordinary life --------------------------------------------------------------------------


def test_the_server_runs_while_somebody_uses_it_and_nobody_else_can_reach_it(home: Path) -> None:
    with database_url(embedded_in(home)) as url:
        assert answers(url)
        found = running(home)
        assert found is not None
        folder = found.sockets.stat()
        assert stat.S_IMODE(folder.st_mode) == 0o700
        assert len(os.fsencode(found.sockets / ".s.PGSQL.5432.lock")) < 103
        assert stat.S_IMODE(cluster_of(home).data.stat().st_mode) == 0o700
        assert ask(url, "SHOW listen_addresses") == ""
        assert ask(url, "SELECT current_database()") == "clipper"
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SHOW data_checksums") == "on"
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW timezone") == "UTC"
    assert not answers(url)
    assert not running(home)


def test_a_warm_start_and_a_stop_are_quick(home: Path) -> None:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        with database_url(embedded_in(home)):
            pass
        times.append(time.perf_counter() - began)
    assert min(times) < 1.5


def test_data_outlives_the_server(home: Path) -> None:
    with database_url(embedded_in(home)) as url:
        before = visits(url)
        ask(url, "INSERT INTO visits DEFAULT VALUES RETURNING n")
    with database_url(embedded_in(home)) as url:
        assert visits(url) == before + 1


def test_the_server_stays_until_the_last_use_in_a_process_ends(home: Path) -> None:
    with ExitStack() as outer:
        with database_url(embedded_in(home)) as first:
            second = outer.enter_context(database_url(embedded_in(home)))
            assert first == second
        assert answers(second)
    assert not answers(second)


def test_many_threads_share_one_server(home: Path) -> None:
    def use(_: int) -> int:
        with database_url(embedded_in(home)) as url:
            ask(url, "INSERT INTO visits DEFAULT VALUES RETURNING n")
            return postmaster(home)

    with database_url(embedded_in(home)) as url:
        before = visits(url)
        with ThreadPoolExecutor(12) as threads:
            pids = set(threads.map(use, range(24)))
        assert pids == {postmaster(home)}
        assert visits(url) == before + 24


def test_threads_that_come_and_go_start_and_stop_it_again_and_again(home: Path) -> None:
    def use(_: int) -> bool:
        with database_url(embedded_in(home)) as url:
            return answers(url)

    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(use, range(9)))


def test_sessions_work_on_it_and_their_connections_end_with_it(home: Path) -> None:
    for _ in range(2):
        with database_url(embedded_in(home)) as url, open_session(url) as session:
            assert session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1
        assert url not in _engines


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_database_url_means_the_embedded_server(home: Path, blank: str) -> None:
    with database_url(Settings(home=home, DATABASE_URL=SecretStr(blank))) as url:
        assert answers(url)


def test_a_database_url_that_is_set_is_used_as_it_is(tmp_path: Path) -> None:
    given = "postgresql://u:secret@127.0.0.1:1/n"
    settings = Settings(home=tmp_path / "home", DATABASE_URL=SecretStr(given))
    with database_url(settings) as url:
        assert url == given
    assert not (tmp_path / "home").exists()


def test_a_log_that_has_grown_is_put_aside(home: Path) -> None:
    log = cluster_of(home).log
    log.write_bytes(b"x" * 6_000_000)
    with database_url(embedded_in(home)):
        pass
    assert log.with_name("log.old").stat().st_size == 6_000_000
    assert "ready to accept connections" in log.read_text()


# --- several processes --------------------------------------------------------------------------


def test_processes_that_start_at_once_share_one_new_database(new_home: Path) -> None:
    with ExitStack() as stack:
        users = [stack.enter_context(python(USER, new_home)) for _ in range(3)]
        urls = {line(user) for user in users}
        assert len(urls) == 1
        assert visits(urls.pop()) == 3
        for user in users[:2]:
            finish(user)
        assert running(new_home)
        finish(users[2])
    assert not running(new_home)


def test_the_starter_can_leave_first(home: Path) -> None:
    with python(USER, home) as starter:
        line(starter)
        with database_url(embedded_in(home)) as url:
            finish(starter)
            assert answers(url)
    assert not running(home)


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(home: Path) -> None:
    with python(USER, home, start_new_session=True) as user:
        url = line(user)
        before = visits(url)
        # What a terminal does: to everybody in the foreground group.
        os.killpg(user.pid, signal.SIGINT)
        assert finish(user).strip() == "left"
    assert not running(home)
    with database_url(embedded_in(home)) as url:
        assert visits(url) == before + 1


def test_a_forked_child_does_not_stop_the_server_for_its_parent(home: Path) -> None:
    code = """
        import os, sys
        from pathlib import Path
        from clipping.db.embedded import database_url
        from clipping.db.session import answers
        from clipping.settings import Settings
        child = 0
        try:
            with database_url(Settings(home=Path(sys.argv[1]))) as url:
                child = os.fork()
                if child == 0:
                    sys.exit(0)
                assert os.waitpid(child, 0)[1] == 0
                assert answers(url)
        except SystemExit:
            os._exit(0)
        print(answers(url))
    """
    with python(code, home) as process:
        assert finish(process).strip() == "False"


# --- kill -9 ------------------------------------------------------------------------------------


def test_a_killed_server_is_started_again_with_its_data(home: Path) -> None:
    with database_url(embedded_in(home)) as url:
        before = visits(url)
        ask(url, "INSERT INTO visits DEFAULT VALUES RETURNING n")
        with psycopg.connect(url, autocommit=True) as busy:
            assert busy.execute("SELECT 1").fetchone() == (1,)
            kill(postmaster(home))
            # Somebody's next command, or the next task of the same run.
            with database_url(embedded_in(home)) as again:
                assert visits(again) == before + 1
            assert visits(url) == before + 1
    with database_url(embedded_in(home)) as url:
        assert visits(url) == before + 1


def test_a_server_that_a_killed_process_left_behind_is_stopped_by_the_next_one(
    home: Path,
) -> None:
    with python(USER, home) as user:
        line(user)
        pid = postmaster(home)
        user.kill()
        user.wait()
    assert postmaster(home) == pid
    with database_url(embedded_in(home)) as url:
        assert postmaster(home) == pid
        assert answers(url)
    assert not running(home)


def test_a_killed_process_does_not_end_the_others_use(home: Path) -> None:
    with python(USER, home) as killed, python(USER, home) as other:
        url = line(killed)
        line(other)
        killed.kill()
        killed.wait()
        assert answers(url)
        finish(other)
    assert not running(home)


def test_a_kill_while_the_database_is_made_leaves_nothing_half(new_home: Path) -> None:
    drafts_in = drafts_of(new_home)
    with python(USER, new_home) as user:
        deadline = time.monotonic() + 60
        while not list(drafts_in.glob(".postgres-new-*/data/base")):
            assert user.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.001)
        user.kill()
        user.wait()
    assert not (new_home / "postgres").exists()
    with database_url(embedded_in(new_home)) as url:
        assert answers(url)
    with database_url(embedded_in(new_home)) as url:
        assert answers(url)
    assert not list(drafts_in.glob(".postgres-new-*"))


def test_a_pid_file_with_the_number_of_another_process_does_not_stop_the_start(
    home: Path,
) -> None:
    with database_url(embedded_in(home)) as url:
        before = visits(url)
        kill(postmaster(home))
    with subprocess.Popen(["/bin/sleep", "600"], **cluster_of(home).run_as()) as other:
        try:
            pid_file = cluster_of(home).data / "postmaster.pid"
            lines = pid_file.read_text().splitlines()
            pid_file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
            with database_url(embedded_in(home)) as url:
                assert visits(url) == before
            assert other.poll() is None
        finally:
            other.kill()


def test_a_server_that_lost_its_socket_is_replaced(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_DEAF_S", 0.3)
    with database_url(embedded_in(home)):
        found = running(home)
        assert found is not None
        (found.sockets / ".s.PGSQL.5432").unlink()
        with database_url(embedded_in(home)) as url:
            assert answers(url)
            assert postmaster(home) != found.pid


def test_deleting_the_home_deletes_the_database_even_under_a_running_server_which_then_ends(
    new_home: Path,
) -> None:
    with python(USER, new_home) as user:
        assert visits(line(user)) == 1
        old = postmaster(new_home)
        user.kill()
        user.wait()
    shutil.rmtree(new_home)
    with database_url(embedded_in(new_home)) as url:
        assert ask(url, "SELECT to_regclass('visits')") is None
        pid = postmaster(new_home)
        assert pid != old
        assert not alive(old)
        # Once more, under its only user.
        if os.geteuid() == 0:
            outside = (new_home / "postgres").readlink().parent
        shutil.rmtree(new_home)
    assert not alive(pid)
    if os.geteuid() == 0:
        shutil.rmtree(outside)


# --- what can be wrong --------------------------------------------------------------------------


def test_a_start_that_fails_says_why(home: Path) -> None:
    control = cluster_of(home).data / "global" / "pg_control"
    away = control.with_name("away")
    control.rename(away)
    try:
        with (
            pytest.raises(ServiceUnavailable, match="could not find the database system"),
            database_url(embedded_in(home)),
        ):
            pass
    finally:
        away.rename(control)
    with database_url(embedded_in(home)) as url:
        assert answers(url)


def test_a_home_that_cannot_be_written_needs_a_person(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(NeedsPerson, match="cannot be kept in"),
        database_url(embedded_in(tmp_path / "file" / "home")),
    ):
        pass


def test_something_else_in_the_place_of_the_data_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "mine").touch()
    with (
        pytest.raises(NeedsPerson, match="something else is there"),
        database_url(embedded_in(tmp_path)),
    ):
        pass
    assert (tmp_path / "postgres" / "mine").exists()
    assert not drafts_of(tmp_path).exists() or os.geteuid() != 0


def test_a_wheel_without_programs_for_this_machine_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "email")
    with (
        pytest.raises(NotInstalled, match="DATABASE_URL"),
        database_url(embedded_in(tmp_path / "home")),
    ):
        pass


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        pytest.param(
            "LOG: a\n2026 UTC [1] FATAL:  could not write lock file: No space left on device\n",
            DiskFull,
            "It failed: the disk is full.",
            id="disk-full",
        ),
        pytest.param(
            "2026 UTC [1] FATAL:  it is broken\n2026 UTC [1] LOG:  database system is shut down\n",
            ServiceUnavailable,
            "It failed: it is broken.",
            id="log",
        ),
        pytest.param(
            "initdb: error: no access\ninitdb: hint: try\n",
            ServiceUnavailable,
            "It failed: no access.",
            id="initdb",
        ),
        pytest.param("only this.", ServiceUnavailable, "It failed: only this.", id="one-line"),
        pytest.param("", ServiceUnavailable, "It failed: it gave no reason.", id="nothing"),
    ],
)
def test_what_postgres_says_becomes_one_sentence(
    said: str, kind: type[Exception], message: str
) -> None:
    error = cluster.failure("It failed", said)
    assert (type(error), str(error)) == (kind, message)


def test_a_full_disk_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(DiskFull, match="is full"), database_url(embedded_in(tmp_path / "x")):
        pass


def test_a_turn_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with (
        exclusive(lock, timeout_s=1, busy="Busy."),
        pytest.raises(ServiceUnavailable, match="Busy"),
        exclusive(lock, timeout_s=0.05, busy="Busy."),
    ):
        pass
    with exclusive(lock, timeout_s=1, busy="Busy."):
        lock.unlink()
        with exclusive(lock, timeout_s=1, busy="Busy."):
            pass
