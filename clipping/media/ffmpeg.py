"""Running the ffmpeg binary: always an argument list, never a shell, and never left behind."""

from __future__ import annotations

import errno
import os
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from clipping.errors import ClippingError, DiskFull, Interrupted, NotInstalled, RenderFailed
from clipping.media.process import NOT_STARTED, running
from clipping.settings import settings

SOFTWARE_ENCODER = "libx264"
HARDWARE_ENCODER = "h264_nvenc"

_LOG_TAIL_CHARS = 4_000
_FULL_DISK = ("No space left on device", "Disk quota exceeded")
_ASKED_TO_STOP = re.compile(r"received signal \d+|Received > 3 system signals")
_CRASHES = {
    signal.SIGSEGV,
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGTRAP,
    signal.SIGSYS,
}


@dataclass(frozen=True)
class FfmpegRun:
    """What a finished run said: ``log`` is its standard error, ``stdout`` empty unless captured."""

    log: str
    stdout: bytes


@lru_cache(maxsize=4)
def _bundled_ffmpeg() -> Path:
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise NotInstalled(
            "ffmpeg is missing on this machine; install imageio-ffmpeg or name a binary in "
            "CLIPPER_FFMPEG."
        ) from error


def ffmpeg_path() -> Path:
    """The ffmpeg binary: the one that settings name, else the static one of imageio-ffmpeg.

    :raises NotInstalled: There is none, or it is not an executable file.
    """
    path = settings().ffmpeg or _bundled_ffmpeg()
    path = Path(shutil.which(path) or path)
    if not path.is_file() or not os.access(path, os.X_OK):
        raise NotInstalled(f"{path} is not an executable ffmpeg; correct CLIPPER_FFMPEG.")
    return path.absolute()


def run_ffmpeg(
    args: Sequence[str],
    *,
    timeout_s: float,
    duration_ms: int = 0,
    on_progress: Callable[[float], None] | None = None,
    capture_stdout: bool = False,
) -> FfmpegRun:
    """Run ffmpeg to its end and return what it said.

    The process is gone when this returns or raises, whatever was raised, and on Linux also when
    this process is killed. ``on_progress`` is called in the calling thread.

    :param args: Arguments without the binary; the last one is usually the output.
    :param duration_ms: Length of the output, from which the fraction of progress is made; with 0
        only the end is reported.
    :param on_progress: Called with a rising fraction 0..1.
    :param capture_stdout: Collect standard output, for raw data sent to ``pipe:1``.
    :raises Interrupted: ffmpeg was killed from outside.
    :raises DiskFull: The output's disk is full.
    :raises RenderFailed: It failed, crashed or took longer than ``timeout_s``; ``log_tail`` holds
        the end of its log.
    :raises NotInstalled: The binary cannot be executed.
    """
    deadline = time.monotonic() + timeout_s
    with running(partial(_command, args), capture_stdout) as child:
        try:
            for fraction in _fractions(child.progress_fd, duration_ms, deadline):
                if on_progress is not None:
                    on_progress(fraction)
            code = child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except (_TimeUp, subprocess.TimeoutExpired):
            child.end()
            raise RenderFailed(
                f"ffmpeg did not finish within {timeout_s:.0f} s and was stopped.",
                log_tail=child.log.text()[-_LOG_TAIL_CHARS:],
            ) from None
        child.end()
    if code != 0:
        raise _failure(code, child.log.text(), args)
    return FfmpegRun(child.log.text(), child.output.data())


def working_encoder(wanted: str = "auto") -> str:
    """The H.264 encoder to use: ``h264_nvenc`` when it really encodes here, else ``libx264``.

    :param wanted: ``auto``, or one of the two by name.
    :raises NotInstalled: ``h264_nvenc`` was asked for by name and does not work, or the name is
        not known.
    """
    if wanted == SOFTWARE_ENCODER:
        return wanted
    if wanted not in ("auto", HARDWARE_ENCODER):
        raise NotInstalled(
            f"There is no encoder {wanted!r}; choose auto, {SOFTWARE_ENCODER} or "
            f"{HARDWARE_ENCODER}."
        )
    if _hardware_encodes(ffmpeg_path()):
        return HARDWARE_ENCODER
    if wanted == HARDWARE_ENCODER:
        raise NotInstalled(
            f"{HARDWARE_ENCODER} does not work on this machine; set CLIPPER_ENCODER to auto or "
            f"{SOFTWARE_ENCODER}."
        )
    return SOFTWARE_ENCODER


