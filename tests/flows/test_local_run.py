"""What a command starts around its flow."""

from __future__ import annotations

import pytest

from clipping.errors import Rejected
from clipping.settings import settings
from flows import local_run


def test_what_is_refused_by_the_database_alone_starts_no_server(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.delenv("PREFECT_LOGGING_SETTINGS_PATH", raising=False)
    settings.cache_clear()
    for name, value in local_run.prefect_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(local_run, "_launch_server", lambda *_: pytest.fail("a server started"))

    def check() -> None:
        raise Rejected("There is no clip clip_none.")

    try:
        with pytest.raises(Rejected, match="clip_none"), local_run.local_run(check):
            pytest.fail("the run went on")
    finally:
        settings.cache_clear()
