"""Commands that share the seconds of their imports: each is forked from a process that has them.

``python -m tests.support.forked`` is that process. A command forked from it is a process of its
own, with its own environment, pipes, signals and end, and takes a tenth of a second to start
instead of four seconds of CPU time. What a start from nothing could break is left to the tests
that start the command as users do.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Any

from clipping.settings import CHECKOUT

_LONGEST = 1 << 20
_NOT_FOR_IMPORT = {"flows.private_server"}
"""Changes the environment when it is imported."""


class ForkedCommand:
    """What :class:`subprocess.Popen` offers, as far as tests ask for it."""

    def __init__(self, house: CommandHouse, pid: int, stdout: int, stderr: int) -> None:
        self._house = house
        self.pid = pid
        self.stdout: IO[str] = os.fdopen(stdout, encoding="utf-8")
        self.stderr: IO[str] = os.fdopen(stderr, encoding="utf-8")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, minus a signal's number, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._house.ended(self.pid, timeout_s=0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code once there is one; TimeoutExpired without."""
        if self.returncode is None:
            self.returncode = self._house.ended(self.pid, timeout_s=timeout)
            if self.returncode is None:
                raise subprocess.TimeoutExpired("clipper", timeout or 0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it still writes to its two pipes, once it has ended."""
        said = ["", ""]

        def read(place: int, pipe: IO[str]) -> None:
            said[place] = pipe.read()

        readers = [
            threading.Thread(target=read, args=(place, pipe), daemon=True)
            for place, pipe in enumerate((self.stdout, self.stderr))
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
        return said[0], said[1]

    def __enter__(self) -> ForkedCommand:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.kill()
        self.wait()
        self.stdout.close()
        self.stderr.close()


class CommandHouse:
    """Starts commands by forking them from one process, which ends with this object."""

    def __init__(self) -> None:
        # Keeps messages apart, which a stream does not.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket = ours
        self._ended: dict[int, int] = {}
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked", str(theirs.fileno())],
            cwd=CHECKOUT,
            env={
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PREFECT", "CLIPPER")) and name != "DATABASE_URL"
            }
            | {"DO_NOT_TRACK": "1"},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def start(
        self, arguments: list[str], environment: dict[str, str], module: str
    ) -> ForkedCommand:
        """Start ``python -m module`` with these arguments and with this environment alone."""
        out, err = os.pipe(), os.pipe()
        given = {"module": module, "arguments": arguments, "environment": environment}
        order = json.dumps(given).encode()
        with self._turn:
            socket.send_fds(self._socket, [order], [out[1], err[1]])
            os.close(out[1])
            os.close(err[1])
            while "started" not in (reply := self._next_reply()):
                self._ended[reply["ended"]] = reply["code"]
        return ForkedCommand(self, reply["started"], out[0], err[0])

    def ended(self, pid: int, timeout_s: float | None) -> int | None:
        """The exit code of a command, or None when it still runs after this time."""
        with self._turn:
            while pid not in self._ended:
                if not select.select([self._socket], [], [], timeout_s)[0]:
                    return None
                reply = self._next_reply()
                self._ended[reply["ended"]] = reply["code"]
            return self._ended[pid]

    def _next_reply(self) -> dict[str, int]:
        message = self._socket.recv(_LONGEST)
        if not message:
            raise RuntimeError("the process that commands are forked from has ended")
        reply: dict[str, int] = json.loads(message)
        return reply

    def close(self) -> None:
        """End the process that commands are forked from."""
        self._socket.close()
        self._process.wait(timeout=30)


def _import_all() -> None:
    for name in ("clipping", "tasks", "flows"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if module.name not in _NOT_FOR_IMPORT:
                importlib.import_module(module.name)
    from flows.local_run import _NEEDED_AT_ONCE

    for name in _NEEDED_AT_ONCE:
        importlib.import_module(name)
    if len(threading.enumerate()) > 1:
        raise RuntimeError("an import started a thread, which a fork would lose")


def _children(waker: socket.socket) -> Iterator[tuple[int, int]]:
    """The commands that have ended since the last look, with their exit codes."""
    with contextlib.suppress(BlockingIOError):
        waker.recv(_LONGEST)
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def _serve(orders: socket.socket) -> dict[str, Any] | None:
    """Fork a command for every order; in a command, its order, and None at the end of all."""
    waker, wake = socket.socketpair()
    waker.setblocking(False)
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake.fileno())
    while True:
        ready, _, _ = select.select([orders, waker], [], [])
        if waker in ready:
            for pid, code in _children(waker):
                orders.send(json.dumps({"ended": pid, "code": code}).encode())
        if orders in ready:
            order, pipes, _, _ = socket.recv_fds(orders, _LONGEST, 2)
            if not order:
                return None
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for number, pipe in enumerate(pipes, start=1):
                    os.dup2(pipe, number)
                for held in (*pipes, *(one.detach() for one in (orders, waker, wake))):
                    os.close(held)
                taken: dict[str, Any] = json.loads(order)
                return taken
            for pipe in pipes:
                os.close(pipe)
            orders.send(json.dumps({"started": pid}).encode())


def _become(order: dict[str, Any]) -> None:
    """Be the command that was ordered, as if its process had been started from nothing."""
    os.environ.clear()
    os.environ.update(order["environment"])
    _read_prefect_settings_again()
    sys.argv = [order["module"], *order["arguments"]]
    runpy.run_module(order["module"], run_name="__main__", alter_sys=True)


def _read_prefect_settings_again() -> None:
    """Prefect reads them when a command imports it, and that comes once the command knows them."""
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    from flows import local_run

    settled = local_run._prefect_settings

    def settle() -> Any:
        refresh_global_settings_context()
        setup_logging(incremental=False)
        return settled()

    local_run._prefect_settings = settle


def main() -> None:
    """Import everything, then fork commands until the other end of the socket is closed."""
    orders = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()
    _import_all()
    # Looking through it for garbage would copy all that a command shares with this process.
    gc.freeze()
    gc.enable()
    order = _serve(orders)
    if order is not None:
        _become(order)


if __name__ == "__main__":
    main()
