"""A Prefect server that ends before it serves is told in a sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.errors import ServiceUnavailable
from clipping.settings import settings
from flows import local_run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_a_server_that_ended_while_others_were_waited_for_is_told_with_its_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def launch(*_: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        process.wait()
        return process

    monkeypatch.setattr(local_run, "_launch_server", launch)
    monkeypatch.setattr(local_run, "healthy", lambda _: False)
    with (
        pytest.raises(ServiceUnavailable, match=r"did not start; its log is .*server\.log"),
        local_run._private_server(),
    ):
        pytest.fail("it started")
