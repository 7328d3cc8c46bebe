"""``python -m flows.deploying`` says in one sentence why a server could not be told.

What it does with one that answers stands in ``test_compose_started.py`` and ``test_up.py``, where
there is one.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clipping.settings import CHECKOUT
from tests.flows.conftest import Clipper


def tell_server(
    place: Clipper, api: str | None, password: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it as the compose file does."""
    named = {"PREFECT_API_URL": api, "PREFECT_API_AUTH_STRING": password}
    given = {name: value for name, value in named.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-m", "flows.deploying"],
        cwd=CHECKOUT,
        env={**place.environment, "PREFECT_HOME": str(place.home / "client"), **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.mark.parametrize(
    ("api", "sentence"),
    [
        pytest.param(None, "Name the Prefect server in PREFECT_API_URL.", id="not named"),
        pytest.param(
            "http://127.0.0.1:9/api",
            "No Prefect server answers at http://127.0.0.1:9/api (PREFECT_API_URL).",
            id="not there",
        ),
    ],
)
def test_a_server_that_cannot_be_told_is_one_sentence(
    tmp_path: Path, api: str | None, sentence: str
) -> None:
    done = tell_server(Clipper(tmp_path), api)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == sentence
    assert "Traceback" not in done.stderr
