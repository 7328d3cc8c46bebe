"""Copies of files: within a bound, never taken away from who uses them, fetched by one."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clipping.errors import DiskFull, ServiceUnavailable, UnreadableMedia
from clipping.storage.base import hash_file
from clipping.storage.cache import FileCache
from clipping.storage.in_use import held

VERSION = "0123456789abcdef" * 4
KB = 1_000


@pytest.fixture
def cache(tmp_path: Path) -> FileCache:
    """Room for three files."""
    return FileCache(tmp_path / "cache", 3 * KB)


def writes(size: int = KB) -> Callable[[Path], None]:
    def write(part: Path) -> None:
        part.write_bytes(b"x" * size)

    return write


def never(part: Path) -> None:
    raise AssertionError("it is there already")


def fetch(cache: FileCache, name: str, download: Callable[[Path], None] | None = None) -> Path:
    return cache.fetch(f"acme/clips/{name}.mp4", VERSION, KB, download or writes())


def age(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds, time.time() - seconds))


def kept(cache: FileCache) -> set[str]:
    return {path.name.partition("~")[0] for path in cache.folder.rglob("*") if path.is_file()}


def test_a_copy_is_made_once(cache: FileCache) -> None:
    path = fetch(cache, "a")
    assert path.read_bytes() == b"x" * KB
    assert path.suffix == ".mp4"
    assert fetch(cache, "a", never) == path


def test_another_version_is_another_copy(cache: FileCache) -> None:
    first = fetch(cache, "a")
    second = cache.fetch("acme/clips/a.mp4", VERSION[::-1], KB, writes())
    assert first != second
    assert first.exists()


def test_the_longest_unused_copy_makes_way(cache: FileCache) -> None:
    with held():
        for name, used in (("a", 30), ("b", 50), ("c", 10)):
            age(fetch(cache, name), used)
    with held():
        fetch(cache, "a", never)
    fetch(cache, "d")
    assert kept(cache) == {"a", "c", "d"}


def test_asking_for_a_copy_does_not_look_like_writing_to_it(cache: FileCache) -> None:
    with held():
        path = fetch(cache, "a")
        age(path, 100)
    before = path.stat()
    fetch(cache, "a", never)
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_atime > before.st_atime


def test_what_is_in_use_stays_though_the_bound_is_exceeded(cache: FileCache) -> None:
    for name in "abcd":
        age(fetch(cache, name), 100)
    assert kept(cache) == set("abcd")


def test_what_another_process_uses_stays(cache: FileCache) -> None:
    with held():
        for name, used in (("a", 50), ("b", 40), ("c", 30)):
            age(fetch(cache, name), used)
    descriptor = os.open(next(cache.folder.rglob("a~*")), os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        fetch(cache, "d")
        assert kept(cache) == {"a", "c", "d"}
    finally:
        os.close(descriptor)


def test_a_block_ends_the_use_of_what_was_asked_for_inside_only(cache: FileCache) -> None:
    with held():
        outer = fetch(cache, "a")
        with held():
            inner = fetch(cache, "b")
            assert fetch(cache, "a", never) == outer
        age(outer, 100)
        age(inner, 50)
        fetch(cache, "c")
        fetch(cache, "d")
        assert kept(cache) == {"a", "c", "d"}
    fetch(cache, "e")
    assert "a" not in kept(cache)


def test_a_thread_without_a_block_of_its_own_keeps_what_it_uses(cache: FileCache) -> None:
    with held(), ThreadPoolExecutor(1) as pool:
        age(pool.submit(fetch, cache, "a").result(), 100)
    for name in "bcd":
        fetch(cache, name)
    assert "a" in kept(cache)


def test_a_full_disk_takes_copies_before_it_is_told(
    cache: FileCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held():
        age(fetch(cache, "a"), 100)
        age(fetch(cache, "b"), 50)

    def free(folder: Path) -> int:
        return 2 * KB + KB // 2 - sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())

    for module in ("folder", "cache"):
        monkeypatch.setattr(f"clipping.storage.{module}.free_bytes", free)
    fetch(cache, "c")
    assert kept(cache) == {"b", "c"}
    with pytest.raises(DiskFull, match=r"media cache .* needs"):
        cache.fetch("acme/clips/d.mp4", VERSION, 9 * KB, never)


def test_a_download_that_failed_leaves_its_beginning_to_the_next(cache: FileCache) -> None:
    def breaks(part: Path) -> None:
        part.write_bytes(b"x" * 400)
        raise ServiceUnavailable("It broke off.")

    with pytest.raises(ServiceUnavailable, match="broke off"):
        fetch(cache, "a", breaks)
    found: list[int] = []

    def goes_on(part: Path) -> None:
        found.append(part.stat().st_size)
        part.write_bytes(b"x" * KB)

    fetch(cache, "a", goes_on)
    assert found == [400]
    assert kept(cache) == {"a"}


@pytest.mark.parametrize(
    ("name", "age_s", "goes"),
    [
        pytest.param("acme/clips/.b~0123456789abcdef.mp4.part", 0, False, id="may be resumed"),
        pytest.param("acme/clips/.b~0123456789abcdef.mp4.part", 90_000, True, id="a day old"),
        pytest.param(".incoming-1.part", 0, True, id="copy that a killed run began"),
    ],
)
def test_only_parts_that_nobody_goes_on_with_are_swept(
    cache: FileCache, name: str, age_s: int, goes: bool
) -> None:
    part = cache.folder / name
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x")
    age(part, age_s)
    fetch(cache, "a")
    assert part.exists() is not goes
    if goes:
        part.write_bytes(b"x")
        age(part, age_s)
        descriptor = os.open(part, os.O_RDWR)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        fetch(cache, "c")
        assert part.exists(), "somebody writes to it"
        os.close(descriptor)


def test_one_thread_of_many_downloads(cache: FileCache) -> None:
    downloads: list[Path] = []
    begun, go = threading.Event(), threading.Event()

    def slowly(part: Path) -> None:
        downloads.append(part)
        begun.set()
        go.wait(30)
        part.write_bytes(b"x" * KB)

    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(fetch, cache, "a", slowly)
        begun.wait(30)
        others = [pool.submit(fetch, cache, "a", slowly) for _ in range(5)]
        time.sleep(0.05)
        go.set()
        assert {future.result() for future in (first, *others)} == {first.result()}
    assert len(downloads) == 1
    assert kept(cache) == {"a"}


def test_a_copy_of_another_length_is_made_again(cache: FileCache) -> None:
    fetch(cache, "a").write_bytes(b"half")
    assert fetch(cache, "a").read_bytes() == b"x" * KB


def test_copies_that_vanish_again_and_again_are_told(cache: FileCache) -> None:
    tries: list[Path] = []

    def too_short(part: Path) -> None:
        tries.append(part)
        part.write_bytes(b"x")

    with pytest.raises(ServiceUnavailable, match="loses acme/clips/a"):
        fetch(cache, "a", too_short)
    assert len(tries) == 20


def test_forgetting_a_key_leaves_keys_that_look_alike(cache: FileCache) -> None:
    for name in ("a", "ab", "ba", "a~b"):
        fetch(cache, name)
    cache.fetch("acme/clips/a.mp4", VERSION[::-1], KB, writes())
    cache.fetch("acme/clips/a.jpg", VERSION, KB, writes())
    (cache.folder / "acme/clips" / f".a~{VERSION[:16]}.mp4.part").write_bytes(b"half")
    cache.forget("acme/clips/a.mp4")
    left = sorted(path.name for path in cache.folder.rglob("*") if path.is_file())
    ends = f"~{VERSION[:16]}"
    assert left == sorted([f"a{ends}.jpg", *(f"{name}{ends}.mp4" for name in ("ab", "ba", "a~b"))])
    cache.forget("nobody/clips/a.mp4")


def test_a_file_is_hashed_and_copied_at_once(cache: FileCache, tmp_path: Path) -> None:
    file = tmp_path / "talk.mp4"
    file.write_bytes(b"content")
    with cache.take_in(file, lambda sha256: f"acme/sources/{sha256}.mp4") as taken:
        assert taken.sha256 == hash_file(file)
        assert taken.size_bytes == 7
        assert taken.path.read_bytes() == b"content"
        for name in "abcd":
            fetch(cache, name)
        assert taken.path.exists(), "it is in use"
    assert cache.fetch(taken.key, taken.sha256, 7, never) == taken.path


def test_a_file_that_was_copied_before_is_not_copied_again(
    cache: FileCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "talk.mp4"
    file.write_bytes(b"content")
    with cache.take_in(file, lambda sha256: f"acme/sources/{sha256}.mp4") as taken:
        before = taken.path.stat().st_ino
    monkeypatch.delattr(FileCache, "_copied")
    with cache.take_in(file, lambda sha256: f"acme/sources/{sha256}.mp4") as again:
        assert again == taken
    assert taken.path.stat().st_ino == before


def test_another_file_of_the_same_size_is_copied(cache: FileCache, tmp_path: Path) -> None:
    for content in (b"content", b"CONTENT"):
        file = tmp_path / "talk.mp4"
        file.write_bytes(content)
        with cache.take_in(file, lambda _: "acme/clips/a.mp4") as taken:
            assert taken.path.read_bytes() == content


def test_a_file_that_changes_while_it_is_copied_leaves_nothing(
    cache: FileCache, tmp_path: Path
) -> None:
    file = tmp_path / "talk.mp4"
    file.write_bytes(b"content")

    def grow(fraction: float) -> None:
        with file.open("ab") as more:
            more.write(b"more")

    with (
        pytest.raises(UnreadableMedia, match="changed while it was read"),
        cache.take_in(file, lambda sha256: f"acme/sources/{sha256}.mp4", grow),
    ):
        raise AssertionError("it was taken in")
    assert kept(cache) == set()
