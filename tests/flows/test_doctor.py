"""What ``clipper doctor`` says of the media store, of links and of the engine that will hear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.settings import settings
from clipping.sources import links
from flows import doctor
from tests.support.s3 import KEYS, S3


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def finding(part: str) -> doctor.Finding:
    settings.cache_clear()
    return doctor._safely(part, dict(doctor._LOOKS)[part])


@pytest.fixture
def bucket(s3: S3, monkeypatch: pytest.MonkeyPatch) -> S3:
    monkeypatch.setenv("CLIPPER_STORE", s3.place.name)
    monkeypatch.setenv("CLIPPER_STORE_ENDPOINT", s3.front.url)
    monkeypatch.setenv("CLIPPER_STORE_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS.access_key_id.get_secret_value())
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS.secret_access_key.get_secret_value())
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return s3


def test_a_folder_is_named_with_its_free_space(home: Path) -> None:
    found = finding("store")
    assert found.ok
    assert found.found.startswith(f"the folder {home / 'store'}, ")
    assert found.found.endswith(" GiB free")
    assert not home.exists(), "looking changes nothing"


def test_a_folder_that_is_too_full_is_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ENOUGH_FREE_BYTES", 1 << 62)
    assert not finding("store").ok


def test_a_folder_in_which_we_may_not_write_is_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    found = finding("store")
    assert not found.ok
    assert found.found.endswith("where we may not write")


def test_a_bucket_that_lets_us_do_all_is_fit_and_nothing_is_left_in_it(
    bucket: S3, home: Path
) -> None:
    found = finding("store")
    assert found.ok, found.found
    assert found.found.startswith(f"{bucket.place.name} lets us do all we need; copies in ")
    assert str(home / "cache") in found.found
    assert bucket.keys() == []
    assert bucket.bucket.uploads() == []


def test_rights_that_lack_are_named_and_no_secret_is(bucket: S3) -> None:
    bucket.front.fail("DeleteObject", status=403, code="AccessDenied", times=-1)
    bucket.front.fail("ListParts", status=403, code="AccessDenied", times=-1)
    found = finding("store")
    assert not found.ok
    assert "our keys lack s3:ListMultipartUploadParts, s3:DeleteObject" in found.found
    assert "docs/storage.md" in found.found
    for secret in (KEYS.access_key_id, KEYS.secret_access_key):
        assert secret.get_secret_value() not in found.found


def test_a_bucket_that_is_not_there_is_one_sentence(
    bucket: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPPER_STORE", "s3://nobody-has-this-bucket")
    found = finding("store")
    assert not found.ok
    assert found.found.startswith("There is no bucket for the media store s3://nobody-has-this")


def program(folder: Path, text: str) -> str:
    path = folder / "deno"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("script", "ok", "words"),
    [
        pytest.param(None, True, "no JavaScript runtime (deno)", id="none"),
        pytest.param("echo deno 2.9.8 '(stable)'", True, "deno 2.9.8 runs", id="new enough"),
        pytest.param("echo deno 2.2.12", True, "2.2.12 is too old", id="too old"),
        pytest.param("exit 1", False, "does not run", id="broken"),
        pytest.param("true", False, "does not run", id="silent"),
    ],
)
def test_the_javascript_runtime_is_named(
    script: str | None, ok: bool, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = None if script is None else program(tmp_path, script)
    monkeypatch.setattr(links, "javascript_runtime", lambda: found)
    told = finding("links")
    assert told.ok is ok
    assert words in told.found


def test_the_engine_that_auto_takes_is_named_and_what_the_others_lack() -> None:
    told = finding("transcribe")
    assert told.ok
    assert told.found.startswith("without captions, auto takes pocketsphinx; can use captions, ")
    assert "cannot use" in told.found
    assert "faster-whisper (its model small (486 MB) is not on this machine" in told.found


def test_weights_that_are_here_make_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (folder / name).touch()
    monkeypatch.setenv("CLIPPER_WHISPER_MODEL", str(folder))
    wanted = f"auto takes faster-whisper with the model {folder}, here; "
    assert wanted in finding("transcribe").found


def test_weights_that_may_be_fetched_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPPER_MODEL_DOWNLOADS", "on")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    wanted = "faster-whisper with the model small (486 MB), fetched at its first use; "
    assert wanted in finding("transcribe").found


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "no key (ANTHROPIC_API_KEY): moments are chosen on this machine"),
        ({"ANTHROPIC_API_KEY": ""}, "no key"),
        ({"ANTHROPIC_API_KEY": "sk-canary"}, "a key in ANTHROPIC_API_KEY for the API of its"),
        (
            {"CLIPPER_CLAUDE_BLOCK": "main", "CLIPPER_CLAUDE_URL": "https://gateway.example"},
            "a key in the block main for https://gateway.example",
        ),
    ],
)
def test_it_is_said_whether_there_is_a_key_for_claude_and_not_which(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], says: str
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = finding("claude")
    assert found.ok
    assert says in found.found
    assert "canary" not in found.found
