"""The local store: whole files or none, one copy of each, clear words when it cannot write."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from clipping.errors import DiskFull, NeedsPerson
from clipping.storage import LocalStore
from clipping.storage.base import read_chunks
from tests.storage.conftest import files_below, key_of

CONTENT = bytes(range(256)) * 50_000


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "talk.mp4"
    path.write_bytes(CONTENT)
    return path


def test_the_same_content_is_stored_once_and_not_written_again(
    store: LocalStore, original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.import_file(original, key_of)
    before = store.local_path(first.key).stat()
    again = tmp_path / "copy.mov"
    again.write_bytes(CONTENT)

    def no_writing(self: LocalStore, size: int) -> None:
        raise AssertionError("a second copy was begun")

    monkeypatch.setattr(LocalStore, "_incoming", no_writing)
    assert store.import_file(again, key_of) == first
    after = store.local_path(first.key).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_stored_file_that_lost_its_end_is_stored_anew(store: LocalStore, original: Path) -> None:
    first = store.import_file(original, key_of)
    os.truncate(store.local_path(first.key), 1_000)
    assert store.import_file(original, key_of) == first
    assert store.local_path(first.key).read_bytes() == CONTENT


def test_the_original_is_read_only_once(
    store: LocalStore, original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []

    def counted(path: Path, *args: object) -> Iterator[memoryview]:
        reads.append(path)
        return read_chunks(path)

    monkeypatch.setattr("clipping.storage.local.read_chunks", counted)
    store.import_file(original, key_of)
    assert reads == [original]


def test_too_little_room_is_told_before_anything_is_written(
    store: LocalStore, original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=1_000_000)
    monkeypatch.setattr("clipping.storage.folder.shutil.disk_usage", lambda path: free)
    with pytest.raises(DiskFull, match=r"needs 12\.8 MB and only 1\.0 MB are free"):
        store.import_file(original, key_of)
    assert files_below(store.root) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT], ids=errno.errorcode.get)
def test_a_disk_that_fills_on_the_way_leaves_nothing(
    store: LocalStore, original: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Delayed allocation: many file systems say so only when the data is to reach the disk."""

    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("clipping.storage.local.os.fsync", full)
        with pytest.raises(DiskFull, match=r"media store .* is full; make room and run again"):
            store.import_file(original, key_of)
        with pytest.raises(DiskFull):
            store.put(original, "acme/clips/a.mp4")
    assert files_below(store.root) == []
    assert store.import_file(original, key_of).size_bytes == len(CONTENT)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small disk")
