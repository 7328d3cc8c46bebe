"""What opens an account is renewed once, by one process, and stored before it is used."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import (
    AccountBlocked,
    AuthorizationExpired,
    NeedsPerson,
    PostRefused,
    ServiceUnavailable,
    Transient,
)
from clipping.models import Account, AccountStatus, Alert, PlatformName, Tokens
from clipping.platforms.base import Access
from clipping.settings import CHECKOUT, settings
from clipping.vault import Vault, new_key
from tasks import apps, tokens
from tests.db.test_account_rows import NOW, an_account
from tests.support.oauth import FakeOAuth, Fault
from tests.tasks.refreshing import oauth_for

LATER = NOW + timedelta(hours=3)
KEY = new_key()


@pytest.fixture(scope="module")
def serving() -> Iterator[FakeOAuth]:
    with FakeOAuth().serving() as server:
        yield server


@pytest.fixture
def fake(
    serving: FakeOAuth, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeOAuth]:
    hosts = serving.hosts
    serving.__dict__.update(FakeOAuth(hosts=hosts).__dict__)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", KEY.get_secret_value())
    settings.cache_clear()
    yield serving
    settings.cache_clear()


def connected(
    url: str,
    fake: FakeOAuth,
    platform: PlatformName = PlatformName.X,
    path: str = "",
    handle: str = "clips",
) -> Account:
    """An account with a pair that was got at NOW."""
    account = an_account(handle=handle, platform=platform, login_path=path)
    body = fake.give(path or platform.value)
    refresh = body.get("refresh_token")
    pair = Tokens(
        access=SecretStr(body["access_token"]),
        refresh=SecretStr(refresh) if refresh else None,
        expires_at=NOW + timedelta(seconds=body["expires_in"]),
        obtained_at=NOW,
    )
    with open_session(url) as session:
        queries.accounts.save_account(session, account)
        queries.tokens.save_tokens(session, Vault([KEY]), account.account_id, pair)
    return account


def go_in(
    fake: FakeOAuth, account: Account, now: datetime = LATER, refused: SecretStr | None = None
) -> Access:
    oauth = partial(oauth_for, hosts=fake.hosts)
    return tokens.access_to(account.account_id, now, refused=refused, oauth_for=oauth)


def stored(url: str, account: Account) -> Tokens:
    with open_session(url) as session:
        found = queries.tokens.find_tokens(session, Vault([KEY]), account.account_id)
    assert found is not None
    return found


def status(url: str, account: Account) -> AccountStatus:
    with open_session(url) as session:
        return queries.accounts.get_account(session, account.account_id).status


def alerts(url: str) -> list[Alert]:
    with open_session(url) as session:
        return queries.alerts.alerts(session)


def test_a_token_that_holds_is_used_as_it_is(database_url: str, fake: FakeOAuth) -> None:
    account = connected(database_url, fake)
    access = go_in(fake, account, NOW)
    assert access.token == stored(database_url, account).access
    assert access.account == account
    assert fake.asked == []


@pytest.mark.parametrize("platform", [PlatformName.X, PlatformName.TIKTOK, PlatformName.YOUTUBE])
def test_a_token_that_is_due_is_renewed_and_stored(
    database_url: str, fake: FakeOAuth, platform: PlatformName
) -> None:
    account = connected(database_url, fake, platform)
    before = stored(database_url, account)
    access = go_in(fake, account)
    after = stored(database_url, account)
    assert after.access == access.token != before.access
    assert (after.refresh == before.refresh) is (platform is PlatformName.YOUTUBE)
    assert (after.version, after.refresh_begun_at) == (2, None)
    assert go_in(fake, account).token == access.token
    assert len(fake.asked) == 1


def test_instagrams_token_is_renewed_once_a_week(database_url: str, fake: FakeOAuth) -> None:
    account = connected(database_url, fake, PlatformName.INSTAGRAM, "instagram")
    for day, calls in ((1, 0), (6, 0), (7, 1), (8, 1), (14, 2)):
        go_in(fake, account, NOW + timedelta(days=day))
        assert len(fake.asked) == calls


def test_the_new_pair_is_stored_before_it_is_used(
    database_url: str, fake: FakeOAuth, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = connected(database_url, fake)
    seen: list[tuple[Any, ...]] = []

    def access(**values: Any) -> Access:
        seen.append((values["token"], stored(database_url, account).access))
        return Access(**values)

    monkeypatch.setattr(tokens, "Access", access)
    go_in(fake, account)
    [(used, kept)] = seen
    assert used == kept


def test_while_one_renews_another_waits_for_its_pair(database_url: str, fake: FakeOAuth) -> None:
    account = connected(database_url, fake)
    begun = threading.Event()

    def slow() -> None:
        begun.set()
        threading.Event().wait(0.3)

    fake.on_refresh = slow
    got: list[SecretStr] = []
    first = threading.Thread(target=lambda: got.append(go_in(fake, account).token))
    first.start()
    assert begun.wait(10)
    got.append(go_in(fake, account).token)
    first.join()
    assert got[0] == got[1]
    assert len(fake.asked) == 1


class Children:
    """Processes of ``refreshing.py``."""

    def __init__(self, fake: FakeOAuth, account: Account) -> None:
        self._known = {"hosts": fake.hosts, "account_id": account.account_id}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.tasks.refreshing"],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def go_in(self, count: int, now: datetime, *, die: bool = False) -> list[str]:
        """What came of as many processes at once."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {**self._known, "count": count, "now": now.isoformat(), "die": die}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        said: list[str] = json.loads(self._process.stdout.readline())
        return said

    def close(self) -> None:
        """End them."""
        self._process.communicate(timeout=30)


