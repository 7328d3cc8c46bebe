"""``python -m flows.deploying`` says in one sentence why a server could not be told.

What it does with one that answers stands in ``test_compose_started.py`` and ``test_up.py``, where
there is one.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from clipping.settings import CHECKOUT
from flows import deploying
from tests.flows.conftest import Clipper


def _refusal(api: str) -> str:
    """What it ends with, told the server at that address."""
    told = {PREFECT_API_URL: api, PREFECT_API_AUTH_STRING: "clipper:guess"}
    with temporary_settings(told), pytest.raises(SystemExit) as ended:
        deploying.main()
    return str(ended.value.code)


def test_without_a_server_it_ends_with_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.deploying"],
        cwd=CHECKOUT,
        env={**Clipper(tmp_path).environment, "PREFECT_HOME": str(tmp_path / "client")},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == "Name the Prefect server in PREFECT_API_URL."
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there_is_named() -> None:
    api = "http://127.0.0.1:9/api"
    assert _refusal(api) == f"No Prefect server answers at {api} (PREFECT_API_URL)."


def test_a_server_that_refuses_us_is_named(prefect_api: dict[str, str]) -> None:
    api = prefect_api["PREFECT_API_URL"]
    assert _refusal(api) == (
        f"The Prefect server at {api} wants another password (PREFECT_API_AUTH_STRING)."
    )
