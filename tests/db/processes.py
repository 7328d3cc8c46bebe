"""Other processes that use the database, to be killed or raced with."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]


@contextmanager
def python(code: str, *arguments: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A Python process that runs ``code``; killed at the end of the block if it still runs."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "CLIPPER_HOME"}
    }
    environment |= {"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line that the process prints; what it said on stderr if there is none."""
    assert process.stdout is not None
    said = process.stdout.readline().rstrip("\n")
    if not said and process.stderr is not None:
        raise AssertionError(process.stderr.read())
    return said


def finish(process: subprocess.Popen[str], timeout_s: float = 120) -> str:
    """Let the process go on, and what it printed until its end, which must be a good one."""
    out, errors = process.communicate("\n", timeout=timeout_s)
    assert process.returncode == 0, errors
    return out