def test_processes_at_once_ask_once_and_one_that_is_killed_loses_the_account_honestly(
    database_url: str, fake: FakeOAuth
) -> None:
    account = connected(database_url, fake)
    children = Children(fake, account)
    try:
        said = children.go_in(3, LATER)
        assert len(set(said)) == 1
        assert said[0] == stored(database_url, account).access.get_secret_value()
        assert fake.asked == ["x refresh_token"]

        # Killed between the answer, after which the old pair is of no use, and the commit.
        before = stored(database_url, account)
        later = LATER + timedelta(hours=3)
        assert children.go_in(1, later, die=True) == ["ended with -9"]
        after = stored(database_url, account)
        assert after == before.replace(refresh_begun_at=later)
        assert status(database_url, account) is AccountStatus.ACTIVE

        said = children.go_in(2, later + timedelta(minutes=5))
        told = "AuthorizationExpired: The answer to a refresh of clips's token on "
        assert sorted(said)[0].startswith((told, "AuthorizationExpired: The account clips"))
        assert any(one.startswith(told) and "was lost, and X takes" in one for one in said)
        assert "CANARY" not in "".join(said)
        assert fake.asked == ["x refresh_token"] * 3
    finally:
        children.close()
    assert status(database_url, account) is AccountStatus.REAUTHORISE
    assert stored(database_url, account).access == before.access
    with open_session(database_url) as session:
        [event] = queries.accounts.account_events(session, account.account_id)
    assert (event.kind, event.after) == ("status", "reauthorise")
    assert "was lost" in event.reason


def test_a_token_that_the_platform_refused_is_renewed_once_whatever_its_date(
    database_url: str, fake: FakeOAuth
) -> None:
    account = connected(database_url, fake)
    refused = go_in(fake, account, NOW).token
    renewed = go_in(fake, account, NOW, refused=refused).token
    assert renewed != refused
    # Another who was refused with the old one takes the new one.
    assert go_in(fake, account, NOW, refused=refused).token == renewed
    assert len(fake.asked) == 1
    fake.faults.append(Fault(503, {}))
    with pytest.raises(ServiceUnavailable):
        go_in(fake, account, NOW, refused=renewed)
    assert status(database_url, account) is AccountStatus.ACTIVE


def test_a_refused_token_that_cannot_be_renewed_wants_its_owner(
    database_url: str, fake: FakeOAuth
) -> None:
    account = connected(database_url, fake, PlatformName.INSTAGRAM, "instagram")
    young = go_in(fake, account, NOW).token
    with pytest.raises(AuthorizationExpired):
        go_in(fake, account, NOW + timedelta(hours=1), refused=young)
    assert status(database_url, account) is AccountStatus.REAUTHORISE


def test_an_answer_that_is_lost_on_the_way_is_told_as_such(
    database_url: str, fake: FakeOAuth
) -> None:
    account = connected(database_url, fake)
    fake.faults.append(Fault(cut="after"))
    with pytest.raises(ServiceUnavailable):
        go_in(fake, account)
    assert status(database_url, account) is AccountStatus.ACTIVE
    with pytest.raises(AuthorizationExpired, match="was lost, and X takes each refresh token once"):
        go_in(fake, account, LATER + timedelta(minutes=1))
    assert status(database_url, account) is AccountStatus.REAUTHORISE


def test_a_question_that_never_arrived_is_asked_again(database_url: str, fake: FakeOAuth) -> None:
    account = connected(database_url, fake)
    fake.faults.append(Fault(cut="before"))
    with pytest.raises(ServiceUnavailable):
        go_in(fake, account)
    assert go_in(fake, account, LATER + timedelta(minutes=1)).token
    assert stored(database_url, account).refresh_begun_at is None


def test_a_consent_that_was_taken_back_is_told_once_and_not_asked_for_again(
    database_url: str, fake: FakeOAuth
) -> None:
    account = connected(database_url, fake)
    refresh = stored(database_url, account).refresh
    assert refresh is not None
    fake.end(refresh.get_secret_value())
    with pytest.raises(AuthorizationExpired, match="X wants the account to be connected again"):
        go_in(fake, account)
    assert status(database_url, account) is AccountStatus.REAUTHORISE
    with pytest.raises(AuthorizationExpired, match="clipper accounts connect x --client acme"):
        go_in(fake, account)
    assert len(fake.asked) == 1


