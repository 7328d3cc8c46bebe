"""The child that talks to a site, from outside: started bare, heard out, never left behind."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO

from clipping.errors import (
    ClippingError,
    FetchFailed,
    Interrupted,
    NotInstalled,
    ServiceUnavailable,
)
from clipping.media.process import dying_with_us
from clipping.settings import CHECKOUT
from clipping.sources.exchange import Failure, Job, Message
from clipping.sources.failures import explained

COMMAND: tuple[str, ...] = (sys.executable, "-s", "-m", "clipping.sources.fetching")
"""Tests put an entry of their own here, which plays the internet on loopback."""

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Whom to trust, where the environment says so; else the bundle of certifi counts."""

SILENCE_S = 240.0
"""A child that says nothing for so long hangs; it gives up on a socket ten times sooner."""

LONGEST_S = 12 * 3600.0
"""A site that sends a few bytes a minute is not waited for forever; the next run goes on."""

_LOOK_S = 0.25
_LONGEST_LINE = 4 * 1024**2
_PASSED_ON = (
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


def converse(
    job: Job, site_name: str, heard: Callable[[Message], None], idle: Callable[[], None]
) -> Message:
    """Have a job done by a child process and return the last thing it said.

    The child is gone when this returns or raises, and on Linux also when this process is killed.

    :param site_name: For the sentence of an error.
    :param heard: Called with each thing the child says before the last.
    :param idle: Called several times a second; may raise to end the work.
    :raises ClippingError: What :func:`clipping.sources.failures.explained` makes of a failure.
    :raises Interrupted: The child was killed from outside.
    :raises ServiceUnavailable: It hung, or took longer than :data:`LONGEST_S`.
    :raises FetchFailed: It ended without an answer.
    :raises NotInstalled: It cannot be started.
    """
    with _running(job) as process:
        assert process.stdout is not None
        for message in _messages(process.stdout, site_name, idle):
            if message.get("kind") == "done":
                return message
            if message.get("kind") == "failed":
                raise explained(Failure.from_message(message), site_name)
            heard(message)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        raise _ended(process.poll(), site_name)


def _ended(code: int | None, site_name: str) -> ClippingError:
    if code is not None and code < 0:
        return Interrupted(f"The download from {site_name} was killed from outside.")
    return FetchFailed(f"The download from {site_name} ended without an answer (exit {code}).")


@contextmanager
def _running(job: Job) -> Iterator[subprocess.Popen[bytes]]:
    home = Path(job.folder) / ".home"
    home.mkdir(exist_ok=True)
    try:
        process = subprocess.Popen(
            dying_with_us(list(COMMAND)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What a library writes there may hold addresses and cookies.
            stderr=subprocess.DEVNULL,
            env=_environment(home),
            cwd=CHECKOUT,
            # A group of its own: Ctrl-C reaches us alone, and its own children end with it.
            process_group=0,
        )
    except OSError as error:
        raise NotInstalled(f"Python cannot be started again: {error.strerror}.") from error
    try:
        assert process.stdin is not None
        Thread(target=_hand_over, args=(process.stdin, job), daemon=True).start()
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        shutil.rmtree(home, ignore_errors=True)


def _hand_over(pipe: IO[bytes], job: Job) -> None:
    """In a thread: cookies can be more than a pipe holds, and the child may die meanwhile."""
    with suppress(OSError):
        pipe.write(job.to_json().encode())
    with suppress(OSError):
        pipe.close()


def _environment(home: Path) -> dict[str, str]:
    """All that the child sees of ours: no path, no proxy, no secret."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed_on,
        "HOME": str(home),
        "TMPDIR": str(home),
        "DENO_DIR": str(home / "deno"),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "YTDLP_NO_PLUGINS": "1",
    }


def _messages(pipe: IO[bytes], site_name: str, idle: Callable[[], None]) -> Iterator[Message]:
    """What the child says, line by line, until it closes the pipe.

    :raises ServiceUnavailable: It says nothing for too long, or goes on for too long.
    """
    now = time.monotonic()
    end, silent_until = now + LONGEST_S, now + SILENCE_S
    rest = b""
    while True:
        idle()
        ready, _, _ = select.select([pipe], [], [], _LOOK_S)
        now = time.monotonic()
        if now > end or (not ready and now > silent_until):
            raise ServiceUnavailable(
                f"The download from {site_name} came to a standstill and was ended; the next try "
                "goes on where it was."
            )
        if not ready:
            continue
        chunk = os.read(pipe.fileno(), 1 << 16)
        if not chunk:
            return
        silent_until = now + SILENCE_S
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise FetchFailed(f"The download from {site_name} gave an answer without end.")
        yield from (_message(line, site_name) for line in lines)


def _message(line: bytes, site_name: str) -> Message:
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise FetchFailed(f"The download from {site_name} gave an answer that cannot be read.")
    return message
