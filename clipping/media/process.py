"""A child process that is read from without ever blocking it, and that does not outlive us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import IO

from clipping.errors import NotInstalled

NOT_STARTED = 127
"""The shells' own exit status for "could not be executed"; ffmpeg does not use it."""

_LOG_LIMIT_BYTES = 16 * 1024**2

# On Linux ffmpeg is started through these few lines, which ask the kernel to kill the process
# when its parent dies (PR_SET_PDEATHSIG is 1), SIGKILL of the parent included, and then become
# ffmpeg. A preexec_fn would do the same, but runs Python between fork and exec, where a lock
# held by another thread is never released: workers that render in threads would hang now and
# then. The detour costs about 15 ms. (The kernel means the thread that started the process; that
# one waits for its end here.) Elsewhere a SIGKILLed parent can leave ffmpeg to finish into its
# temporary file, which the next run replaces.
_DIE_WITH_PARENT = f"""
import os, sys
try:
    import ctypes
    ctypes.CDLL(None).prctl(1, int(sys.argv[2]))
except (ImportError, OSError, AttributeError):
    pass
if os.getppid() != int(sys.argv[1]):
    sys.exit({NOT_STARTED})
try:
    os.execv(sys.argv[3], sys.argv[3:])
except OSError as error:
    sys.stderr.write(str(error))
    sys.exit({NOT_STARTED})
"""


class _Drain:
    """Reads a pipe to its end in a thread, so that a child which talks a lot never blocks."""

    def __init__(self, pipe: IO[bytes] | None, limit_bytes: int | None = None) -> None:
        self._pipe = pipe
        self._chunks: deque[bytes] = deque()
        self._limit = limit_bytes
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        if self._pipe is None:
            return
        size = 0
        while chunk := os.read(self._pipe.fileno(), 1 << 16):
            self._chunks.append(chunk)
            size += len(chunk)
            while self._limit is not None and size > self._limit:
                size -= len(self._chunks.popleft())

    def finish(self) -> None:
        """Wait for the end of the pipe; it is near, because every writer is gone."""
        self._thread.join(timeout=10)
        if self._pipe is not None and not self._thread.is_alive():
            self._pipe.close()

    def data(self) -> bytes:
        return b"".join(self._chunks)

    def text(self) -> str:
        return self.data().decode(errors="replace")


class Child:
    """A running ffmpeg with its three pipes."""

    def __init__(self, process: subprocess.Popen[bytes], progress_fd: int) -> None:
        self.process = process
        self.progress_fd = progress_fd
        self.log = _Drain(process.stderr, _LOG_LIMIT_BYTES)
        self.output = _Drain(process.stdout)

    def end(self) -> None:
        """Kill it if it still runs, and collect what it said; a second call does nothing."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
        self.log.finish()
        self.output.finish()


@contextmanager
def running(command: Callable[[int], list[str]], capture_stdout: bool) -> Iterator[Child]:
    """The running process; killed and reaped when the block is left before it ended.

    :param command: Makes the argument list, given the descriptor to which progress is written.
    :raises NotInstalled: It cannot be executed.
    """
    progress_read, progress_write = os.pipe()
    try:
        try:
            arguments = command(progress_write)
            process = subprocess.Popen(
                dying_with_us(arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if capture_stdout else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(progress_write,),
                # A group of its own: Ctrl-C reaches us alone, and we decide how ffmpeg ends.
                process_group=0,
            )
        except OSError as error:
            raise NotInstalled(f"{arguments[0]} cannot be executed: {error.strerror}.") from error
        finally:
            os.close(progress_write)
        child = Child(process, progress_read)
        try:
            yield child
        finally:
            child.end()
    finally:
        os.close(progress_read)


def dying_with_us(command: list[str], sent: signal.Signals = signal.SIGKILL) -> list[str]:
    """The command, made to get the signal ``sent`` when the thread that starts it ends."""
    if sys.platform == "linux" and sys.executable:
        # -I -S: nothing of the environment or of site-packages is imported on the way.
        launcher = [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT]
        return [*launcher, str(os.getpid()), str(int(sent)), *command]
    return command
