"""What a command starts around its flow."""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_the_key_to_the_secrets_of_blocks_is_made_once_for_its_owner_only(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(local_run.encryption_environment) for _ in range(8)]
        keys = {one.result()["PREFECT_SERVER_ENCRYPTION_KEY"] for one in found}
    assert len(keys) == 1
    assert len(base64.urlsafe_b64decode(keys.pop())) == 32
    kept = home / "prefect" / "encryption-key"
    assert kept.stat().st_mode & 0o077 == 0
    assert not list(kept.parent.glob("*.new"))
    key = kept.read_text()
    settings.cache_clear()
    assert local_run.encryption_environment() == {"PREFECT_SERVER_ENCRYPTION_KEY": key.strip()}


def test_a_key_that_was_half_written_before_a_kill_is_not_taken_for_one(home: Path) -> None:
    draft = home / "prefect" / ".encryption-key.new"
    draft.parent.mkdir()
    draft.write_text("half")
    assert len(local_run.encryption_environment()["PREFECT_SERVER_ENCRYPTION_KEY"]) == 44


def test_the_server_of_a_command_has_the_key_and_no_other_process_has(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str] = {}
    monkeypatch.setattr(subprocess, "Popen", lambda *_, env, **__: given.update(env))
    local_run._launch_server(home / "logs" / "server.log", "clipper:secret")
    assert given.items() >= local_run.encryption_environment().items()
    assert "PREFECT_SERVER_ENCRYPTION_KEY" not in local_run.prefect_environment()


def test_of_all_authorities_a_plain_server_s_clients_read_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_SSL_CERT_FILE", raising=False)
    [(name, path)] = local_run.in_the_clear("http://127.0.0.1:4200/api").items()
    assert name == "PREFECT_API_SSL_CERT_FILE"
    assert ssl.create_default_context(cafile=path).cert_store_stats()["x509_ca"] == 1
    # A server elsewhere may lead on to an address that is encrypted.
    for other in ("https://prefect.example/api", "http://prefect.example/api"):
        assert local_run.in_the_clear(other) == {}
    Path(path).write_text("")
    assert local_run.in_the_clear("http://127.0.0.1:4200/api") == {name: path}
    assert Path(path).read_text(), "what a power cut has left of it is made anew"
    shutil.rmtree(home / "prefect")
    (home / "prefect").touch()
    assert local_run.in_the_clear("http://127.0.0.1:4200/api") == {}, "it can be done without"
    (home / "prefect").unlink()
    monkeypatch.setenv("PREFECT_API_SSL_CERT_FILE", "/somebody/s.pem")
    assert local_run.in_the_clear("http://127.0.0.1:4200/api") == {}


def test_a_command_s_own_clients_read_one_authority(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client

    monkeypatch.delenv("PREFECT_API_SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    for name, value in local_run.in_the_clear("http://127.0.0.1:9/api").items():
        monkeypatch.setenv(name, value)
    files: list[Any] = []
    real, ours = ssl.create_default_context, threading.get_ident()

    def seen(*given: Any, **named: Any) -> ssl.SSLContext:
        # Threads that Prefect leaves in a test process make clients, too.
        if threading.get_ident() == ours:
            files.append(named["cafile"])
        return real(*given, **named)

    monkeypatch.setattr(ssl, "create_default_context", seen)
    with local_run._prefect_settings():
        get_client()
    assert files == [str(home / "prefect" / "authority.pem")]


def test_whom_somebody_trusts_is_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import PREFECT_API_SSL_CERT_FILE, temporary_settings

    monkeypatch.delenv("PREFECT_API_SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example/api")
    with (
        temporary_settings({PREFECT_API_SSL_CERT_FILE: "/somebody/s.pem"}),
        local_run._prefect_settings(),
    ):
        assert PREFECT_API_SSL_CERT_FILE.value() == "/somebody/s.pem"
