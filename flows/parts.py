"""The parts of ``clipper up``: processes that are started again when they end by themselves."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from clipping.errors import ServiceUnavailable
from clipping.media.process import dying_with_us
from clipping.settings import CHECKOUT, settings

STOP_TIMEOUT_S: Final = 15.0
_MOST: Final = 5
"""So often within ``_WITHIN_S`` is a part started again; what ends more often needs a person."""
_WITHIN_S: Final = 600.0
_LONGEST_PAUSE_S: Final = 30.0
_MARK: Final = "CLIPPER_PART"
"""Names in its environment the part that a process belongs to."""


class Restarts:
    """When a part that has ended is started again. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._ends: deque[float] = deque()

    def pause_after(self, now: float) -> float | None:
        """Seconds from its end, which is now, to its next start; None when it ends too often."""
        while self._ends and now - self._ends[0] > _WITHIN_S:
            self._ends.popleft()
        self._ends.append(now)
        times = len(self._ends)
        return None if times > _MOST else min(_LONGEST_PAUSE_S, 0.5 * 4 ** (times - 1))


@dataclass
class Part:
    """A Python process in a session of its own, so that Ctrl-C reaches it only through us.

    :ivar secret: What is in its environment and in no other part's.
    """

    name: str
    arguments: list[str]
    secret: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _restarts: Restarts = field(default_factory=Restarts)
    _due: float | None = None
    _mark: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def log(self) -> Path:
        """What it writes."""
        log = settings().home / "logs" / f"{self.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        return log

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The one that was started last."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it."""
        with self.log.open("ab") as log_file:
            self._process = subprocess.Popen(
                # Should we be killed, each is asked to end by the kernel.
                dying_with_us([sys.executable, *self.arguments], signal.SIGTERM),
                cwd=CHECKOUT,
                env={**os.environ, **self.secret, _MARK: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                start_new_session=True,
            )

    def look(self, now: float) -> float | None:
        """Start it again if it has ended and its pause is over.

        :return: When it has just been found to have ended: seconds until it is started again.
        :raises ServiceUnavailable: It ends again and again.
        """
        if self._due is not None:
            if now >= self._due:
                self._due = None
                self.start()
            return None
        if self.process.poll() is None:
            return None
        self.clear_away()
        pause = self._restarts.pause_after(now)
        if pause is None:
            raise ServiceUnavailable(f"The {self.name} ends again and again; its log: {self.log}.")
        self._due = now + pause
        return pause

    def clear_away(self) -> None:
        """End what it has started: a worker's runs would go on with nobody to end them."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        # Prefect gives each run a session of its own; what it inherits tells whose it is.
        for left in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if left.environ().get(_MARK) == self._mark and left.pid != os.getpid():
                    left.kill()

    def end(self) -> None:
        """Ask it to end, then make sure that nothing of its session is left."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=STOP_TIMEOUT_S)
        self.clear_away()
        self._process.wait()


class Keeper(Part):
    """Uses the embedded database for us, and leaves it also if we are killed.

    It is there before we are, so that no moment is left in which a kill leaves a server.
    """

    def __init__(self) -> None:
        super().__init__("database", ["-m", "clipping.db.keeper"])
        # Later ours names the database, and one that is told of it starts none.
        self._environment = dict(os.environ)

    def start(self) -> None:
        """Start it; its input closes when we end."""
        with self.log.open("ab") as log_file:
            self._process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=CHECKOUT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_file,
                start_new_session=True,
            )

    def is_there(self) -> bool:
        """Wait until it uses the database; whether it does."""
        assert self.process.stdout is not None
        return bool(self.process.stdout.readline())

    def clear_away(self) -> None:
        """Close our ends; Postgres is in a session of its own, and stays."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def end(self) -> None:
        """Let it leave the database."""
        if self._process is None:
            return
        if self._process.poll() is not None:
            # Killed, and not yet started again: the next one leaves as the last, which stops it.
            self.clear_away()
            self.start()
        self.clear_away()
        self._process.wait()
