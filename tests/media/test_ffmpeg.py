"""Running ffmpeg: progress, errors that are told apart, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from clipping.errors import ClippingError, DiskFull, Interrupted, NotInstalled, RenderFailed
from clipping.media.ffmpeg import ffmpeg_path, run_ffmpeg, working_encoder
from clipping.settings import settings

SLOW = ["-re", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=60", "-f", "null", "-"]


@pytest.fixture
def fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def test_a_run_reports_rising_progress_and_ends_with_one(tmp_path: Path) -> None:
    told: list[float] = []
    source = "testsrc=size=320x180:rate=30:duration=20"
    run = run_ffmpeg(
        ["-f", "lavfi", "-i", source, "-stats_period", "0.05", str(tmp_path / "a.mp4")],
        timeout_s=120,
        duration_ms=20_000,
        on_progress=told.append,
    )
    assert told == sorted(set(told))
    assert told[-1] == 1.0
    assert any(0 < fraction < 1 for fraction in told)
    assert "Stream #0:0" in run.log
    assert run.stdout == b""


def test_raw_data_comes_back_whole_beside_progress_and_a_long_log() -> None:
    told: list[float] = []
    source = "testsrc=size=64x36:rate=30:duration=20"
    run = run_ffmpeg(
        # showinfo writes several lines a frame: far more than a pipe holds.
        ["-f", "lavfi", "-i", source, "-vf", "showinfo", "-f", "rawvideo", "pipe:1"],
        timeout_s=120,
        duration_ms=20_000,
        on_progress=told.append,
        capture_stdout=True,
    )
    assert len(run.stdout) == 64 * 36 * 3 * 600
    assert len(run.log) > 100_000
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        pytest.param(
            ["-i", "/nowhere/a.mp4", "/nowhere/b.mp4"], RenderFailed, "No such file", id="no input"
        ),
        pytest.param(
            ["-f", "lavfi", "-i", "testsrc", "-vf", "nosuchfilter", "b.mp4"],
            RenderFailed,
            "Filter not found",
            id="bad filter",
        ),
        pytest.param(
            ["-f", "lavfi", "-i", "testsrc=size=640x360:duration=5", "-f", "rawvideo", "/dev/full"],
            DiskFull,
            "disk is full",
            id="full disk",
        ),
    ],
)
def test_each_failure_is_told_as_what_it_is(
    args: list[str], error: type[ClippingError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        run_ffmpeg(args, timeout_s=60)
    assert "\n" not in str(caught.value)
    if isinstance(caught.value, RenderFailed):
        assert words in caught.value.log_tail


def test_arguments_are_never_seen_by_a_shell(tmp_path: Path) -> None:
    odd = tmp_path / "a'b $(touch pwned); &.mp4"
    run_ffmpeg(["-f", "lavfi", "-i", "testsrc=duration=0.2", str(odd)], timeout_s=60)
    assert [path.name for path in tmp_path.iterdir()] == [odd.name]


def test_a_run_that_takes_too_long_is_stopped() -> None:
    began = time.monotonic()
    with pytest.raises(RenderFailed, match=r"did not finish within 1 s") as caught:
        run_ffmpeg(SLOW, timeout_s=1)
    assert time.monotonic() - began < 5
    assert "lavfi" in caught.value.log_tail
    assert _children() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda n: n.name)
def test_a_killed_ffmpeg_is_an_interruption_and_not_a_failure(number: signal.Signals) -> None:
    def kill_it() -> None:
        child = _wait_for(_children)[0]
        time.sleep(0.3)
        os.kill(child, number)

    killer = threading.Thread(target=kill_it)
    killer.start()
    with pytest.raises(Interrupted, match="killed from outside"):
        run_ffmpeg(SLOW, timeout_s=30)
    killer.join()


def test_a_crash_of_ffmpeg_is_our_failure(
    fresh_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    crashing = tmp_path / "ffmpeg"
    crashing.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crashing.chmod(0o755)
    fresh_settings.setenv("CLIPPER_FFMPEG", str(crashing))
    with pytest.raises(RenderFailed, match="SIGSEGV"):
        run_ffmpeg(["a.mp4"], timeout_s=10)


def test_the_child_dies_with_an_exception_of_the_listener() -> None:
    def refuse(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_ffmpeg(
            [*SLOW[:-3], "-stats_period", "0.1", *SLOW[-3:]],
            timeout_s=30,
            duration_ms=60_000,
            on_progress=refuse,
        )
    assert _children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_the_child_dies_when_this_process_is_killed(tmp_path: Path) -> None:
    script = f"from clipping.media.ffmpeg import run_ffmpeg; run_ffmpeg({SLOW!r}, timeout_s=60)"
    parent = subprocess.Popen([sys.executable, "-c", script])
    child = _wait_for(lambda: _children(parent.pid))[0]
    _wait_for(lambda: b"lavfi" in Path(f"/proc/{child}/cmdline").read_bytes())
    time.sleep(0.3)
    parent.kill()
    parent.wait()
    assert _wait_for(lambda: not _runs(child))


def test_a_binary_that_is_not_there_is_named(
    fresh_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fresh_settings.setenv("CLIPPER_FFMPEG", str(tmp_path / "nothing"))
    with pytest.raises(NotInstalled, match="nothing is not an executable ffmpeg"):
        run_ffmpeg(["-version"], timeout_s=5)


def test_a_file_that_is_no_program_is_not_installed(
    fresh_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_bytes(b"\x7fELF nothing")
    broken.chmod(0o755)
    fresh_settings.setenv("CLIPPER_FFMPEG", str(broken))
    with pytest.raises(NotInstalled, match="cannot be executed"):
        run_ffmpeg(["-version"], timeout_s=5)


def test_the_bundled_binary_is_used_when_none_is_named(fresh_settings: pytest.MonkeyPatch) -> None:
    fresh_settings.delenv("CLIPPER_FFMPEG", raising=False)
    assert ffmpeg_path().is_file()


def test_no_descriptors_or_threads_are_left_by_many_runs() -> None:
    def run_some() -> None:
        for _ in range(3):
            run_ffmpeg(["-version"], timeout_s=10)
            with pytest.raises(RenderFailed):
                run_ffmpeg(["-i", "/nowhere", "-f", "null", "-"], timeout_s=10)

    run_some()
    before = (len(list(Path("/dev/fd").iterdir())), threading.active_count())
    run_some()
    assert (len(list(Path("/dev/fd").iterdir())), threading.active_count()) == before


def test_the_encoder_chosen_is_one_that_encodes(tmp_path: Path) -> None:
    encoder = working_encoder("auto")
    source = ["-f", "lavfi", "-i", "testsrc=size=320x240:duration=0.2", "-pix_fmt", "yuv420p"]
    run_ffmpeg([*source, "-c:v", encoder, str(tmp_path / "a.mp4")], timeout_s=60)
    assert working_encoder("libx264") == "libx264"


def test_an_encoder_that_only_fails_at_run_time_is_not_chosen(
    fresh_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A card without NVENC: ffmpeg lists the encoder and fails when it opens it."""
    calls = tmp_path / "calls"
    fake = tmp_path / "ffmpeg"
    fake.write_text(f"#!/bin/sh\necho x >> {calls}\necho 'No capable devices found' >&2\nexit 1\n")
    fake.chmod(0o755)
    fresh_settings.setenv("CLIPPER_FFMPEG", str(fake))
    assert [working_encoder() for _ in range(3)] == ["libx264"] * 3
    assert calls.read_text() == "x\n", "asked once per process"
    with pytest.raises(NotInstalled, match="h264_nvenc does not work on this machine"):
        working_encoder("h264_nvenc")


def test_an_encoder_that_works_is_chosen(
    fresh_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "ffmpeg"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    fresh_settings.setenv("CLIPPER_FFMPEG", str(fake))
    assert working_encoder() == "h264_nvenc"
    assert working_encoder("h264_nvenc") == "h264_nvenc"


def test_an_unknown_encoder_is_refused() -> None:
    with pytest.raises(NotInstalled, match="no encoder 'x265'"):
        working_encoder("x265")


_Found = TypeVar("_Found")


def _children(parent: int | None = None) -> list[int]:
    found = subprocess.run(
        ["ps", "-ww", "-o", "pid=,ppid=,args=", "-A"], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split(None, 2) for line in found.splitlines())
    return [
        int(row[0])
        for row in rows
        if len(row) == 3 and int(row[1]) == (parent or os.getpid()) and "lavfi" in row[2]
    ]


def _runs(pid: int) -> bool:
    try:
        # A zombie waits for init to collect it, and is dead.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for(condition: Callable[[], _Found], seconds: float = 10) -> _Found:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError("it did not happen")
