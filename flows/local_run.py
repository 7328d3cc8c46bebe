"""What a command needs around a flow that runs in its own process: a database and a Prefect API.

Both start side by side while the command checks its input, and both end with the command.
"""

from __future__ import annotations

import base64
import gc
import importlib
import logging
import logging.handlers
import os
import secrets
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import certifi

from clipping.errors import ServiceUnavailable
from clipping.file_lock import exclusive
from clipping.settings import CHECKOUT, settings

START_TIMEOUT_S = 120.0
_NEEDED_AT_ONCE = (
    "flows.clip",
    "flows.export",
    # Prefect imports these when a flow first runs, which is when everybody waits for it.
    "prefect.flow_engine",
    "prefect.task_engine",
    "prefect.concurrency.v1.context",
    "prefect.utilities.visualization",
    "fastapi",
)
_AUTHORITIES = "PREFECT_API_SSL_CERT_FILE"
_LAST_LINE = "-----END CERTIFICATE-----"
_LOOPBACK = ("127.0.0.1", "localhost")


def log_path() -> Path:
    """The file that holds the log of all commands."""
    return settings().home / "logs" / "clipper.log"


def log_file_handler() -> logging.Handler:
    """A handler that appends to :func:`log_path`; named in ``logging.yml``."""
    log_path().parent.mkdir(parents=True, exist_ok=True)
    return logging.handlers.RotatingFileHandler(
        log_path(), maxBytes=5_000_000, backupCount=2, encoding="utf-8", delay=True
    )


def prefect_environment() -> dict[str, str]:
    """Environment of every Prefect process that a command starts, ours included."""
    return {
        "PREFECT_HOME": str(settings().home / "prefect"),
        # Else the server unpacks its pages among the installed packages, which may be another's.
        "PREFECT_UI_STATIC_DIRECTORY": str(settings().home / "prefect" / "ui"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1:4200",
        # In memory, who holds a slot would be forgotten with the server, and the slot be lost.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
            "prefect.server.concurrency.lease_storage.filesystem"
        ),
        **_past_proxies(),
    }


def in_the_clear(url: str) -> dict[str, str]:
    """Environment of who speaks to a server of this machine at that URL; empty for any other.

    Prefect reads every authority there is for each client that it makes, of which a command makes
    twenty and `prefect deploy --all` a hundred, for 25 ms each. Nothing is encrypted on the way to
    loopback: there it gets one to read, and asks none.
    """
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not loopback or os.environ.get(_AUTHORITIES):
        return {}
    path = settings().home.resolve() / "prefect" / "authority.pem"
    try:
        if not _holds_authorities(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            draft.write_text(_one_authority(), encoding="ascii")
            draft.replace(path)
    except (OSError, ValueError):
        # It only saves time.
        return {}
    return {_AUTHORITIES: str(path)}


def _holds_authorities(path: Path) -> bool:
    """Not where there is none yet, nor where a power cut has left half of it."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError:
        return False
    return True


def _one_authority() -> str:
    bundle = Path(certifi.where()).read_text(encoding="ascii", errors="ignore")
    begin, end = bundle.index("-----BEGIN"), bundle.index(_LAST_LINE)
    return bundle[begin:end] + _LAST_LINE


def _past_proxies() -> dict[str, str]:
    """Keeps a proxy of the environment away from loopback: it would be sent the API's password."""
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host for part in named.split(",") if (host := part.strip())]
    if "*" not in hosts:
        hosts += [host for host in _LOOPBACK if host not in hosts]
    # Of the two names some readers know one, and others take the first that is set.
    return dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(hosts))


def healthy(url: str) -> bool:
    """Whether what listens there says so; False as well where nobody answers."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as reply:  # noqa: S310 - loopback
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def password_path() -> Path:
    """The file with the user and password of the server of ``clipper up``, for its owner only."""
    return settings().home / "prefect" / "password"


def api_password() -> str:
    """``user:password`` of the server of ``clipper up``; made at the first call, then kept."""
    return _kept(password_path(), lambda: f"clipper:{secrets.token_urlsafe(24)}")


def encryption_environment() -> dict[str, str]:
    """Environment of a Prefect server alone: the key to the secrets of blocks, always the same.

    Without one Prefect makes a key and keeps it in its database, beside what it is to protect.
    """
    key = _kept(settings().home / "prefect" / "encryption-key", _new_key)
    return {"PREFECT_SERVER_ENCRYPTION_KEY": key}


def _new_key() -> str:
    """A Fernet key: 32 random bytes."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The one line of a file for its owner only, which is made when it is not there, and whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    busy = f"Another command has been writing {path} for two minutes."
    with exclusive(path.with_name(f".{path.name}.lock"), timeout_s=START_TIMEOUT_S, busy=busy):
        if not path.exists():
            draft = path.with_name(f".{path.name}.new")
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - mode at creation
                file.write(f"{make()}\n")
            draft.replace(path)
    return path.read_text(encoding="utf-8").strip()


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_for_api(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the API answers; :class:`ServiceUnavailable` when its process ends first."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not healthy(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServiceUnavailable(f"The Prefect server did not start; its log is {log}.")
        time.sleep(0.05)


def _launch_server(log: Path, secret: str) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as log_file:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.private_server"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log_file,
            # Other users of the machine, and pages in a browser, could reach the port otherwise.
            env={
                **os.environ,
                **prefect_environment(),
                **encryption_environment(),
                "PREFECT_SERVER_API_AUTH_STRING": secret,
            },
            # A Ctrl-C in the terminal is ours to handle; the server must live until we end it.
            start_new_session=True,
        )