@lru_cache(maxsize=4)
def _hardware_encodes(binary: Path) -> bool:
    """Whether one frame gets through NVENC: a listed encoder says nothing about the hardware.

    Data-centre cards without an encoder (H100, H200) and drivers that are too old fail only here.
    """
    source = "color=size=1080x1920:rate=30:duration=1"
    args = ["-f", "lavfi", "-i", source, "-frames:v", "1", "-c:v", HARDWARE_ENCODER]
    try:
        run_ffmpeg([*args, "-f", "null", "-"], timeout_s=30)
    except ClippingError:
        return False
    return True


@lru_cache(maxsize=4)
def ffmpeg_build() -> str:
    """Name and version of the ffmpeg binary: another one may encode the same pictures otherwise."""
    run = run_ffmpeg(["-version"], timeout_s=30, capture_stdout=True)
    return " ".join(run.stdout.decode(errors="replace").partition("\n")[0].split()[:3])


@lru_cache(maxsize=1)
def repeatable_x264_args() -> tuple[str, ...]:
    """Options without which x264 gives other bytes each time on processors with AVX-512.

    Seen with the x264 of ffmpeg 9.0.2, one thread, look-ahead with B frames and macroblock trees:
    equal pictures in, three different files out. Without its AVX-512 code they are equal, also to
    those of a processor without it, and no slower (0.98x the CPU time, measured 2026-11).
    """
    try:
        features = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return ("-x264-params", "asm=avx2") if "avx512" in features else ()


def _command(args: Sequence[str], progress_fd: int) -> list[str]:
    # Progress has a pipe of its own, so standard output stays free for data.
    own = ["-hide_banner", "-nostdin", "-nostats", "-y", "-progress", f"pipe:{progress_fd}"]
    return [str(ffmpeg_path()), *own, *args]


class _TimeUp(Exception):
    """The time given to a run is over."""


def _fractions(descriptor: int, duration_ms: int, deadline: float) -> Iterator[float]:
    """Rising fractions from ffmpeg's ``-progress`` report, until it closes the pipe."""
    done, rest = 0.0, b""
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise _TimeUp
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            fraction = _fraction(line.decode(errors="replace").strip(), duration_ms)
            if fraction is not None and fraction > done:
                done = fraction
                yield done


def _fraction(line: str, duration_ms: int) -> float | None:
    """What one ``key=value`` line says about progress; ``out_time_us`` is ``N/A`` at first."""
    key, _, value = line.partition("=")
    if key == "progress" and value == "end":
        return 1.0
    if key == "out_time_us" and duration_ms > 0 and value.lstrip("-").isdigit():
        return min(0.999, max(0.0, int(value) / 1000 / duration_ms))
    return None


def _failure(code: int, log: str, args: Sequence[str]) -> ClippingError:
    """The error that an exit status stands for."""
    tail = log[-_LOG_TAIL_CHARS:]
    output = Path(args[-1]).name if args else "its output"
    if code == NOT_STARTED:
        return NotInstalled(f"{ffmpeg_path()} cannot be executed: {log.strip()}.")
    if code < 0 and -code in _CRASHES:
        name = signal.Signals(-code).name
        return RenderFailed(f"ffmpeg crashed ({name}) while it made {output}.", log_tail=tail)
    # ffmpeg catches SIGTERM and SIGINT and then leaves with status 255; a wrapper script passes
    # a signal on as 128 plus its number.
    if code < 0 or code in (128 + 9, 128 + 15) or _ASKED_TO_STOP.search(tail):
        return Interrupted(f"ffmpeg was killed from outside while it made {output}.")
    if code == 256 - errno.ENOSPC or any(phrase in log for phrase in _FULL_DISK):
        return DiskFull(f"The disk is full: {output} could not be written; free some space.")
    return RenderFailed(f"ffmpeg failed on {output}: {_last_words(log)}", log_tail=tail)


def _last_words(log: str) -> str:
    """The last line of the log that names a failure, or simply the last one."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [
        line for line in lines if re.search(r"error|invalid|no such|unable|fail", line, re.I)
    ]
    words = (telling or lines or ["it gave no reason"])[-1]
    return words.rstrip(".") + "."
