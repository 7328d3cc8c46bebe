"""Test processes share the process that their commands are forked from."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clipping.settings import CHECKOUT
from tests.flows.conftest import Clipper, command_house

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="commands are forked on Linux only")

COMES_AND_IS_KILLED = """
import os, signal, sys
from tests.support.forked import CommandHouse
house = CommandHouse(sys.argv[1])
house.start(["--help"], dict(os.environ), "flows.cli")
house.start(["--help"], dict(os.environ), "flows.cli")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_test_process_that_is_killed_leaves_the_others_their_commands(tmp_path: Path) -> None:
    clipper = Clipper(tmp_path / "home")
    assert clipper.run("--help").returncode == 0
    for _ in range(3):
        killed = subprocess.run(
            [sys.executable, "-c", COMES_AND_IS_KILLED, command_house().name],
            cwd=CHECKOUT,
            env=dict(os.environ),
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
    done = clipper.run("--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
