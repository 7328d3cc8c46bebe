"""Runs that are killed, that meet, and that have little memory."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clipping.settings import CHECKOUT
from clipping.storage.s3_bucket import READ_BYTES
from tests.storage.conftest import CONTENT, key_of
from tests.support.s3 import PART_BYTES, S3, child_environment
from tests.support.s3_front import Request


def child(s3: S3, act: str, cache: str, what: object) -> subprocess.Popen[str]:
    part_bytes = 16 * 1024**2 if act == "measure" else PART_BYTES
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.support.s3_child",
            "fetch" if act == "fetch" else "import",
            f"{s3.place.bucket}/{s3.place.prefix}",
            str(s3.folder / cache),
            str(what),
            str(part_bytes),
        ],
        cwd=CHECKOUT,
        env=child_environment(s3.front.url),
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_an_upload_that_was_killed_is_finished_by_the_next_run(s3: S3, original: Path) -> None:
    go = threading.Event()
    s3.front.fail("UploadPart", skip=1, times=2, drop=True, wait=go)
    process = child(s3, "import", "cache", original)
    wait_until(lambda: len(answered(s3, "UploadPart")) == 1 and s3.front.count("UploadPart") == 3)
    kill(process)
    go.set()
    assert s3.keys() == []
    sent = sum(request.body_bytes for request in answered(s3, "UploadPart"))
    s3.front.forget()
    stored = s3.store().import_file(original, key_of)
    assert s3.front.count("UploadPart") == 2
    assert s3.front.sent("UploadPart") == len(CONTENT) - sent
    assert s3.store("elsewhere").local_path(stored.key).read_bytes() == CONTENT
    parts = [path.name for path in (s3.folder / "cache").rglob("*.part")]
    assert parts == [], "nor is anything left of the killed run here"


def test_a_download_that_was_killed_is_finished_by_the_next_run(s3: S3, original: Path) -> None:
    key = s3.store("elsewhere").import_file(original, key_of).key
    s3.front.forget()
    go, half = threading.Event(), 600_000
    s3.front.fail("GetObject", pause_reply_after=half, wait=go)
    process = child(s3, "fetch", "cache", key)
    folder = s3.folder / "cache"
    arrived = half - half % READ_BYTES
    wait_until(lambda: [path.stat().st_size for path in folder.rglob("*.part")] == [arrived])
    kill(process)
    go.set()
    assert [path.suffix for path in folder.rglob("*") if path.is_file()] == [".part"]
    s3.front.forget()
    assert s3.store().local_path(key).read_bytes() == CONTENT
    assert s3.front.fetched() == len(CONTENT) - arrived


def test_runs_that_need_a_file_at_once_fetch_it_once(s3: S3, original: Path) -> None:
    key = s3.store("elsewhere").import_file(original, key_of).key
    s3.front.forget()
    go = threading.Event()
    s3.front.fail("GetObject", pause_reply_after=1_000, wait=go)
    process = child(s3, "fetch", "cache", key)
    wait_until(lambda: s3.front.count("GetObject") == 1)
    with ThreadPoolExecutor(3) as pool:
        paths = [pool.submit(s3.store().local_path, key) for _ in range(3)]
        wait_until(lambda: s3.front.count("HeadObject") == 4)
        go.set()
        assert {path.result().read_bytes() for path in paths} == {CONTENT}
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert s3.front.fetched() == len(CONTENT)
    files = [path for path in (s3.folder / "cache").rglob("*") if path.is_file()]
    assert len(files) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(s3: S3) -> None:
    size, large = 120_000_000, s3.folder / "large.mp4"
    with large.open("wb") as file:
        file.truncate(size)
    hasher = hashlib.sha256()
    for start in range(0, size, 10**6):
        hasher.update(bytes(min(10**6, size - start)))
    # moto would keep it all, and this is not about moto.
    s3.front.fail("UploadPart", times=99, status=200, headers={"ETag": '"x"'}, body=b"")
    s3.front.fail(
        "CompleteMultipartUpload",
        status=200,
        body=b"<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>",
    )
    found = {"Content-Length": str(size), "ETag": '"x"', "x-amz-meta-sha256": hasher.hexdigest()}
    s3.front.fail("HeadObject", skip=1, status=200, headers=found, body=b"")
    with child(s3, "measure", "cache", large) as process:
        grown, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert s3.front.sent("UploadPart") == size
    assert int(grown) < 60_000_000


def answered(s3: S3, operation: str) -> list[Request]:
    return [request for request in s3.front.of(operation) if request.status == 200]
