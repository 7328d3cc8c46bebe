"""Secrets are planted everywhere, every command is run and fails in every way, and all that was
written is searched for them."""

from __future__ import annotations

import importlib
import json
import logging
import pkgutil
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prefect import Flow, Task
from psycopg.sql import SQL, Identifier
from pydantic import BaseModel, SecretStr

import flows
import tasks
from clipping.db.tables import Row
from clipping.platforms.base import Access
from clipping.platforms.oauth.x import XOAuth
from clipping.settings import settings
from tests.flows.account_place import KEY, PUBLIC, Place, a_place
from tests.support.oauth import FakeOAuth, Fault

PROXY = "http://user:proxy-password-CANARY@127.0.0.1:1"


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with FakeOAuth().serving() as fake:
        yield from a_place(database_url, tmp_path, fake, monkeypatch)


def _dump(url: str) -> str:
    rows = []
    with psycopg.connect(url) as connection:
        for table in Row.metadata.sorted_tables:
            name = Identifier(table.schema or "", table.name)
            rows += connection.execute(SQL("SELECT t::text FROM {} t").format(name)).fetchall()
    return str(rows)


def _files(folder: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())


def _let_everything_fail(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run every command, well and in every bad way; what each said."""

    def run(*arguments: str, given: str = "") -> str:
        code, said = place.run(*arguments, given=given)
        codes.append(code)
        return said

    codes: list[int] = []
    for name in ("tiktok", "youtube", "x", "instagram"):
        yield run("accounts", "connect", name, "--client", "acme", "--no-figures")
    assert codes == [0, 0, 0, 0]
    ids = [account.account_id for account in place.accounts()]
    answer = json.dumps(place.fake.give("x"))
    add = ("accounts", "add", "x", "--client", "acme", "--handle", "acme_clips", "--token-file")
    yield run(*add, "-", given=answer)
    yield run(*add, "-", given=answer[:-1])
    yield run(*add, "-", "--unverified", given="lone-token-CANARY")
    yield run("accounts", "connect", "x", "--client", "umbrella")
    echoed = [(name, Fault(400, echo=True)) for name in ("tiktok", "instagram", "youtube", "x")]
    others = (Fault(500, "CANARY"), Fault(cut="after"), Fault(body="<html>refresh-CANARY"))
    for name, fault in (*echoed, *(("instagram", other) for other in others)):
        place.fake.faults[:] = [fault]
        yield run("accounts", "connect", name, "--client", "acme")
    place.fake.faults.clear()
    place.owner.denies = "access_denied access_token=CANARY"
    yield run("accounts", "connect", "x", "--client", "acme")
    place.owner.denies = ""
    for account_id in ids:
        yield run("accounts", "set", account_id, "--proxy-file", "-", given=PROXY)
        yield run("accounts", "set", account_id, "angle=money")
        yield run("accounts", "consent", account_id, "--owner", "Ann")
        yield run("accounts", "history", account_id)
    yield run("accounts", "set", ids[0], "--proxy-file", "-", given="CANARY@nowhere")
    with psycopg.connect(place.url) as connection:
        connection.execute("UPDATE clipping.account_tokens SET expires_at = '2020-01-01Z'")
    # Through a proxy that is not there.
    yield run("accounts", "check")
    yield run("accounts", "check", "--json")
    yield run("accounts", "list")
    yield run("accounts", "list", "--json")
    yield run("accounts", "set", ids[0], "--no-proxy")
    yield run("vault", "rotate")
    yield run("accounts", "disconnect", ids[0])

    def broken(_self: XOAuth, tokens: Any) -> Any:
        raise RuntimeError(f"somebody's library: Bearer {tokens.access.get_secret_value()}")

    with monkeypatch.context() as patch:
        patch.setattr(XOAuth, "accounts", broken)
        yield run("accounts", "connect", "x", "--client", "acme")
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", "not-a-key-CANARY")
    settings.cache_clear()
    yield run("accounts", "check")
    yield run("vault", "rotate")
    assert codes.count(0) > 15
    assert sum(code != 0 for code in codes) > 14


def test_no_secret_is_found_in_anything_that_was_written(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    logging.getLogger("anybody").debug("seen in the log")
    said = "".join(_let_everything_fail(place, monkeypatch))
    said = PUBLIC.sub("", said)
    logged = "\n".join(
        f"{record.getMessage()} {record.args} {record.exc_text or ''}" for record in caplog.records
    )
    written = {
        "stdout and stderr": said,
        "log": logged + caplog.text,
        "database": _dump(place.url),
        "files": _files(place.home / "home"),
        "settings": repr(settings()),
    }
    assert "somebody's library" in written["stdout and stderr"]
    assert "somebody's library" in written["files"]
    assert "seen in the log" in written["log"]
    assert "gAAAAA" in written["database"]
    for where, text in written.items():
        around = [text[max(0, at - 80) : at + 20] for at in _places(text, "CANARY")]
        assert around == [], where
        assert KEY not in text, where


def _places(text: str, word: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(word, at)]


def _secret_types(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return any(_secret_types(one) for one in typing.get_type_hints(hint).values())
    if hint in (SecretStr, Access):
        return True
    return any(_secret_types(part) for part in typing.get_args(hint))


def test_no_flow_and_no_task_takes_or_gives_a_secret() -> None:
    """What they take and give lies in Prefect's database, and on its pages."""
    found: dict[str, Any] = {}
    for package in (flows, tasks):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if module.name != "flows.private_server":
                for name, value in vars(importlib.import_module(module.name)).items():
                    if isinstance(value, Flow | Task):
                        found[f"{module.name}.{name}"] = value.fn
    assert len(found) > 10
    for name, function in found.items():
        hints = typing.get_type_hints(function)
        assert not any(_secret_types(hint) for hint in hints.values()), name
