"""``clipper accounts login`` and ``check --browser``; the pages themselves are tried elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import AuthorizationExpired
from clipping.models import Account, AccountStatus, Disclosure, PlatformName, PostingMethod
from clipping.platforms.browser import TABLES, acts, self_check
from clipping.platforms.browser.profiles import profile_folder
from clipping.platforms.browser.self_check import Checked
from clipping.platforms.browser.tables import css
from flows import browsing
from tasks.browsing import browser_obstacles
from tests.flows.account_place import Place, a_place
from tests.support.oauth import FakeOAuth


class FakePosting:
    """Opens no browser."""

    def __init__(self) -> None:
        self.statuses: list[AccountStatus] = []

    @contextmanager
    def looking(self, access: Any, _name: str) -> Iterator[None]:
        self.statuses.append(access.account.status)
        yield None


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with FakeOAuth().serving() as nobody_asks:
        yield from a_place(database_url, tmp_path, nobody_asks, monkeypatch)


def add(place: Place, handle: str = "ada", method: str = "browser") -> Account:
    code, said = place.run(
        *("accounts", "add", "x", "--client", "acme", "--handle", handle, "--method", method)
    )
    assert code == 0, said
    with open_session(place.url) as session:
        return next(one for one in queries.accounts.accounts(session) if one.handle == handle)


def test_a_login_wants_a_known_account_and_a_display(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = add(place)
    add(place, "bob", "manual")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    for name in (account.account_id, "@ada", "ada"):
        code, said = place.run("accounts", "login", name)
        assert (code, "There is no display for a window here" in said) == (1, True)
    for name in ("bob", "x:@bob"):
        code, said = place.run("accounts", "login", name)
        assert (code, "is posted to by manual" in said, "method=browser" in said) == (3, True, True)
    assert place.run("accounts", "login", "carl")[0] == 3


def test_a_login_is_looked_at_and_written_down(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = add(place)
    with open_session(place.url) as session:
        queries.accounts.change_status(
            session, account.account_id, AccountStatus.REAUTHORISE, "a check"
        )
        account = queries.accounts.get_account(session, account.account_id)

    def refuse(_tab: Any) -> list[Any]:
        raise AuthorizationExpired("X's page does not say that @ada is signed in.")

    posting: Any = FakePosting()
    monkeypatch.setattr(acts, "rows", refuse)
    assert not browsing.note_login(account, posting)
    with open_session(place.url) as session:
        assert queries.accounts.get_account(session, account.account_id).status is (
            AccountStatus.REAUTHORISE
        )
    monkeypatch.setattr(acts, "rows", lambda _tab: [])
    assert browsing.note_login(account, posting)
    with open_session(place.url) as session:
        assert (
            queries.accounts.get_account(session, account.account_id).status is AccountStatus.ACTIVE
        )
        kinds = [
            event.kind for event in queries.accounts.account_events(session, account.account_id)
        ]
    assert kinds[-2:] == ["logged in", "status"]
    # Else a browser would not even be opened.
    assert posting.statuses == [AccountStatus.ACTIVE] * 2
    said = capsys.readouterr().out
    assert "is not logged in" in said
    assert "can be posted to" in said


def test_the_check_of_pages_names_what_is_missing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.run("accounts", "check", "--browser") == (
        0,
        "No account is posted to in a browser.\n",
    )
    account = add(place)
    parts = [Checked("file", css("input"), ""), Checked("caption", None, "an upload")]
    monkeypatch.setattr(browsing, "_browsers", lambda: {PlatformName.X: FakePosting})
    monkeypatch.setattr(self_check, "self_check", lambda _tab: parts)
    code, said = place.run("accounts", "check", "--browser")
    assert code == 0
    assert "never tried on the live page" in said
    assert "shows after an upload" in said
    parts.append(Checked("publish", None))
    code, said = place.run("accounts", "check", "--browser", account.account_id)
    assert (code, "NOT FOUND" in said) == (1, True)
    code, said = place.run("accounts", "check", "--browser", "--json")
    [told] = json.loads(said)
    assert told["parts"][2] == {"part": "publish", "found_by": None, "shows_after": None}


def test_an_account_in_a_browser_stands_by_its_login_and_its_pages_fields(place: Place) -> None:
    account = add(place).replace(disclosure=Disclosure(ai_generated=True))
    assert account.method is PostingMethod.BROWSER
    found = browser_obstacles(account)
    assert "ai_generated" not in TABLES[account.platform].discloses
    told = f"it is not logged in yet (clipper accounts login {account.account_id})"
    assert ["no field" in found[0], found[1], len(found)] == [True, told, 2]
    code, said = place.run("accounts", "check", "x:@ada")
    assert (code, told in said) == (1, True)
    assert "not logged in yet" in place.run("accounts", "list")[1]
    # A window that was opened and closed has left a profile, and nobody in it.
    (profile_folder(account.account_id) / "Default").mkdir(parents=True)
    assert told in browser_obstacles(account)
    with open_session(place.url) as session:
        queries.accounts.note_event(session, account.account_id, queries.accounts.LOGGED_IN)
    assert len(browser_obstacles(account)) == 1
    assert "not logged in yet" not in place.run("accounts", "list")[1]
    (profile_folder(account.account_id) / "Default").rmdir()
    assert "is not on this machine" in browser_obstacles(account)[1]