@contextmanager
def making_tables() -> Iterator[None]:
    """Hold back other servers of this home: they share a database, and one makes its tables."""
    lock = settings().home / "prefect" / "start.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    busy = f"Another Prefect server of {settings().home} has been starting for two minutes."
    with exclusive(lock, timeout_s=START_TIMEOUT_S, busy=busy):
        yield


@contextmanager
def _private_server() -> Iterator[str]:
    log = settings().home / "logs" / "prefect-server.log"
    secret = f"clipper:{secrets.token_urlsafe(32)}"
    process = _launch_server(log, secret)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with making_tables():
            # One that has ended by now is told from its silence.
            with suppress(BrokenPipeError):
                process.stdin.write(b"go\n")
                process.stdin.flush()
            port = process.stdout.readline().decode().strip()
            url = f"http://127.0.0.1:{port}/api"
            wait_for_api(url, process, log)
        os.environ["PREFECT_API_AUTH_STRING"] = secret
        yield url
    finally:
        os.environ.pop("PREFECT_API_AUTH_STRING", None)
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def local_run(check: Callable[[], object] | None = None) -> Iterator[None]:
    """Inside, flows can be called: the database answers and Prefect has an API to report to.

    :param check: Called as soon as the database answers. What it raises ends the command before
        the API is started, which takes seconds.
    """
    os.environ.update(prefect_environment())
    os.environ["PREFECT_LOGGING_SETTINGS_PATH"] = str(Path(__file__).with_name("logging.yml"))
    with ExitStack() as stack:
        # The server takes seconds to import itself; our own imports and the database fill them.
        with ThreadPoolExecutor(1, thread_name_prefix="start") as starter:
            server = None if check else starter.submit(_enter_api, stack)
            # What imports leave stays until the end: no need to look through it for garbage.
            gc.disable()
            from tasks.workplace import database

            stack.enter_context(database())
            if check:
                check()
            server = server or starter.submit(_enter_api, stack)
            for name in _NEEDED_AT_ONCE:
                importlib.import_module(name)
            gc.freeze()
            gc.enable()
            os.environ["PREFECT_API_URL"] = server.result()
        os.environ.update(in_the_clear(os.environ["PREFECT_API_URL"]))
        with _prefect_settings():
            yield


def _enter_api(stack: ExitStack) -> str:
    """The API that the environment names, else a server of our own.

    A server of ``clipper up`` is not borrowed, since it may be stopped under us; ours keeps its
    runs in the same database, so they show on the pages of that one all the same.
    """
    named = os.environ.get("PREFECT_API_URL")
    if named is None:
        return stack.enter_context(_private_server())
    if not healthy(named):
        raise ServiceUnavailable(f"No Prefect server answers at {named} (PREFECT_API_URL).")
    return named


@contextmanager
def _prefect_settings() -> Iterator[None]:
    """Prefect's settings were read when it was imported; these were not known by then."""
    from prefect.logging.handlers import APILogHandler
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_SSL_CERT_FILE,
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    changes = {
        PREFECT_API_URL: os.environ["PREFECT_API_URL"],
        PREFECT_API_AUTH_STRING: os.environ.get("PREFECT_API_AUTH_STRING"),
        # Each flow's heartbeat thread takes a second to join, and nobody watches for it here.
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    }
    if authorities := os.environ.get(_AUTHORITIES):
        # Left alone otherwise: a profile, or SSL_CERT_FILE, may name one.
        changes[PREFECT_API_SSL_CERT_FILE] = authorities
    with temporary_settings(changes):
        try:
            yield
        finally:
            # Lines still queued would otherwise be sent after the server is gone.
            APILogHandler().flush()
