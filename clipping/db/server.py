"""Starting, finding and stopping the embedded server's process.

Callers hold the lock of the home, so nobody starts while somebody stops.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clipping.db.cluster import SYSTEM_FOLDER, Cluster, failure
from clipping.errors import NeedsPerson, ServiceUnavailable

_PORT = 5432
"""Only a part of the socket's name: the server has no network address."""

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(_PORT),
    "max_connections": "50",
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "fsync": "on",
    # A crash is recovered from in seconds when there is little to replay.
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "cluster_name": "clipper",
}
_START_S = 60
_RECOVERY_S = 600
_DEAF_S = 15
_STOP_S = 60
_POLL_S = 0.01
_LOG_LIMIT_BYTES = 5_000_000

_children: set[int] = set()


@dataclass(frozen=True)
class Server:
    """A postmaster. ``status`` is ``starting``, ``ready`` or ``stopping``."""

    pid: int
    sockets: Path
    status: str

    def accepts(self) -> bool:
        """Whether it is ready and its socket answers."""
        if self.status != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_DEAF_S)
            try:
                client.connect(str(self.sockets / f".s.PGSQL.{_PORT}"))
            except OSError:
                return False
        return True


def ensure_running(cluster: Cluster) -> Server:
    """The cluster's server, started unless it runs; a crashed or deaf one is replaced.

    Raises ServiceUnavailable with the reason from its log when it does not come up.
    """
    launch: Launch | None = None
    began = heard_at = time.monotonic()
    try:
        while True:
            server = running(cluster)
            if server is not None and server.accepts():
                if launch is not None:
                    launch.adopt()
                return server
            now = time.monotonic()
            if launch is not None and launch.ended():
                launch.explain(retry=now - began < _START_S)
                launch = None
            elif server is None and launch is None:
                launch = Launch(cluster)
                heard_at = now
            elif server is None or server.status != "ready":
                heard_at = now
            elif now - heard_at > _DEAF_S:
                stop(cluster, server)
            _give_up(cluster, server, now - began)
            time.sleep(_POLL_S)
    except BaseException:
        if launch is not None:
            launch.abandon()
        raise


def _give_up(cluster: Cluster, server: Server | None, waited_s: float) -> None:
    # Recovery after a crash takes as long as it takes; a process that says nothing is another case.
    if waited_s > (_START_S if server is None else _RECOVERY_S):
        doing = "silent" if server is None else server.status
        raise ServiceUnavailable(
            f"The local Postgres server is {doing} after {waited_s:.0f} seconds; "
            f"its log is {cluster.log}."
        )


