"""Children that share the second which importing yt-dlp takes: each is forked from one process.

``python -m tests.sources.children`` is that process. What a start from nothing could break is
left to the tests that ask for it.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import IO, Any

from clipping.settings import CHECKOUT

_CHILD = "tests.sources.site_child"
_LONGEST = 1 << 20
_ENDED = signal.SIGCHLD


class ForkedChild:
    """What :class:`subprocess.Popen` offers, as far as a parent asks for it."""

    def __init__(self, pid: int, stdin: int, stdout: int, end: socket.socket) -> None:
        self.pid = pid
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb", buffering=0)
        self.returncode: int | None = None
        self._end = end

    def poll(self) -> int | None:
        """The exit code, minus a signal's number, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code once there is one; TimeoutExpired without."""
        if self.returncode is None:
            self._end.settimeout(timeout)
            try:
                self.returncode = int(self._end.recv(16))
            except (TimeoutError, BlockingIOError) as error:
                raise subprocess.TimeoutExpired(_CHILD, timeout or 0) from error
            self._end.close()
        return self.returncode

    def kill(self) -> None:
        """SIGKILL, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


class Children:
    """In the place of the module ``subprocess``: children of tests are forked, others started."""

    PIPE, DEVNULL = subprocess.PIPE, subprocess.DEVNULL
    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = threading.Lock()
        self._forked: list[ForkedChild] = []
        self._home = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-m", "tests.sources.children", str(theirs.fileno())],
            cwd=CHECKOUT,
            env={"HOME": self._home.name, "PYTHONUTF8": "1", "YTDLP_NO_PLUGINS": "1"},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def Popen(self, command: list[str], **options: Any) -> Any:
        """Start what the command says, or fork a child where it names one."""
        if _CHILD not in command:
            return subprocess.Popen(command, **options)
        stdin, stdout, ended = os.pipe(), os.pipe(), socket.socketpair()
        order = {"config": command[-1], "environment": options["env"], "cwd": str(options["cwd"])}
        handed = [stdin[0], stdout[1], ended[1].fileno()]
        with self._turn:
            socket.send_fds(self._socket, [json.dumps(order).encode()], handed)
            pid = int(self._socket.recv(16))
        for one in handed[:2]:
            os.close(one)
        ended[1].close()
        self._forked.append(ForkedChild(pid, stdin[1], stdout[0], ended[0]))
        return self._forked[-1]

    def alive(self) -> list[ForkedChild]:
        """Those that were forked and have not ended."""
        self._forked = [child for child in self._forked if child.poll() is None]
        return self._forked

    def close(self) -> None:
        """End the process that children are forked from."""
        self._socket.close()
        self._process.wait(timeout=30)
        self._home.cleanup()


@functools.cache
def children() -> Children:
    """Those of this test process."""
    made = Children()
    atexit.register(made.close)
    return made


def _serve(orders: socket.socket) -> dict[str, Any] | None:
    """Fork a child for every order; in a child, its order, and None at the end of all."""
    ends: dict[int, int] = {}

    def reap(*_: object) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                end = ends.pop(ended[0])
                # Nobody may be waiting any more.
                with contextlib.suppress(BrokenPipeError):
                    os.write(end, str(os.waitstatus_to_exitcode(ended[1])).encode())
                os.close(end)

    signal.signal(_ENDED, reap)
    while True:
        order, pipes, _, _ = socket.recv_fds(orders, _LONGEST, 3)
        if not order:
            return None
        signal.pthread_sigmask(signal.SIG_BLOCK, {_ENDED})
        pid = os.fork()
        if pid == 0:
            signal.signal(_ENDED, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {_ENDED})
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for number, pipe in enumerate((pipes[0], pipes[1], nowhere)):
                os.dup2(pipe, number)
            for held in (*pipes, nowhere, orders.detach(), *ends.values()):
                os.close(held)
            taken: dict[str, Any] = json.loads(order)
            return taken
        # Here, so that its group is there once the parent knows the process.
        os.setpgid(pid, pid)
        ends[pid] = pipes[2]
        for pipe in pipes[:2]:
            os.close(pipe)
        orders.send(str(pid).encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {_ENDED})


def _become(order: dict[str, Any]) -> None:
    """Be the child that was ordered, as if its process had been started from nothing."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    sys.argv = [_CHILD, order["config"]]
    runpy.run_module(_CHILD, run_name="__main__", alter_sys=True)


def main() -> None:
    """Import what children need, then fork them until the other end of the socket is closed."""
    orders = socket.socket(fileno=int(sys.argv[1]))
    for name in ("clipping.sources.fetching", "yt_dlp.extractor.common"):
        importlib.import_module(name)
    order = _serve(orders)
    if order is not None:
        _become(order)


if __name__ == "__main__":
    main()
