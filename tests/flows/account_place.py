"""What tests of ``clipper accounts`` share: a place, fake platforms, an owner at a browser."""

from __future__ import annotations

import io
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import Account
from clipping.platforms.oauth import OAUTH, OAuth
from clipping.platforms.oauth.base import Attempt
from clipping.settings import settings
from clipping.vault import new_key
from flows import cli, connecting
from tests.support.commands import CliRunner
from tests.support.oauth import APPS, FakeOAuth

KEY = new_key().get_secret_value()


PUBLIC = re.compile(r"id-of-[a-z]+-CANARY")
"""Whose app asks: it stands in the address that the owner opens."""


@dataclass
class Owner:
    """Who opens the address, and does there what the test says."""

    fake: FakeOAuth
    without: tuple[str, ...] = ()
    """Scopes that are not granted."""
    denies: str = ""
    forges: bool = False
    """Whether an answer of somebody else comes first."""
    stays_away: bool = False
    seen: list[int] = field(default_factory=list)
    """Statuses of the pages that the browser was shown."""

    def opens(self, server: OAuth, attempt: Attempt) -> None:
        """Begin, while the command waits."""
        threading.Thread(target=self._visit, args=[server, attempt], daemon=True).start()

    def _visit(self, server: OAuth, attempt: Attempt) -> None:
        name = server.login_path or server.platform.value
        back = self.fake.consent(name, server.authorize_url(attempt), without=self.without)
        address = back.pop("redirect_uri")
        if self.forges:
            self._get(address, {"code": "forged", "state": "forged"})
        if self.denies:
            back = {"error": self.denies, "state": back["state"]}
        if not self.stays_away:
            self._get(address, back)

    def _get(self, address: str, query: dict[str, str]) -> None:
        try:
            with urllib.request.urlopen(f"{address}?{urlencode(query)}", timeout=5) as page:
                self.seen.append(page.status)
        except urllib.error.HTTPError as error:
            self.seen.append(error.code)
            error.close()


@dataclass
class Place:
    """A database, the fake platforms and an owner, for commands in this process."""

    url: str
    home: Path
    fake: FakeOAuth
    owner: Owner

    def run(self, *arguments: str, given: str = "") -> tuple[int, str]:
        """Exit code and all that a command said."""
        done = CliRunner().invoke(cli.app, [*arguments], input=given)
        return done.exit_code, done.output

    def accounts(self) -> list[Account]:
        """All that are known."""
        with open_session(self.url) as session:
            return queries.accounts.accounts(session)

    def account(self) -> Account:
        """The only one."""
        [only] = self.accounts()
        return only


def a_place(
    url: str,
    home: Path,
    fake: FakeOAuth,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """What the fixtures of the tests yield from."""
    hosts = fake.hosts
    fake.__dict__.update(FakeOAuth(hosts=hosts).__dict__)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CLIPPER_HOME", str(home / "home"))
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", KEY)
    for (platform, path), kind in OAUTH.items():
        name = path or platform.value
        monkeypatch.setattr(kind, "hosts", hosts[name])
        for part, secret in APPS[name].items():
            variable = f"CLIPPER_{platform.value}_{part}".upper()
            monkeypatch.setenv(variable, secret.get_secret_value())
    owner = Owner(fake)
    show: Callable[[OAuth, Attempt], None] = connecting._show

    def shown(server: OAuth, attempt: Attempt) -> None:
        show(server, attempt)
        owner.opens(server, attempt)

    monkeypatch.setattr(connecting, "_show", shown)
    settings.cache_clear()
    yield Place(url, home, fake, owner)
    settings.cache_clear()


def lines_of(text: str) -> Any:
    """A reader of lines, as stdin is one."""
    return io.StringIO(text).readline
