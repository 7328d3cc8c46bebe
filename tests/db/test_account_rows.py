"""Accounts, their events, and their sealed secrets in the database."""

from __future__ import annotations

import os
import signal
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.db.tables import AccountRow
from clipping.errors import Broken, NeedsPerson, Rejected
from clipping.models import (
    Account,
    AccountStatus,
    Consent,
    Disclosure,
    PlatformName,
    PostingMethod,
    Tokens,
)
from clipping.vault import Vault, new_key

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEYS = (new_key(), new_key())
VAULT = Vault([KEYS[0]])


def an_account(client: str = "acme", handle: str = "clips", **changes: Any) -> Account:
    platform = changes.get("platform", PlatformName.TIKTOK)
    return Account(
        account_id=queries.accounts.account_id(client, platform, handle),
        client=client,
        platform=platform,
        handle=handle,
    ).replace(**changes)


def some_tokens(name: str = "one", **changes: Any) -> Tokens:
    return Tokens(
        access=SecretStr(f"access-{name}-CANARY"),
        refresh=SecretStr(f"refresh-{name}-CANARY"),
        expires_at=NOW + timedelta(hours=2),
        refresh_expires_at=NOW + timedelta(days=180),
        scopes=("video.publish", "video.list"),
        obtained_at=NOW,
    ).replace(**changes)


WHOLE = an_account(
    platform_user_id="1700",
    timezone="Europe/Berlin",
    method=PostingMethod.INBOX,
    app="main",
    angle="finance",
    caption_style="highlight",
    disclosure=Disclosure(paid_partnership=True, sponsors=("one", "two")),
    wakes_at=time(7, 30),
    sleeps_at=time(1),
    first_post_on=date(2026, 11, 1),
    premium=True,
    consent=Consent(owner="Ann", given_at=NOW, allow_duet=True),
)


