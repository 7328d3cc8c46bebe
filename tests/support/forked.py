"""Commands that share the seconds of their imports: each is forked from a process that has them.

``python -m tests.support.forked SOCKET`` is that process, for all test processes that connect to
the socket of that number; it ends with the last of them. A command forked from it is a process of
its own, with its own environment, pipes, signals and end, and takes a tenth of a second to start
instead of four seconds of CPU time. What a start from nothing could break is left to the tests
that start the command as users do.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Any

from clipping.settings import CHECKOUT

_LONGEST = 1 << 20
_WELCOME = b"come in"
_FIRST_S = 120
_PEER: int = getattr(socket, "SO_PEERCRED", 0)
_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("PREFECT", "CLIPPER")) and name != "DATABASE_URL"
} | {"DO_NOT_TRACK": "1"}
"""As it is before any test, which may change it."""
_NOT_FOR_IMPORT = {"flows.private_server"}
"""Changes the environment when it is imported."""


def _enter(address: str) -> socket.socket | None:
    """A connection to the process that commands are forked from, where it is."""
    # Keeps messages apart, which a stream does not.
    ours = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # It imports everything first, on a machine that may be busy.
    ours.settimeout(_FIRST_S)
    try:
        ours.connect(address)
        # One that is about to end lets nobody in any more.
        if ours.recv(_LONGEST) == _WELCOME:
            ours.settimeout(None)
            return ours
    except (ConnectionRefusedError, ConnectionResetError, TimeoutError):
        pass
    ours.close()
    return None


def _open(address: str) -> socket.socket | None:
    """Start that process, unless another one has just done so."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        try:
            door.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return None
            raise
        door.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked", str(door.fileno())],
            cwd=CHECKOUT,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            pass_fds=[door.fileno()],
        )
    # It ends with the last one that is connected, whoever started it.
    process.returncode = 0
    found = _enter(address)
    if found is None:
        raise RuntimeError("the process that commands are forked from does not come up")
    return found


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
    """Starts commands by forking them from one process, which all that know its name share."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._ended: dict[int, int] = {}
        self._turn = threading.Lock()
        # No file, and so nothing that is left of a run that was killed.
        address = f"\0clipper-commands-{name}"
        deadline = time.monotonic() + _FIRST_S
        while (found := _enter(address) or _open(address)) is None:
            if time.monotonic() > deadline:
                raise RuntimeError("the process that commands are forked from lets nobody in")
            time.sleep(0.05)
        self._socket = found

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
        """Leave the process that commands are forked from, which ends with who leaves last."""
        self._socket.close()


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


def _welcome(door: socket.socket) -> list[socket.socket]:
    """Let in who waits at the door, unless it is another user's process."""
    guest = door.accept()[0]
    # Only Linux has it, where alone commands are forked.
    about = guest.getsockopt(socket.SOL_SOCKET, _PEER, struct.calcsize("3i"))
    try:
        if struct.unpack("3i", about)[1] == os.getuid():
            guest.send(_WELCOME)
            return [guest]
    except OSError:
        # It was killed while it waited.
        pass
    guest.close()
    return []


def _first_guests(door: socket.socket) -> list[socket.socket]:
    """None after a while: who started this process may have been killed since."""
    while select.select([door], [], [], _FIRST_S)[0]:
        if guests := _welcome(door):
            return guests
    return []


def _tell(guest: socket.socket, what: dict[str, int]) -> None:
    # Who has left or was killed does not hear it, and the others go on.
    with contextlib.suppress(OSError):
        guest.send(json.dumps(what).encode())


def _order(guest: socket.socket) -> tuple[bytes, list[int]]:
    """What is to be run, and where its output goes; nothing from who has left or was killed."""
    try:
        order, pipes, _, _ = socket.recv_fds(guest, _LONGEST, 2)
    except ConnectionResetError:
        return b"", []
    return order, pipes


def _serve(door: socket.socket) -> dict[str, Any] | None:
    """Fork a command for every order; in a command, its order, and None when all have left."""
    waker, wake = socket.socketpair()
    waker.setblocking(False)
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake.fileno())
    whose: dict[int, socket.socket] = {}
    guests = _first_guests(door)
    while guests:
        ready, _, _ = select.select([door, waker, *guests], [], [])
        if waker in ready:
            for pid, code in _children(waker):
                _tell(whose.pop(pid), {"ended": pid, "code": code})
        for guest in set(guests).intersection(ready):
            order, pipes = _order(guest)
            if not order:
                guests.remove(guest)
                guest.close()
                continue
            pid = os.fork()
            if pid == 0:
                _leave_the_house(pipes, [door, waker, wake, *guests])
                taken: dict[str, Any] = json.loads(order)
                return taken
            for pipe in pipes:
                os.close(pipe)
            whose[pid] = guest
            _tell(guest, {"started": pid})
        if door in ready:
            guests += _welcome(door)
    return None


def _leave_the_house(pipes: list[int], sockets: list[socket.socket]) -> None:
    """Have nothing of the process that this one was forked from but its imports."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, pipe in enumerate(pipes, start=1):
        os.dup2(pipe, number)
    for held in (*pipes, *(one.detach() for one in sockets)):
        os.close(held)


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
    """Import everything, then fork commands until the last one who wants some has left."""
    door = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()
    _import_all()
    # Looking through it for garbage would copy all that a command shares with this process.
    gc.freeze()
    gc.enable()
    order = _serve(door)
    if order is not None:
        _become(order)


if __name__ == "__main__":
    main()