def running(cluster: Cluster) -> Server | None:
    """The server that works on the cluster's data now."""
    _reap()
    try:
        lines = (cluster.data / "postmaster.pid").read_text(errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _runs_with(pid, cluster.data):
        return None
    if len(lines) < 8:
        return Server(pid, Path("/nonexistent"), "starting")
    return Server(pid, Path(lines[4]), lines[7].strip())


def stop(cluster: Cluster, known: Server) -> None:
    """Shut the server down, waiting for it; nothing happens when it is gone already."""
    server = running(cluster) or known
    for order in (signal.SIGINT, signal.SIGQUIT):
        deadline = time.monotonic() + _STOP_S
        if _runs_with(server.pid, cluster.data):
            with suppress(ProcessLookupError):
                os.kill(server.pid, order)
        while time.monotonic() < deadline:
            _reap()
            if not _runs_with(server.pid, cluster.data):
                return
            time.sleep(_POLL_S)
    raise ServiceUnavailable(
        f"The local Postgres server (process {server.pid}) does not stop; its log is {cluster.log}."
    )


class Launch:
    """A server process that this process has started and still answers for."""

    def __init__(self, cluster: Cluster) -> None:
        sockets = _socket_folder(cluster)
        _clear_stale(cluster)
        _clear_sockets(sockets)
        self._log = cluster.log
        self._log_start = 0
        if self._log.exists():
            self._log_start = self._log.stat().st_size
            if self._log_start > _LOG_LIMIT_BYTES:
                self._log.replace(self._log.with_name("log.old"))
                self._log_start = 0
        arguments = [str(cluster.binaries / "postgres"), "-D", str(cluster.data)]
        arguments += ["-k", str(sockets)]
        for name, value in SETTINGS.items():
            arguments += ["-c", f"{name}={value}"]
        # The shell opens the log with the account's rights, never with root's.
        script = 'log=$1; shift; exec "$@" >>"$log" 2>&1'
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", str(self._log), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the terminal is for us; the server ends when its last user leaves.
            start_new_session=True,
            **cluster.run_as(),
        )

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def explain(self, *, retry: bool) -> None:
        """Raise what the log says about the end, unless trying again may help."""
        try:
            with self._log.open("rb") as log:
                log.seek(self._log_start)
                said = log.read().decode(errors="replace")
        except FileNotFoundError:
            said = ""
        # Children of a killed server take a moment to notice and to let go of its memory.
        if not (retry and "pre-existing shared memory block" in said):
            raise failure("The local Postgres server did not start", said)

    def adopt(self) -> None:
        """Leave the process to the last user of the server, who may be another process."""
        _children.add(self._process.pid)
        # Popen would complain about a child that still runs when it goes.
        self._process.returncode = 0

    def abandon(self) -> None:
        """Stop the process, which nobody uses yet."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_DEAF_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _clear_stale(cluster: Cluster) -> None:
    """Make ``postmaster.pid`` of a server that is known to be gone harmless.

    After a restart of the machine its number can belong to any process, which Postgres would take
    for the server; the number of its own parent it knows to be none. The rest of the file has to
    stay: from it Postgres sees whether old children still use the shared memory.
    """
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(cluster.data / "postmaster.pid", flags)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "r+b") as file:
        rest = file.read().partition(b"\n")[2]
        file.seek(0)
        file.write(b"%d\n" % os.getpid() + rest)
        file.truncate()


def _clear_sockets(sockets: Path) -> None:
    """Free the socket, also from a server whose data was deleted under it."""
    lock = sockets / f".s.PGSQL.{_PORT}.lock"
    try:
        pid = int(lock.read_text(errors="replace").splitlines()[0])
    except (OSError, ValueError, IndexError):
        pid = 0
    if pid > 0 and _runs_with(pid, sockets):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + _STOP_S
        while _runs_with(pid, sockets) and time.monotonic() < deadline:
            _reap()
            time.sleep(_POLL_S)
    for left in (lock, sockets / f".s.PGSQL.{_PORT}"):
        left.unlink(missing_ok=True)


def _socket_folder(cluster: Cluster) -> Path:
    """A folder that only the server's account can enter, with a name short enough for a socket.

    A socket's path has to stay below 104 bytes on macOS, and a checkout can lie deep.
    """
    uid = os.geteuid() if cluster.account is None else cluster.account.uid
    if cluster.folder.is_relative_to(SYSTEM_FOLDER):
        candidates = [SYSTEM_FOLDER / cluster.short_name / "socket"]
    else:
        name = f"clipper-{uid}-{cluster.short_name}"
        candidates = [Path("/tmp") / f"{name}{suffix}" for suffix in ("", "-1", "-2", "-3")]  # noqa: S108
    for folder in candidates:
        if _make_private(folder, uid, cluster):
            return folder
    raise NeedsPerson(f"The folder {candidates[0]} belongs to another user; remove it.")


def _make_private(folder: Path, uid: int, cluster: Cluster) -> bool:
    """Whether ``folder`` is now the account's own; one that somebody else made never is."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        if cluster.account is not None:
            os.chown(folder, uid, cluster.account.gid, follow_symlinks=False)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        return False
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)
    return True


def _runs_with(pid: int, path: Path) -> bool:
    """Whether the process exists and was started with ``path`` as an argument.

    Numbers of processes are used again, so a number alone says nothing. A zombie has no arguments.
    """
    wanted = os.fsencode(path)
    if Path("/proc/self/cmdline").exists():
        try:
            return wanted in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
    try:
        listed = subprocess.run(
            ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, check=False
        )
    except OSError:
        return _exists(pid)
    return wanted in listed.stdout


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _reap() -> None:
    """Collect servers that this process started and that have ended since."""
    for pid in tuple(_children):
        try:
            ended = os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            ended = True
        if ended:
            _children.discard(pid)
