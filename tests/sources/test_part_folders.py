"""Folders of downloads are kept as long as somebody may come back to them, and no longer."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping import progress
from clipping.errors import DiskFull, NeedsPerson, NetworkDown, RemovedVideo, ServiceUnavailable
from clipping.settings import settings
from clipping.sources import part_folders
from clipping.sources.part_folders import STALE_AFTER_S, part_folder
from tests.db.processes import line, python

HOLDER = """
    import sys
    from clipping.sources.part_folders import part_folder
    with part_folder("link_held") as folder:
        (folder / "a.part").write_bytes(b"half")
        print(folder, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CLIPPER_SCRATCH", str(tmp_path / "scratch"))
    settings.cache_clear()
    yield tmp_path / "scratch" / "links"
    settings.cache_clear()


def _leave(key: str, error: type[BaseException]) -> Path:
    folder = part_folders.links_root() / key
    with pytest.raises(error), part_folder(key):
        _break_off(folder, error)
    return folder


def _break_off(folder: Path, error: type[BaseException]) -> None:
    (folder / "a.part").write_bytes(b"half")
    raise error("why")


def test_a_folder_that_was_used_is_gone_with_its_lock(root: Path) -> None:
    with part_folder("link_a") as folder:
        assert folder == root / "link_a"
        (folder / "a.mp4").write_bytes(b"x")
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("error", [NetworkDown, NeedsPerson, KeyError, KeyboardInterrupt])
def test_a_folder_is_kept_when_another_try_may_use_it(
    error: type[BaseException], root: Path
) -> None:
    folder = _leave("link_a", error)
    with part_folder("link_a") as again:
        assert again == folder
        assert (again / "a.part").read_bytes() == b"half"
    assert list(root.iterdir()) == []


def test_a_folder_is_gone_when_no_try_can_use_it(root: Path) -> None:
    _leave("link_a", RemovedVideo)
    assert list(root.iterdir()) == []


def test_a_folder_in_which_nothing_lies_is_gone_after_any_error(root: Path) -> None:
    with pytest.raises(NetworkDown), part_folder("link_a"):
        raise NetworkDown("why")
    assert list(root.iterdir()) == []


def test_a_folder_that_nobody_came_back_to_is_swept_by_the_next_download(root: Path) -> None:
    old, fresh, used = (_leave(f"link_{name}", NetworkDown) for name in ("old", "fresh", "used"))
    lonely = root / "link_lonely.lock"
    lonely.touch()
    (root / "photos").mkdir()
    long_ago = time.time() - STALE_AFTER_S - 60
    for path in (*old.rglob("*"), old, old.with_name("link_old.lock"), lonely):
        os.utime(path, (long_ago, long_ago))
    os.utime(used, (long_ago, long_ago))  # a file in it is of today
    with part_folder("link_new"):
        names = {path.name for path in root.iterdir() if path.suffix != ".lock"}
        assert names == {fresh.name, used.name, "photos", "link_new"}
    assert not lonely.exists()


def test_a_folder_in_use_is_not_swept_however_old_it_is(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with python(HOLDER) as holder:
        held = Path(line(holder))
        monkeypatch.setattr(part_folders, "STALE_AFTER_S", -1)
        with part_folder("link_new"):
            assert (held / "a.part").exists()
        holder.kill()
        holder.wait()
    with part_folder("link_new"):
        assert not held.exists()


def test_what_a_killed_process_left_is_taken_over(root: Path) -> None:
    with python(HOLDER) as holder:
        held = Path(line(holder))
        holder.kill()
        holder.wait()
    with part_folder("link_held") as folder:
        assert folder == held
        assert (folder / "a.part").read_bytes() == b"half"


def test_a_second_user_waits_and_says_so(root: Path) -> None:
    said, order = threading.Event(), list[str]()

    def second() -> None:
        with progress.listening(lambda event: said.set()), part_folder("link_a"):
            order.append("second")

    thread = threading.Thread(target=second)
    with part_folder("link_a"):
        thread.start()
        assert said.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert list(root.iterdir()) == []


def test_a_wait_without_end_is_given_up(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_folders, "_TURN_S", 0)
    monkeypatch.setattr(part_folders, "_LOOK_S", 0.05)
    with python(HOLDER) as holder:
        line(holder)
        with pytest.raises(ServiceUnavailable, match="the same link"), part_folder("link_held"):
            pass


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [(28, DiskFull, "No space left"), (13, NeedsPerson, "Cannot write")],
)
def test_a_scratch_folder_that_cannot_be_written_is_told(
    number: int, error: type[Exception], words: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", fail)
    with pytest.raises(error, match=words), part_folder("link_a"):
        pass
