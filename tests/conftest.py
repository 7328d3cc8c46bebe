"""Rules that every test lives under, and fixtures that more than one folder needs."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings as hypothesis
from xdist.scheduler import LoadFileScheduling

# Once for all folders: a fixture that a module imports is another one there, and begins anew.
pytest_plugins = ["tests.support.database", "tests.support.s3"]

# Nobody's account at Claude pays for a test, nor does any process that a test starts.
for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
    del os.environ[name]

# A server that a test has Prefect start unawares costs ten seconds: there is one for all of them.
os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "false"


def pytest_configure(config: pytest.Config) -> None:
    """Name one authority of TLS for all that a test or a process of it speaks to.

    That is on loopback and in the clear, or has an authority of its own. A client otherwise reads
    all hundred and fifty of them, for 25 ms each: an eightieth of the suite.
    """
    if hasattr(config, "workerinput"):
        return
    from flows.local_run import _one_authority

    folder = TemporaryDirectory(prefix="clipper-authority-")
    config.add_cleanup(folder.cleanup)
    path = Path(folder.name) / "authority.pem"
    path.write_text(_one_authority(), encoding="ascii")
    os.environ["SSL_CERT_FILE"] = str(path)


# A machine may be busy with other things: how long an example takes says nothing.
hypothesis.register_profile("ours", deadline=None)
hypothesis.load_profile("ours")

# What imports and collection leave stays until the end: looking through it for garbage again and
# again takes a tenth of a run.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage from here on, but only among what tests make."""
    gc.freeze()
    gc.enable()


_FIRST_CLIPS = (
    "flows/test_clip_command.py",
    "flows/test_clients.py",
    "flows/test_rescue.py",
    "flows/test_variations.py",
)
_WAITS = "flows/test_up.py"
"""Waits more than it works: first, so that there is always another process that works meanwhile."""
_LONG = ("flows", "tasks", "rendering", "faces", "dashboard")
"""Folders whose tests take long: first, or one process would still be at them alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files by how long they take, as far as that is known.

    A test named after a set has another name in each process, and none of them would run.
    """
    for item in items:
        if "set(" in item.name or " object at 0x" in item.name:
            raise pytest.UsageError(f"this test's name is not the same twice: {item.nodeid:.300}")
    places = {folder: place for place, folder in enumerate(_LONG)}

    def place(item: pytest.Item) -> tuple[bool, int]:
        others = not item.nodeid.partition("::")[0].endswith(_WAITS)
        return others, places.get(item.path.parent.name, len(places))

    items.sort(key=place)


class _Together(LoadFileScheduling):  # type: ignore[misc]
    """The tests of a file go to one process, and so do files that look at the same first clips."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "the first clips" if file.endswith(_FIRST_CLIPS) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of the process that hands out the tests."""
    return _Together(config, log)


@pytest.fixture(autouse=True)
def no_error_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test in which our own code logs an ERROR fails, unless it clears ``caplog`` itself."""
    yield
    errors = [
        record
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.ERROR
        and record.name.split(".")[0] in {"clipping", "tasks", "flows", "blocks", "dashboard"}
    ]
    assert not errors, [record.getMessage() for record in errors]
