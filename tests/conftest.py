"""Rules that every test lives under, and fixtures that more than one folder needs."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.support.database"]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests one process takes: those of a file, and all that look at the same first clips."""
    for item in items:
        shared = "clipper" in getattr(item, "fixturenames", ())
        item.add_marker(
            pytest.mark.xdist_group("clipper" if shared else item.nodeid.partition("::")[0])
        )


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
