"""The other end of a rehearsal's process: orders go out, answers and deaths come back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clipping.errors import Broken, NotInstalled
from clipping.settings import CHECKOUT


class Worker:
    """The process that plans and publishes, and those after it."""

    def __init__(self, given: dict[str, Any], home: Path, variables: Mapping[str, str]) -> None:
        self._log = (home / "log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tasks.rehearsal_process", json.dumps(given)],
            cwd=CHECKOUT,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self.log = home / "log"
        self.died = 0
        self._pid = 0

    def begin(self) -> None:
        """Wait until it is there.

        :raises NotInstalled: Something that posting needs is missing.
        """
        answer = self._read()
        if "missing" in answer:
            raise NotInstalled(answer["missing"])
        self._pid = answer["alive"]

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self._pid, signal.SIGKILL)

    def ask(self, act: str, **order: Any) -> Any:
        """What it answers; None when it was killed meanwhile, and the next one is there.

        :raises Broken: It has ended for another reason, or refuses.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"act": act, **order}).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._read()
        if "died" in answer:
            self.died += 1
            self._pid = self._read()["alive"]
            return None
        if "refused" in answer:
            raise Broken(f"The rehearsal's {act} failed: {answer['refused']}")
        return answer["said"]

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            self._log.flush()
            last = self.log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            said = f": {last[0][:200]}" if last else ""
            raise Broken(f"The process of the rehearsal has ended with {code}{said}.")
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self) -> None:
        """Let it go."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