def test_an_account_comes_back_as_it_was_saved(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    assert queries.accounts.get_account(session, WHOLE.account_id) == WHOLE
    assert queries.accounts.accounts(session) == [WHOLE]


def test_saving_again_changes_what_was_decided_but_no_status_and_no_pause(
    session: Session,
) -> None:
    queries.accounts.save_account(session, WHOLE)
    queries.accounts.change_status(
        session, WHOLE.account_id, AccountStatus.WARNED, "Spam, it says."
    )
    queries.accounts.pause_account(session, WHOLE.account_id, "holiday")
    queries.accounts.save_account(session, WHOLE.replace(angle="sport"))
    found = queries.accounts.get_account(session, WHOLE.account_id)
    assert found == WHOLE.replace(angle="sport", status=AccountStatus.WARNED, paused="holiday")


def test_a_client_sees_its_own_accounts_only(session: Session) -> None:
    mine, theirs = an_account("acme"), an_account("umbrella")
    other = an_account("acme", platform=PlatformName.X)
    for account in (mine, theirs, other):
        queries.accounts.save_account(session, account)
    assert queries.accounts.accounts(session, "acme") == [mine, other]
    assert queries.accounts.accounts(session, "umbrella") == [theirs]
    assert queries.accounts.accounts(session, "acme", PlatformName.X) == [other]
    assert queries.accounts.accounts(session, "nobody") == []
    assert mine.account_id != theirs.account_id


def test_an_account_of_a_platform_is_of_one_client(database_url: str) -> None:
    def save() -> None:
        with open_session(database_url) as session:
            for client in ("acme", "umbrella"):
                queries.accounts.save_account(session, an_account(client, platform_user_id="1700"))

    with pytest.raises(Broken, match="platform_user_id"):
        save()
    with open_session(database_url) as session:
        for client in ("acme", "umbrella"):
            queries.accounts.save_account(session, an_account(client))
        assert queries.accounts.account_of_user(session, PlatformName.TIKTOK, "") is None


def test_an_account_that_nobody_knows_is_told(session: Session) -> None:
    assert queries.accounts.find_account(session, "account_0") is None
    with pytest.raises(Rejected, match="There is no account account_0"):
        queries.accounts.get_account(session, "account_0")


def test_every_change_of_status_is_written_down_once(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    changes = [AccountStatus.WARNED, AccountStatus.WARNED, AccountStatus.BANNED]
    new = [
        queries.accounts.change_status(session, WHOLE.account_id, status, "It says so.", at=NOW)
        for status in changes
    ]
    assert new == [True, False, True]
    events = queries.accounts.account_events(session, WHOLE.account_id)
    assert [(one.kind, one.before, one.after, one.reason, one.at) for one in events] == [
        ("status", "active", "warned", "It says so.", NOW),
        ("status", "warned", "banned", "It says so.", NOW),
    ]


@pytest.mark.parametrize(
    ("before", "told", "after"),
    [
        ("banned", "reauthorise", "banned"),
        ("suspended", "reauthorise", "suspended"),
        ("banned", "suspended", "banned"),
        ("suspended", "warned", "suspended"),
        ("reauthorise", "warned", "reauthorise"),
        ("warned", "reauthorise", "reauthorise"),
        ("suspended", "banned", "banned"),
        ("banned", "active", "active"),
    ],
)
def test_a_graver_status_is_not_washed_away_by_a_lesser_one(
    session: Session, before: str, told: str, after: str
) -> None:
    account = WHOLE.replace(status=before)
    queries.accounts.save_account(session, account)
    new = queries.accounts.change_status(
        session, account.account_id, AccountStatus(told), "It says so."
    )
    assert new is (before != after)
    assert queries.accounts.get_account(session, account.account_id).status.value == after
    assert len(queries.accounts.account_events(session, account.account_id)) == new


def test_a_pause_and_its_end_are_written_down(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    assert queries.accounts.pause_account(session, WHOLE.account_id, "holiday")
    assert not queries.accounts.pause_account(session, WHOLE.account_id, "holiday")
    assert queries.accounts.get_account(session, WHOLE.account_id).paused == "holiday"
    assert queries.accounts.resume_account(session, WHOLE.account_id)
    assert not queries.accounts.resume_account(session, WHOLE.account_id)
    kinds = [event.kind for event in queries.accounts.account_events(session, WHOLE.account_id)]
    assert kinds == ["paused", "resumed"]


def test_tokens_come_back_and_each_pair_is_counted(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    assert queries.tokens.find_tokens(session, VAULT, WHOLE.account_id) is None
    queries.tokens.save_tokens(session, VAULT, WHOLE.account_id, some_tokens())
    assert queries.tokens.find_tokens(session, VAULT, WHOLE.account_id) == some_tokens(version=1)
    only = some_tokens("two", refresh=None, refresh_expires_at=None, scopes=())
    queries.tokens.save_tokens(session, VAULT, WHOLE.account_id, only)
    assert queries.tokens.find_tokens(session, VAULT, WHOLE.account_id) == only.replace(version=2)


def test_dates_of_tokens_are_read_without_any_key(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    assert queries.tokens.token_dates(session, WHOLE.account_id) is None
    queries.tokens.save_tokens(session, VAULT, WHOLE.account_id, some_tokens())
    found = queries.tokens.token_dates(session, WHOLE.account_id)
    assert found == some_tokens(access=SecretStr(""), refresh=SecretStr(""), version=1)


def test_a_refresh_that_is_not_answered_keeps_its_first_time(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    queries.tokens.save_tokens(session, VAULT, WHOLE.account_id, some_tokens())

    def begun_at() -> datetime | None:
        tokens = queries.tokens.find_tokens(session, VAULT, WHOLE.account_id)
        assert tokens is not None
        return tokens.refresh_begun_at

    queries.tokens.note_refresh(session, WHOLE.account_id, 1, NOW)
    queries.tokens.note_refresh(session, WHOLE.account_id, 1, NOW + timedelta(hours=1))
    assert begun_at() == NOW
    queries.tokens.save_tokens(session, VAULT, WHOLE.account_id, some_tokens("two"))
    assert begun_at() is None
    # Of the pair before, which somebody has renewed meanwhile.
    queries.tokens.note_refresh(session, WHOLE.account_id, 1, NOW)
    assert begun_at() is None
    queries.tokens.note_refresh(session, WHOLE.account_id, 2, NOW)
    queries.tokens.forget_refresh(session, WHOLE.account_id)
    assert begun_at() is None


def test_tokens_are_forgotten(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    queries.tokens.save_tokens(session, VAULT, WHOLE.account_id, some_tokens())
    assert queries.tokens.forget_tokens(session, WHOLE.account_id)
    assert not queries.tokens.forget_tokens(session, WHOLE.account_id)
    assert queries.tokens.find_tokens(session, VAULT, WHOLE.account_id) is None


def test_an_account_is_open_by_what_it_is_posted_to_with(session: Session) -> None:
    ways = {name: an_account(handle=name, method=name) for name in ("api", "browser", "manual")}
    asked = [account.account_id for account in ways.values()]
    for account in ways.values():
        queries.accounts.save_account(session, account)
    assert queries.tokens.open_accounts(session, asked) == set()
    by_token, in_browser = ways["api"].account_id, ways["browser"].account_id
    for account_id in (by_token, in_browser):
        queries.tokens.save_tokens(session, VAULT, account_id, some_tokens())
    # Tokens do not open a browser, nor a login there the API.
    queries.accounts.note_event(session, by_token, queries.accounts.LOGGED_IN)
    queries.accounts.save_account(session, ways["manual"].replace(method="browser"))
    assert queries.tokens.open_accounts(session, asked) == {by_token}
    queries.accounts.note_event(session, in_browser, queries.accounts.LOGGED_IN)
    assert queries.tokens.open_accounts(session, asked) == {by_token, in_browser}
    assert queries.tokens.open_accounts(session, [in_browser]) == {in_browser}


def test_a_proxy_is_kept_sealed_and_outlives_other_changes(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    assert not queries.tokens.has_proxy(session, WHOLE.account_id)
    proxy = SecretStr("http://user:CANARY@proxy.example:3128")
    queries.tokens.save_proxy(session, VAULT, WHOLE.account_id, proxy)
    queries.accounts.save_account(session, WHOLE.replace(angle="sport"))
    assert queries.tokens.has_proxy(session, WHOLE.account_id)
    assert queries.tokens.proxy_of(session, VAULT, WHOLE.account_id) == proxy
    queries.tokens.save_proxy(session, VAULT, WHOLE.account_id, None)
    assert queries.tokens.proxy_of(session, VAULT, WHOLE.account_id) is None


def test_secrets_of_one_account_do_not_open_another(session: Session) -> None:
    mine, theirs = an_account("acme"), an_account("umbrella")
    for account in (mine, theirs):
        queries.accounts.save_account(session, account)
        queries.tokens.save_tokens(session, VAULT, account.account_id, some_tokens(account.client))
    session.execute(
        text(
            "UPDATE clipping.account_tokens SET access = (SELECT access FROM "
            "clipping.account_tokens WHERE account_id = :theirs) WHERE account_id = :mine"
        ),
        {"mine": mine.account_id, "theirs": theirs.account_id},
    )
    with pytest.raises(NeedsPerson, match="sealed for another row"):
        queries.tokens.find_tokens(session, VAULT, mine.account_id)


def test_what_was_not_sealed_is_not_stored(session: Session) -> None:
    queries.accounts.save_account(session, WHOLE)
    row = session.get(AccountRow, WHOLE.account_id)
    assert row is not None
    row.proxy = "http://user:CANARY@proxy.example"
    with pytest.raises(StatementError, match="was not sealed") as caught:
        session.flush()
    assert "CANARY" not in str(caught.value)
    session.rollback()


def _accounts_with_secrets(url: str, count: int) -> list[str]:
    with open_session(url) as session:
        ids = []
        for number in range(count):
            account = an_account(handle=f"clips{number}")
            queries.accounts.save_account(session, account)
            queries.tokens.save_tokens(session, VAULT, account.account_id, some_tokens(str(number)))
            queries.tokens.save_proxy(
                session, VAULT, account.account_id, SecretStr(f"http://p{number}")
            )
            ids.append(account.account_id)
    return ids


def _rotate(url: str, vault: Vault, most: int = 2, stop_after: int | None = None) -> Any:
    done, parts = queries.sealed.Rotated(), 0
    for table in queries.sealed.sealed_tables():
        after: tuple[str, ...] | None = None
        while True:
            with open_session(url) as session:
                part = queries.sealed.rotate(session, vault, table, after, most)
                parts += 1
                if parts == stop_after:
                    os.kill(os.getpid(), signal.SIGKILL)
            done, after = done + part, part.last
            if after is None:
                break
    return done


def test_all_secrets_come_under_the_newest_key(database_url: str) -> None:
    ids = _accounts_with_secrets(database_url, 5)
    both = Vault([KEYS[1], KEYS[0]])
    assert {table.name for table in queries.sealed.sealed_tables()} == {
        "accounts",
        "alarm_targets",
        "account_tokens",
        "posts",
    }
    done = _rotate(database_url, both)
    assert (done.sealed_anew, done.newest_already, done.lost) == (15, 0, ())
    with open_session(database_url) as session:
        for number, account_id in enumerate(ids):
            found = queries.tokens.find_tokens(session, Vault([KEYS[1]]), account_id)
            assert found == some_tokens(str(number), version=1)
    again = _rotate(database_url, both)
    assert (again.sealed_anew, again.newest_already) == (0, 15)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_rotation_that_was_killed_is_carried_on(database_url: str) -> None:
    ids = _accounts_with_secrets(database_url, 5)
    both = Vault([KEYS[1], KEYS[0]])
    child = os.fork()
    if child == 0:
        # In its third transaction, with rows changed and nothing committed of it.
        _rotate(database_url, both, stop_after=3)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    with open_session(database_url) as session:
        # Nothing is half: with both keys everything opens.
        for number, account_id in enumerate(ids):
            found = queries.tokens.find_tokens(session, both, account_id)
            assert found == some_tokens(str(number), version=1)
    done = _rotate(database_url, both)
    assert done.newest_already == 4
    assert done.sealed_anew == 11
    assert _rotate(database_url, Vault([KEYS[1]])).newest_already == 15


def test_secrets_that_no_key_opens_are_told_and_the_others_go_on(database_url: str) -> None:
    [first, *_] = _accounts_with_secrets(database_url, 2)
    with open_session(database_url) as session:
        queries.tokens.save_proxy(session, Vault([new_key()]), first, SecretStr("http://lost"))
    done = _rotate(database_url, Vault([KEYS[1], KEYS[0]]))
    assert done.sealed_anew == 5
    [told] = done.lost
    assert f"accounts.proxy of {first}" in told


def test_nothing_that_was_stored_can_be_read_without_a_key(database_url: str) -> None:
    _accounts_with_secrets(database_url, 1)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT a::text, t::text FROM clipping.accounts a JOIN clipping.account_tokens t "
            "USING (account_id)"
        ).fetchall()
    assert len(rows) == 1
    assert "CANARY" not in str(rows)
    assert "http://p0" not in str(rows)