PAGE = Fault(403, "<html>Access denied</html>")
"""Of what stands before a platform."""


@pytest.mark.parametrize("fault", [Fault(503, {}), Fault(429, {}), Fault(cut="before"), PAGE])
def test_while_a_platform_is_down_a_token_that_still_holds_is_used(
    database_url: str, fake: FakeOAuth, fault: Fault
) -> None:
    account = connected(database_url, fake)
    fake.faults.append(fault)
    soon = NOW + timedelta(hours=2) - timedelta(minutes=5)
    assert go_in(fake, account, soon).token == stored(database_url, account).access
    fake.faults.append(fault)
    with pytest.raises(Transient, match="X"):
        go_in(fake, account, soon + timedelta(minutes=4, seconds=30))
    assert status(database_url, account) is AccountStatus.ACTIVE


def test_what_the_platform_did_answer_leaves_no_doubt_about_the_pair(
    database_url: str, fake: FakeOAuth
) -> None:
    account = connected(database_url, fake)
    fake.faults.append(Fault(401, {"error": "invalid_client"}))
    with pytest.raises(NeedsPerson, match="refuses our app"):
        go_in(fake, account)
    assert stored(database_url, account).refresh_begun_at is None
    assert status(database_url, account) is AccountStatus.ACTIVE


def test_an_account_without_tokens_is_told_how_to_connect(
    database_url: str, fake: FakeOAuth
) -> None:
    with open_session(database_url) as session:
        queries.accounts.save_account(session, an_account())
    with pytest.raises(
        AuthorizationExpired, match="accounts connect tiktok --client acme --handle clips"
    ):
        go_in(fake, an_account())


def test_an_app_that_is_not_known_is_told_by_its_settings(
    database_url: str, fake: FakeOAuth
) -> None:
    account = connected(database_url, fake, PlatformName.TIKTOK)
    with pytest.raises(
        NeedsPerson, match="CLIPPER_TIKTOK_CLIENT_KEY and CLIPPER_TIKTOK_CLIENT_SECRET"
    ):
        tokens.access_to(account.account_id, LATER)
    assert tokens.access_to(account.account_id, NOW).app == {}


def test_our_app_comes_from_the_settings_or_from_the_block_that_the_account_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from blocks.x import X

    monkeypatch.setenv("CLIPPER_X_CLIENT_ID", "id-of-settings")
    monkeypatch.setenv("CLIPPER_X_CLIENT_SECRET", "")
    settings.cache_clear()
    try:
        assert apps.app_secrets(PlatformName.X, "") == {"client_id": SecretStr("id-of-settings")}
    finally:
        settings.cache_clear()
    asked: list[str] = []

    def load(name: str) -> X:
        asked.append(name)
        return X(client_id=SecretStr("id-of-block"), client_secret=SecretStr("secret-of-block"))

    monkeypatch.setattr(X, "load", load)
    assert apps.app_secrets(PlatformName.X, "main") == {
        "client_id": SecretStr("id-of-block"),
        "client_secret": SecretStr("secret-of-block"),
    }
    assert asked == ["main"]


def test_an_access_neither_prints_nor_leaves_its_process() -> None:
    access = Access(
        an_account(), SecretStr("CANARY"), {"k": SecretStr("CANARY")}, "http://CANARY@p"
    )
    assert "CANARY" not in repr(access)
    with pytest.raises(TypeError, match="does not leave its process"):
        pickle.dumps(access)


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (AuthorizationExpired("It ended."), AccountStatus.REAUTHORISE),
        (AccountBlocked("It is blocked."), AccountStatus.SUSPENDED),
        (AccountBlocked("It is gone.", code="channelClosed"), AccountStatus.BANNED),
        (PostRefused("Too long."), AccountStatus.ACTIVE),
        (ServiceUnavailable("Down."), AccountStatus.ACTIVE),
    ],
)
def test_a_platforms_answers_change_what_we_think_of_an_account(
    database_url: str, fake: FakeOAuth, error: Any, after: AccountStatus
) -> None:
    account = connected(database_url, fake)
    new = after is not AccountStatus.ACTIVE
    assert tokens.note_answer(account.account_id, error, NOW) is new
    assert status(database_url, account) is after
    assert len(alerts(database_url)) == new


def test_two_lost_logins_within_an_hour_are_told_and_pause_their_platform(
    database_url: str, fake: FakeOAuth
) -> None:
    for handle in ("clips", "more"):
        account = connected(database_url, fake, handle=handle)
        fake.faults.append(Fault(400, {"error": "invalid_grant"}))
        with pytest.raises(AuthorizationExpired):
            go_in(fake, account)
    told = alerts(database_url)
    assert [one.kind for one in told] == ["account", "account", "paused"]
    assert told[0].sentence.startswith("x @clips is reauthorise: X wants the account")
    with open_session(database_url) as session:
        [stop] = queries.stops.stops(session)
    assert (stop.client, stop.platform) == ("acme", PlatformName.X)