def test_a_really_full_disk_leaves_nothing(
    tmp_path: Path, original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let us mount")
    try:
        store = LocalStore(disk / "store")
        with pytest.raises(DiskFull, match=r"only 4\.2 MB are free"):
            store.import_file(original, key_of)
        # Somebody else takes the room while we write.
        monkeypatch.setattr(LocalStore, "_check_room", lambda self, size: None)
        with pytest.raises(DiskFull, match="is full"):
            store.import_file(original, key_of)
        assert files_below(store.root) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_root_that_is_a_file_is_told(tmp_path: Path, original: Path) -> None:
    root = tmp_path / "root"
    root.write_bytes(b"")
    with pytest.raises(NeedsPerson, match=r"media store .*root cannot be written"):
        LocalStore(root).import_file(original, key_of)


def test_a_root_that_may_not_be_written_is_told(tmp_path: Path, original: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    root.chmod(0o555)
    owner = os.geteuid()
    if owner == 0:
        # To root nothing is forbidden, and pytest's folders are closed to everybody else.
        for folder in root.parents:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(0o755)
        os.seteuid(65534)
    try:
        with pytest.raises(NeedsPerson, match="cannot be written: Permission denied"):
            LocalStore(root).import_file(original, key_of)
    finally:
        os.seteuid(owner)
        root.chmod(0o755)


@pytest.mark.parametrize("act", ["import_file", "put"])
def test_a_killed_run_leaves_no_half_file_and_the_next_one_cleans_up(
    store: LocalStore, original: Path, act: str
) -> None:
    script = f"""
import sys, time
from pathlib import Path
from clipping.storage import LocalStore, local

def slow(path, on_progress=None, chunks=local.read_chunks):
    for number, chunk in enumerate(chunks(path)):
        yield chunk
        if number == 1:
            print("half", flush=True)
            time.sleep(60)

local.read_chunks = slow
store = LocalStore(Path({str(store.root)!r}))
if {act!r} == "put":
    store.put(Path({str(original)!r}), "acme/sources/x.mp4")
else:
    store.import_file(Path({str(original)!r}), lambda sha: "acme/sources/x.mp4")
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"half\n"
    assert len(_leftovers(store)) == 1, "the copy is under way"
    assert store.sweep() == 0, "a living process keeps its file"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not store.exists("acme/sources/x.mp4")
    assert [path.suffix for path in files_below(store.root)] == [".part"]
    stored = store.import_file(original, lambda sha: "acme/sources/x.mp4")
    assert store.local_path(stored.key).read_bytes() == CONTENT
    assert _leftovers(store) == []


def test_a_kill_at_any_moment_leaves_whole_files_only(store: LocalStore, original: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from clipping.storage import LocalStore
store = LocalStore(Path({str(store.root)!r}))
while sys.stdin.readline():
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        while True:
            stored = store.import_file(Path({str(original)!r}), lambda sha: "acme/sources/x.mp4")
            store.delete(stored.key)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for wait_ms in (0, 3, 9, 20, 50):
            process.stdin.write("\n")
            process.stdin.flush()
            child = int(process.stdout.readline())
            time.sleep(wait_ms / 1000)
            os.kill(child, signal.SIGKILL)
            assert process.stdout.readline() == "gone\n"
            if store.exists("acme/sources/x.mp4"):
                assert store.local_path("acme/sources/x.mp4").read_bytes() == CONTENT
        process.stdin.close()
    store.sweep()
    assert _leftovers(store) == []


@pytest.mark.parametrize(
    ("name", "age_s", "swept"),
    [
        pytest.param("{host}-{dead}-a.part", 0, True, id="dead owner"),
        pytest.param("{host}-{own}-a.part", 0, True, id="an earlier process with our pid"),
        pytest.param("{host}-{parent}-a.part", 0, False, id="living owner"),
        pytest.param("{host}-{parent}-a.part", 90_000, True, id="older than a day"),
        pytest.param("0badcafe-{dead}-a.part", 0, False, id="another machine's"),
        pytest.param("0badcafe-{dead}-a.part", 90_000, True, id="another machine's, a day old"),
        pytest.param("odd.part", 0, False, id="no name of ours"),
    ],
)
def test_only_what_nobody_writes_is_swept(
    store: LocalStore, name: str, age_s: int, swept: bool
) -> None:
    from clipping.storage.local import _host

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    part = (
        store.root
        / ".incoming"
        / name.format(host=_host(), dead=dead.pid, own=os.getpid(), parent=os.getppid())
    )
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    os.utime(part, (time.time() - age_s, time.time() - age_s))
    assert store.sweep() == (1 if swept else 0)
    assert part.exists() is not swept


def test_a_running_import_is_not_swept_by_another_of_the_same_process(
    store: LocalStore, original: Path, tmp_path: Path
) -> None:
    other = tmp_path / "b.mp4"
    other.write_bytes(b"other")

    def meanwhile(fraction: float) -> None:
        store.import_file(other, key_of)

    stored = store.import_file(original, key_of, meanwhile)
    assert store.local_path(stored.key).read_bytes() == CONTENT


def _leftovers(store: LocalStore) -> list[Path]:
    return [path for path in files_below(store.root) if path.suffix == ".part"]
