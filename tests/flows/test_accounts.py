"""``clipper accounts`` and ``clipper vault``, in this process, against the fake platforms."""

from __future__ import annotations

import json
import re
import shlex
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from clipping import platforms
from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import AccountBlocked, ClippingError, Rejected, ServiceUnavailable
from clipping.models import (
    Account,
    AccountLimits,
    AccountStatus,
    Consent,
    Disclosure,
    PlatformName,
    PostingMethod,
    Stop,
    Tokens,
)
from clipping.platforms.choices import chosen, in_words, proxy_address
from clipping.platforms.oauth.tiktok import TikTokOAuth
from clipping.platforms.standing import live_obstacles, obstacles, to_connect
from clipping.settings import settings
from clipping.vault import Vault
from flows import connecting
from flows.callback import Answer, read_answer
from flows.keeping import Wanted
from tasks import apps
from tests.db.test_account_rows import NOW, an_account, some_tokens
from tests.flows.account_place import KEY, PUBLIC, Place, a_place, lines_of
from tests.support.oauth import PLATFORMS, FakeOAuth, Fault


@pytest.fixture(scope="module")
def serving() -> Iterator[FakeOAuth]:
    with FakeOAuth().serving() as server:
        yield server


@pytest.fixture
def place(
    serving: FakeOAuth, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    yield from a_place(database_url, tmp_path, serving, monkeypatch)


def connect(place: Place, name: str, *options: str, client: str = "acme") -> tuple[int, str]:
    path = ("--login-path", name) if name in ("facebook", "instagram") else ()
    platform = "instagram" if path else name
    return place.run("accounts", "connect", platform, "--client", client, *path, *options)


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_owner_lets_us_in(place: Place, name: str) -> None:
    code, said = connect(place, name)
    assert code == 0, said
    account = place.account()
    assert f"@acme_clips is {account.account_id}" in said
    assert place.owner.seen == [200]
    assert (account.handle, account.platform_user_id, account.client) == (
        "acme_clips",
        "1700",
        "acme",
    )
    assert account.login_path == (name if name in ("facebook", "instagram") else "")
    with open_session(place.url) as session:
        tokens = queries.tokens.find_tokens(session, Vault([SecretStr(KEY)]), account.account_id)
        [event] = queries.accounts.account_events(session, account.account_id)
    assert tokens is not None
    assert "CANARY" in tokens.access.get_secret_value()
    assert "CANARY" not in PUBLIC.sub("", said)
    assert event.kind == "connected"


def test_an_answer_to_another_question_is_shown_the_door(place: Place) -> None:
    place.owner.forges = True
    code, _ = connect(place, "x")
    assert code == 0
    assert place.owner.seen == [400, 200]


def test_an_owner_who_does_not_agree_is_understood(place: Place) -> None:
    place.owner.denies = "access_denied"
    code, said = connect(place, "tiktok")
    assert code == 3
    assert said.endswith("TikTok was not allowed to let us in: access_denied.\n")
    assert place.accounts() == []


def test_an_owner_who_does_not_come_is_not_waited_for_without_end(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.owner.stays_away = True
    code, said = 0, ""
    connect_account = connecting.connect

    def hurried(wanted: Wanted, uri: str, _timeout_s: float) -> None:
        connect_account(wanted, uri, 0.2)

    monkeypatch.setattr(connecting, "connect", hurried)
    code, said = connect(place, "x")
    assert code == 1
    assert "Nobody came back from X within 0 seconds: run the command again" in said


@pytest.mark.parametrize(
    ("name", "lost"),
    [("tiktok", "video.publish"), ("facebook", "instagram_content_publish"), ("x", "media.write")],
)
def test_a_part_of_the_scopes_is_refused_by_name_and_nothing_kept(
    place: Place, name: str, lost: str
) -> None:
    place.owner.without = (lost,)
    code, said = connect(place, name)
    assert code == 3
    assert f"Nothing was connected, because {lost} was not granted" in said
    assert place.accounts() == []


def test_without_what_figures_need_it_is_connected_and_told(place: Place) -> None:
    place.owner.without = ("user.info.stats",)
    code, said = connect(place, "tiktok")
    assert code == 0
    assert "Without figures: its owner did not grant user.info.stats." in said
    place.owner.without = ()
    _, said = connect(place, "tiktok", "--no-figures")
    assert "figures" not in said


def test_another_login_than_the_one_that_was_asked_for_is_refused(place: Place) -> None:
    code, said = connect(place, "x", "--handle", "@other")
    assert code == 3
    assert "that login is @acme_clips and not @other" in said
    assert place.accounts() == []
    assert connect(place, "x", "--handle", "@Acme_Clips")[0] == 0


def test_of_several_accounts_one_has_to_be_named(place: Place) -> None:
    place.fake.accounts = [
        {"access_token": f"p{n}", "instagram_business_account": {"id": n, "username": f"a{n}"}}
        for n in "12"
    ]
    code, said = connect(place, "facebook")
    assert code == 3
    assert "name one with --handle: @a1, @a2" in said
    assert connect(place, "facebook", "--handle", "a2")[0] == 0
    assert place.account().platform_user_id == "2"


def test_connecting_again_keeps_what_was_set_and_ends_the_need_for_it(place: Place) -> None:
    connect(place, "x")
    before = place.account()
    with open_session(place.url) as session:
        queries.accounts.save_account(session, before.replace(angle="sport"))
        queries.accounts.change_status(
            session, before.account_id, AccountStatus.REAUTHORISE, "It ended."
        )
    place.fake.handle = "new_name"
    assert connect(place, "x")[0] == 0
    assert place.account() == before.replace(angle="sport", handle="new_name")


def test_a_suspended_account_is_not_active_because_it_was_connected(place: Place) -> None:
    connect(place, "x")
    with open_session(place.url) as session:
        account_id = place.account().account_id
        queries.accounts.change_status(session, account_id, AccountStatus.SUSPENDED, "It says so.")
    connect(place, "x")
    assert place.account().status is AccountStatus.SUSPENDED
    assert place.run("accounts", "disconnect", account_id)[0] == 0
    connect(place, "x")
    assert place.account().status is AccountStatus.SUSPENDED
    # Only a person who has seen that it is over ends that.
    assert place.run("accounts", "reinstate", account_id, "--by", "Ann")[0] == 0
    assert place.account().status is AccountStatus.ACTIVE


def test_an_account_of_another_client_is_refused(place: Place) -> None:
    connect(place, "x")
    code, said = connect(place, "x", client="umbrella")
    assert code == 3
    assert "@acme_clips belongs to another client" in said
    assert "acme " not in said.rpartition("@")[2]
    assert [one.client for one in place.accounts()] == ["acme"]


def test_one_account_is_one_clients_however_it_is_posted_to(place: Place) -> None:
    connect(place, "x")
    for client, handle, method in (("umbrella", "acme_clips", "browser"), ("c", "ACME", "manual")):
        command = ("accounts", "add", "x", "--client", client, "--handle", handle)
        code, said = place.run(*command, "--method", method)
        expected = (3, True) if method == "browser" else (0, False)
        assert (code, "belongs to another client" in said) == expected
    other = next(one for one in place.accounts() if one.client == "c")
    code, said = place.run("accounts", "set", other.account_id, "handle=ACME_Clips")
    assert (code, "belongs to another client" in said) == (3, True)
    assert place.run("accounts", "set", other.account_id, "handle=acme_two", "angle=a")[0] == 0
    # Whose id nobody knows may be the one that is connected now.
    place.fake.handle, place.fake.user_id = "Acme_Two", "1800"
    code, said = connect(place, "x")
    assert (code, "belongs to another client" in said) == (3, True)
    # An id of its own shows that it has only taken the name over.
    place.fake.handle = "acme_clips"
    code, said = connect(place, "x", client="umbrella")
    assert code == 0, said


def test_connecting_as_it_says_keeps_the_way_an_account_is_posted_to(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connect(place, "tiktok", "--method", "inbox")[0] == 0
    before = place.account()
    assert before.method is PostingMethod.INBOX
    told = "accounts connect tiktok --client acme --handle acme_clips --method inbox"
    assert to_connect(before) == f"clipper {told}"
    # Without a name nobody can know beforehand, so that other scopes are asked for.
    place.owner.without = ("video.upload",)
    code, said = connect(place, "tiktok")
    assert (code, "video.upload was not asked for" in said, told in said) == (3, True, True)
    place.owner.without = ()
    for again in (told.split(), told.removesuffix(" --method inbox").split()):
        code, said = place.run(*again)
        assert code == 0, said
        assert place.account() == before
        with open_session(place.url) as session:
            tokens = queries.tokens.token_dates(session, before.account_id)
        assert tokens is not None
        assert "video.upload" in tokens.scopes


def test_connecting_as_it_says_goes_through_the_same_login_and_app(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(place, "instagram")
    asked: list[Account] = []
    real = apps.oauth_of

    def oauth_of(account: Account, proxy: SecretStr | None = None) -> Any:
        asked.append(account)
        return real(account.replace(app=""), proxy)

    monkeypatch.setattr(apps, "oauth_of", oauth_of)
    monkeypatch.setattr(connecting, "blocks_within_reach", lambda *_: nullcontext())
    with open_session(place.url) as session:
        queries.accounts.save_account(session, place.account().replace(app="main app"))
    before = place.account()
    told = to_connect(before)
    assert told.endswith("--handle acme_clips --login-path instagram --app 'main app'")
    for again in (shlex.split(told)[1:], shlex.split(told)[1:-4]):
        code, said = place.run(*again)
        assert code == 0, said
        assert place.account() == before
        assert (asked[-1].login_path, asked[-1].app) == ("instagram", "main app")


def test_an_account_is_connected_again_by_its_own_way_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(place, "x")
    account_id, way = place.account().account_id, "http://proxy.example:3128"
    place.run("accounts", "set", account_id, "--proxy-file", "-", given=way)
    ways: list[str] = []
    real = apps.oauth_of

    def oauth_of(account: Account, proxy: SecretStr | None = None) -> Any:
        ways.append(proxy.get_secret_value() if proxy else "none")
        return real(account)

    monkeypatch.setattr(apps, "oauth_of", oauth_of)
    assert connect(place, "x", "--handle", "Acme_Clips")[0] == 0
    command = ("accounts", "add", "x", "--client", "acme", "--handle", "acme_clips")
    answer = json.dumps(place.fake.give("x"))
    assert place.run(*command, "--token-file", "-", given=answer)[0] == 0
    assert ways == [way, way]


def test_a_consent_that_is_withdrawn_while_an_account_is_connected_stays_withdrawn(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(place, "x")
    account_id = place.account().account_id
    place.run("accounts", "consent", account_id, "--owner", "Ann")
    real = queries.tokens.lock_tokens

    def lock_tokens(session: Session, account_id: str) -> None:
        # Whoever renews them is waited for, and much may happen meanwhile.
        assert place.run("accounts", "consent", account_id, "--withdraw")[0] == 0
        real(session, account_id)

    monkeypatch.setattr(queries.tokens, "lock_tokens", lock_tokens)
    assert connect(place, "x")[0] == 0
    assert place.account().consent is None


def test_a_name_that_another_account_has_taken_over_is_noticed(place: Place) -> None:
    connect(place, "x")
    place.fake.user_id = "1800"
    code, said = connect(place, "x")
    assert code == 3
    assert "is another account than the one that we know by this name" in said
    first = place.account().account_id
    assert place.run("accounts", "set", first, "handle=renamed")[0] == 0
    for _ in range(2):
        assert connect(place, "x")[0] == 0
    second, renamed = place.accounts()
    assert (renamed.account_id, renamed.platform_user_id) == (first, "1700")
    assert (second.handle, second.platform_user_id) == ("acme_clips", "1800")
    code, said = place.run("accounts", "set", first, "handle=acme_clips")
    assert (code, f"which is {second.account_id}" in said) == (3, True)


def test_without_a_key_nobody_is_asked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLIPPER_VAULT_KEYS")
    settings.cache_clear()
    code, said = connect(place, "x")
    assert code == 1
    assert said.startswith("The vault has no key: make one with `clipper vault new-key`")


def test_without_our_app_nobody_is_asked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLIPPER_X_CLIENT_ID")
    settings.cache_clear()
    code, said = connect(place, "x")
    assert code == 1
    assert said.startswith("Our app at X is not known: set CLIPPER_X_CLIENT_ID, or name a block")


def test_a_port_that_is_taken_is_told(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = connect(place, "x", "--port", str(port))
    assert code == 1
    assert f"Another program listens at port {port}" in said


def test_an_address_on_another_host_is_pasted_back(place: Place) -> None:
    place.owner.stays_away = True
    uri = "https://example.org/back"
    answers: list[str] = []
    opens = place.owner.opens

    def read_line() -> str:
        return answers[0]

    def pasted(server: Any, attempt: Any) -> None:
        opens(server, attempt)
        back = place.fake.consent("instagram", server.authorize_url(attempt))
        answers.append(f"{uri}?code={back['code'][:-2]}&state={attempt.state}#_\n")

    place.owner.opens = pasted  # type: ignore[method-assign]
    wanted = Wanted(PlatformName.INSTAGRAM, "acme", login_path="instagram")
    connecting.connect(wanted, uri, 1, read_line)
    assert place.account().handle == "acme_clips"
    with pytest.raises(Rejected, match="answers another question than ours"):
        connecting.connect(wanted, uri, 1, lines_of(f"{uri}?code=x&state=y\n"))


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("/callback/?code=c&state=s", Answer(code="c")),
        ("/callback/?code=c&state=other", None),
        ("/callback/?code=c", None),
        ("/callback/?error=access_denied&state=s", Answer(denied="access_denied")),
        (
            "/callback/?error=access_denied&error_description=No+thanks.&state=s",
            Answer(denied="No thanks"),
        ),
        ("/callback/?state=s", Answer(denied="no code came back")),
        ("/callback/?code=c&state=s%C3%BC", None),
    ],
)
def test_an_answer_is_read_only_with_our_state(address: str, answer: Answer | None) -> None:
    assert read_answer(address, "s") == answer


def test_tokens_are_added_from_a_file_or_stdin_never_as_an_argument(place: Place) -> None:
    file = place.home / "token.json"
    file.write_text(json.dumps(place.fake.give("tiktok")))
    command = ("accounts", "add", "tiktok", "--client", "acme", "--handle", "acme_clips")
    code, said = place.run(*command, "--token-file", str(file))
    assert code == 0, said
    assert place.account().platform_user_id == "1700"
    code, _ = place.run(*command, "--token-file", "-", given=json.dumps(place.fake.give("tiktok")))
    assert code == 0
    code, said = place.run(*command, "--token-file", str(place.home / "none"))
    assert (code, said.count("cannot be read")) == (3, 1)
    assert place.run(*command)[0] == 2
    assert place.run(*command, "--token", "act.secret")[0] == 2


@pytest.mark.parametrize("now_called", ["Acme_Clips", "acme_clips"])
def test_tokens_go_to_the_account_that_has_the_name_not_to_one_that_had_it(
    place: Place, now_called: str
) -> None:
    command = ("accounts", "add", "x", "--client", "acme", "--method")
    assert place.run(*command, "manual", "--handle", "acme_clips")[0] == 0
    first = place.account().account_id
    assert place.run("accounts", "set", first, "handle=acme_old")[0] == 0
    assert place.run(*command, "browser", "--handle", now_called)[0] == 0
    code, said = connect(place, "x", "--handle", "acme_clips", "--method", "api")
    assert code == 0, said
    second, renamed = sorted(place.accounts(), key=lambda one: one.account_id == first)
    assert (renamed.handle, renamed.platform_user_id) == ("acme_old", "")
    assert (second.handle, second.platform_user_id) == ("acme_clips", "1700")
    with open_session(place.url) as session:
        assert queries.tokens.token_dates(session, first) is None
        assert queries.tokens.token_dates(session, second.account_id) is not None


def test_tokens_are_not_given_to_an_account_that_had_the_name_and_whose_id_nobody_knows(
    place: Place,
) -> None:
    command = ("accounts", "add", "x", "--client", "acme", "--handle", "acme_clips")
    assert place.run(*command, "--method", "manual")[0] == 0
    first = place.account().account_id
    assert place.run("accounts", "set", first, "handle=acme_old")[0] == 0
    for _ in range(2):
        assert connect(place, "x")[0] == 0
    second, renamed = sorted(place.accounts(), key=lambda one: one.account_id == first)
    assert (renamed.handle, renamed.platform_user_id) == ("acme_old", "")
    assert (second.handle, second.platform_user_id) == ("acme_clips", "1700")


def test_added_tokens_are_looked_at_unless_nobody_wants_that(place: Place) -> None:
    command = ("accounts", "add", "x", "--client", "acme", "--token-file", "-", "--handle")
    code, said = place.run(*command, "other", given=json.dumps(place.fake.give("x")))
    assert (code, "and not @other" in said) == (3, True)
    lacking = json.dumps(place.fake.give("x", ("tweet.read",)))
    code, said = place.run(*command, "acme_clips", given=lacking)
    assert (code, "these tokens do not allow tweet.write, users.read" in said) == (3, True)
    assert place.run(*command, "acme_clips", given="stale-token")[0] == 1
    assert place.accounts() == []
    assert place.run(*command, "acme_clips", "--unverified", given="stale-token")[0] == 0


def test_an_account_that_people_post_to_needs_no_token_and_is_added_once(place: Place) -> None:
    command = ("accounts", "add", "x", "--client", "acme", "--handle", "@acme")
    assert place.run(*command, "--method", "manual")[0] == 0
    assert place.account().method is PostingMethod.MANUAL
    known = f"acme has x:@acme already: it is {place.account().account_id}"
    code, said = place.run(*command[:-1], "ACME", "--method", "manual")
    assert (code, said) == (3, f"{known}.\n")
    code, said = place.run(*command, "--method", "browser")
    change = "clipper accounts set x:@acme method=browser"
    assert (code, said) == (3, f"{known}, posted to by manual; to change that: {change}\n")
    assert place.account().method is PostingMethod.MANUAL
    # Its name is free again once it has another one.
    place.run("accounts", "set", "x:@acme", "handle=acme_old")
    assert place.run(*command, "--method", "browser")[0] == 0
    assert [one.handle for one in place.accounts()] == ["acme", "acme_old"]
    assert place.run(*command, "--method", "manual", "--token-file", "-")[0] == 2
    assert place.run(*command, "--method", "inbox", "--token-file", "-")[0] == 2


def test_accounts_are_listed_with_what_was_decided_and_without_secrets(place: Place) -> None:
    told = place.run("accounts", "list")[1]
    assert "No accounts yet" in told
    assert "clipper accounts add PLATFORM" in told
    connect(place, "x")
    account_id = place.account().account_id
    place.run("accounts", "set", account_id, "--proxy-file", "-", given="http://u:CANARY@p:1")
    _, said = place.run("accounts", "list")
    words = said.splitlines()[1].split()
    assert words == [
        *("acme", "x:@acme_clips", "api", "without", "consent", "08:00-23:00", "UTC", "renewed"),
        account_id,
    ]
    place.run("accounts", "consent", account_id, "--owner", "Ann")
    assert " active " in place.run("accounts", "list")[1]
    for command in (("list",), ("check",), ("check", "--browser"), ("login", "@acme_clips")):
        code, said = place.run("accounts", *command, "--client", "umbrella")
        assert (code, said) == (3, "There is no client umbrella yet. Known are acme.\n")
    place.run("client", "umbrella", "--require-rights")
    assert place.run("accounts", "list", "--client", "umbrella")[1].startswith("No accounts")
    [line] = json.loads(place.run("accounts", "list", "--json")[1])
    assert line["proxy"] == "***"
    assert set(line["tokens"]) == {"expires_at", "refresh_expires_at", "obtained_at", "scopes"}


def test_choices_are_set_shown_and_written_down(place: Place) -> None:
    connect(place, "x")
    account_id = place.account().account_id
    given = "timezone=Europe/Berlin wakes_at=07:30 angle=money disclosure.ai_generated=yes".split()
    code, said = place.run("accounts", "set", account_id, *given)
    assert code == 0
    shown = dict(line.strip().split(maxsplit=1) for line in said.splitlines())
    assert (shown["wakes_at"], shown["timezone"]) == ("07:30", "Europe/Berlin")
    assert shown["disclosure.ai_generated"] == "yes"
    assert shown.keys() > in_words(place.account()).keys() > {"premium", "caption_style"}
    found = place.account()
    assert (found.angle, found.disclosure) == ("money", Disclosure(ai_generated=True))
    code, said = place.run("accounts", "set", account_id, "colour=red")
    assert (code, "'colour' is nothing that can be set" in said) == (3, True)
    _, said = place.run("accounts", "history", account_id)
    told = [line.split()[2:] for line in said.splitlines()[1:]]
    assert told == [
        ["connected", "-", "acme_clips"],
        ["timezone", "UTC", "Europe/Berlin"],
        ["wakes_at", "08:00", "07:30"],
        ["angle", "-", "money"],
        ["disclosure.ai_generated", "no", "yes"],
    ]


def test_a_proxy_is_kept_shown_masked_and_taken_away(place: Place) -> None:
    connect(place, "x")
    account_id = place.account().account_id
    command = ("accounts", "set", account_id)
    proxy = SecretStr("http://user:CANARY@proxy.example:3128")
    code, said = place.run(*command, "--proxy-file", "-", given=proxy.get_secret_value() + "\n")
    assert (code, "***" in said, "CANARY" in said) == (0, True, False)
    with open_session(place.url) as session:
        assert queries.tokens.proxy_of(session, Vault([SecretStr(KEY)]), account_id) == proxy
    code, said = place.run(*command, "--proxy-file", "-", given="user:CANARY@nowhere")
    assert (code, "CANARY" in said) == (3, False)
    assert place.run(*command, "--no-proxy", "--proxy-file", "-")[0] == 2
    assert "none" in place.run(*command, "--no-proxy")[1]
    with open_session(place.url) as session:
        assert not queries.tokens.has_proxy(session, account_id)


def test_consent_is_recorded_with_its_date_and_taken_back(place: Place) -> None:
    connect(place, "tiktok")
    command = ("accounts", "consent", place.account().account_id)
    code, said = place.run(
        *command, "--owner", "Ann", "--given-at", "2026-11-20", "--privacy", "SELF_ONLY", "--duet"
    )
    assert code == 0
    assert "Ann on 2026-11-20: SELF_ONLY, with duet" in said
    when = datetime(2026, 11, 20, tzinfo=UTC)
    expected = Consent(owner="Ann", given_at=when, privacy="SELF_ONLY", allow_duet=True)
    assert place.account().consent == expected
    assert place.run(*command)[0] == 2
    assert place.run(*command, "--owner", "Ann", "--withdraw")[0] == 2
    assert "nothing is posted" in place.run(*command, "--withdraw")[1]
    assert place.account().consent is None


def test_only_tiktok_wants_a_choice_of_who_sees_the_posts(place: Place) -> None:
    connect(place, "tiktok")
    tiktok = place.account().account_id
    code, said = place.run("accounts", "consent", tiktok, "--owner", "Ann")
    asked = "give --privacy, one of PUBLIC_TO_EVERYONE, MUTUAL_FOLLOW_FRIENDS"
    assert (code, asked in " ".join(said.split())) == (3, True)
    odd = ("accounts", "consent", tiktok, "--owner", "Ann", "--privacy", "EVERYBODY")
    code, said = place.run(*odd)
    assert (code, "TikTok knows no privacy EVERYBODY" in said) == (3, True)
    early = ("--privacy", "SELF_ONLY", "--given-at", "2999-01-01")
    assert place.run(*odd[:5], *early)[0] == 2
    assert place.account().consent is None
    connect(place, "x")
    x = next(one.account_id for one in place.accounts() if one.platform is PlatformName.X)
    code, said = place.run("accounts", "consent", x, "--owner", "Ann")
    assert (code, "everybody may see it" in said) == (0, True)


def test_a_pause_holds_until_it_is_taken_back(place: Place) -> None:
    connect(place, "x")
    account_id = place.account().account_id
    assert place.run("accounts", "pause", account_id, "--reason", "holiday")[0] == 0
    assert place.account().paused == "holiday"
    assert "no longer paused" in place.run("accounts", "resume", account_id)[1]
    assert "was not paused" in place.run("accounts", "resume", account_id)[1]
    assert place.run("accounts", "pause", "account_0")[0] == 3


def test_a_disconnected_account_is_told_to_its_platform_and_forgotten(place: Place) -> None:
    connect(place, "x")
    account_id = place.account().account_id
    assert place.run("accounts", "disconnect", account_id)[0] == 0
    assert len(place.fake.revoked) == 1
    assert place.account().status is AccountStatus.REAUTHORISE
    with open_session(place.url) as session:
        assert queries.tokens.token_dates(session, account_id) is None
    assert place.run("accounts", "disconnect", account_id)[0] == 3
    connect(place, "x")
    place.fake.faults.append(Fault(503, {}))
    code, said = place.run("accounts", "disconnect", account_id)
    assert (code, "Its platform was not told" in said) == (0, True)


class FakePlatform:
    """Says of every account what a test wants."""

    refuses: tuple[str, ...] = ()
    """Whatever is to be posted."""
    says: AccountLimits | ClippingError = AccountLimits()
    asked: list[str] = []  # noqa: RUF012 - shared on purpose

    def limits(self, access: Any, _clock: Any) -> AccountLimits:
        """What the account may post."""
        self.asked.append(access.token.get_secret_value())
        if isinstance(self.says, ClippingError):
            raise self.says
        return self.says

    def check(self, *_job: Any) -> list[str]:
        """Why nothing can be posted as the account is set up."""
        return list(self.refuses)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> type[FakePlatform]:
    known = dict.fromkeys(PlatformName, FakePlatform)
    monkeypatch.setattr(platforms, "PLATFORMS", known, raising=False)
    monkeypatch.setattr(FakePlatform, "asked", [])
    monkeypatch.setattr(FakePlatform, "says", AccountLimits())
    monkeypatch.setattr(FakePlatform, "refuses", ())
    return FakePlatform


def test_a_check_says_of_each_account_whether_it_can_be_posted_to(
    place: Place, platform: type[FakePlatform]
) -> None:
    connect(place, "x")
    account = place.account()
    code, said = place.run("accounts", "check")
    assert (code, "its owner's consent is not recorded" in said) == (1, True)
    place.run("accounts", "consent", account.account_id, "--owner", "Ann")
    code, said = place.run("accounts", "check", account.account_id)
    assert (code, said.splitlines()[1].split()) == (0, ["acme", "x:@acme_clips", "yes"])
    assert len(platform.asked) == 2
    platform.says = AccountLimits(posts_left=0, resets_at=NOW)
    code, said = place.run("accounts", "check", "--json")
    assert code == 1
    assert json.loads(said)[0]["why_not"] == [
        "its platform takes no further post until 2026-11-26 12:00 UTC"
    ]
    place.run("accounts", "pause", account.account_id)
    _, said = place.run("accounts", "check")
    assert "it is paused: by hand" in said
    assert len(platform.asked) == 3


def test_a_check_says_no_under_a_stop_a_setting_and_a_silence(
    place: Place, platform: type[FakePlatform]
) -> None:
    connect(place, "x")
    account_id = place.account().account_id
    place.run("accounts", "consent", account_id, "--owner", "Ann")
    with open_session(place.url) as session:
        queries.stops.add_stop(session, Stop(client="umbrella", by="Bo", at=NOW, why="no"))
    assert place.run("accounts", "check")[0] == 0
    with open_session(place.url) as session:
        stop = queries.stops.add_stop(
            session, Stop(client="acme", by="Ann", at=NOW, why="a mistake")
        )
    code, said = place.run("accounts", "check", "--json")
    assert (code, json.loads(said)[0]["why_not"]) == (
        1,
        ["Ann stopped everything of acme: a mistake"],
    )
    with open_session(place.url) as session:
        queries.stops.lift_stop(session, stop.stop_id, "Ann", NOW)
    platform.refuses = ("X has no such label.",)
    code, said = place.run("accounts", "check", "--json")
    assert (code, json.loads(said)[0]["why_not"]) == (1, ["X has no such label"])
    platform.says = ServiceUnavailable("X does not answer just now.")
    code, said = place.run("accounts", "check", "--json")
    told = ["X has no such label", "X does not answer just now"]
    [line] = json.loads(said)
    assert (code, line["why_not"], line["can_post"]) == (1, told, False)
    platform.refuses = ()
    code, said = place.run("accounts", "check", "--json")
    assert (code, json.loads(said)[0]["can_post"]) == (1, None)
    said = place.run("accounts", "check")[1]
    assert said.splitlines()[1].split()[2:4] == ["not", "known"]
    assert "X does not answer just now" in said


def test_a_check_asks_whose_login_an_account_with_drafts_has(place: Place) -> None:
    command = ("accounts", "add", "tiktok", "--client", "acme", "--method", "inbox")
    options = ("--handle", "acme_clips", "--token-file", "-", "--unverified")
    answer = place.fake.give("tiktok", TikTokOAuth.needed(PostingMethod.INBOX))
    code, said = place.run(*command, *options, given=json.dumps(answer))
    assert (code, "Nobody has asked TikTok whose tokens these are" in said) == (0, True)
    consent = ("--owner", "Ann", "--privacy", "SELF_ONLY")
    place.run("accounts", "consent", "tiktok:@acme_clips", *consent)
    place.fake.faults.append(Fault(503, {}))
    code, said = place.run("accounts", "check", "@acme_clips")
    assert (code, "not known" in said, "TikTok cannot answer just now" in said) == (1, True, True)
    assert place.run("accounts", "check")[0] == 0
    place.fake.user_id = "1800"
    code, said = place.run("accounts", "check")
    assert (code, "its login opens another account" in said) == (1, True)
    place.fake.end(answer["access_token"])
    code, said = place.run("accounts", "check")
    assert (code, place.account().status) == (1, AccountStatus.REAUTHORISE)


@pytest.mark.parametrize("scopes", [("user.info.basic", "video.upload"), ("video.upload",)])
def test_a_token_that_is_good_for_drafts_alone_is_not_taken_for_a_refused_one(
    place: Place, scopes: tuple[str, ...]
) -> None:
    answer = place.fake.give("tiktok", scopes)
    bare = json.dumps({"access_token": answer["access_token"], "open_id": place.fake.user_id})
    command = ("accounts", "add", "tiktok", "--client", "acme", "--method", "inbox")
    options = ("--handle", "acme_clips", "--token-file", "-", "--unverified")
    assert place.run(*command, *options, given=bare)[0] == 0
    place.run("accounts", "consent", "@acme_clips", "--owner", "Ann", "--privacy", "SELF_ONLY")
    code, said = place.run("accounts", "check")
    assert (code, place.account().status) == (0, AccountStatus.ACTIVE), said
    place.fake.user_id = "1800"
    code, said = place.run("accounts", "check")
    assert "its login opens another account" in said if len(scopes) > 1 else code == 0


def test_what_a_platform_says_during_a_check_changes_the_status(
    place: Place, platform: type[FakePlatform]
) -> None:
    connect(place, "x")
    platform.says = AccountBlocked("X has suspended it.")
    assert "X has suspended it" in place.run("accounts", "check")[1]
    assert place.account().status is AccountStatus.SUSPENDED


def test_a_check_renews_and_tells_what_cannot_be(place: Place) -> None:
    connect(place, "x")
    account = place.account()
    with open_session(place.url) as session:
        vault = Vault([SecretStr(KEY)])
        tokens = queries.tokens.find_tokens(session, vault, account.account_id)
        assert tokens is not None
        old = tokens.replace(expires_at=datetime.now(UTC) - timedelta(hours=1))
        queries.tokens.save_tokens(session, vault, account.account_id, old)
        queries.accounts.save_account(
            session, account.replace(consent=Consent(owner="A", given_at=NOW))
        )
    place.fake.faults.append(Fault(400, {"error": "invalid_grant"}))
    code, said = place.run("accounts", "check")
    assert (code, "X wants the account to be connected again" in said) == (1, True)
    assert place.account().status is AccountStatus.REAUTHORISE


STYLES = ("pop", "plain")
READY = an_account(consent=Consent(owner="Ann", given_at=NOW))


@pytest.mark.parametrize(
    ("account", "tokens", "told"),
    [
        (READY, some_tokens(scopes=()), []),
        (READY, None, ["it is not connected"]),
        (READY.replace(method="manual"), None, []),
        (READY.replace(consent=None), some_tokens(scopes=()), ["its owner's consent is not"]),
        (READY.replace(paused="holiday"), some_tokens(scopes=()), ["it is paused: holiday"]),
        (READY.replace(status="suspended"), some_tokens(scopes=()), ["its platform has suspended"]),
        (READY.replace(status="banned"), some_tokens(scopes=()), ["its platform has banned it"]),
        (READY.replace(status="warned"), some_tokens(scopes=()), []),
        (
            READY,
            some_tokens(scopes=("video.publish",)),
            ["its owner did not grant user.info.basic"],
        ),
        (READY, some_tokens(scopes=(), refresh=None, expires_at=NOW), ["its token has expired"]),
        (
            READY.replace(platform="x", disclosure=Disclosure(own_brand=True, sponsors=("a",))),
            some_tokens(scopes=()),
            ["its platform has no field for the own brand", "its platform has no field for spon"],
        ),
        (
            READY.replace(
                platform="instagram",
                login_path="instagram",
                disclosure=Disclosure(paid_partnership=True),
            ),
            some_tokens(scopes=()),
            ["Instagram's own login cannot label"],
        ),
    ],
)
def test_what_stands_in_the_way_is_told(
    account: Account, tokens: Tokens | None, told: list[str]
) -> None:
    found = obstacles(account, tokens, NOW)
    assert len(found) == len(told), found
    for sentence, beginning in zip(found, told, strict=True):
        assert sentence.startswith(beginning)


def test_what_the_platform_says_stands_in_the_way_too() -> None:
    levels = ("SELF_ONLY", "MUTUAL_FOLLOW_FRIENDS")
    found = live_obstacles(READY, AccountLimits(privacy_levels=levels, blocked="Too many."))
    assert found == [
        "Too many",
        "its owner agreed to PUBLIC_TO_EVERYONE, and it offers only "
        "SELF_ONLY, MUTUAL_FOLLOW_FRIENDS",
    ]
    assert live_obstacles(READY, AccountLimits(posts_left=3)) == []


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("timezone=America/New_York", {"timezone": "America/New_York"}),
        ("sleeps_at=01:30", {"sleeps_at": time(1, 30)}),
        ("method=inbox", {"method": PostingMethod.INBOX}),
        ("premium=yes", {"premium": True}),
        ("first_post_on=2026-11-01", {"first_post_on": date(2026, 11, 1)}),
        ("first_post_on=none", {"first_post_on": None}),
        ("handle=@new", {"handle": "new"}),
        ("angle=a=b", {"angle": "a=b"}),
        ("disclosure.sponsors=one, two", {"disclosure": Disclosure(sponsors=("one", "two"))}),
    ],
)
def test_a_choice_is_read(choice: str, expected: dict[str, Any]) -> None:
    found = chosen(READY.replace(platform="x") if "premium" in choice else READY, [choice], STYLES)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    "choice",
    [
        *("timezone=Mars/Base", "timezone=../etc/passwd", "wakes_at=25:00", "wakes_at=08:00+01:00"),
        *("method=magic", "premium=maybe", "first_post_on=soon", "handle=", "status=active"),
        *("consent=yes", "platform=x", "timezone", "disclosure.paid=yes"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(choice: str) -> None:
    with pytest.raises(Rejected):
        chosen(READY, [choice], STYLES)


def test_only_tiktok_has_an_inbox() -> None:
    with pytest.raises(Rejected, match="only TikTok"):
        chosen(READY.replace(platform="x"), ["method=inbox"], STYLES)


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (["premium=yes"], "premium=yes: only X has it."),
        (
            ["wakes_at=23:00"],
            "wakes_at and sleeps_at are both 23:00: posts fall between the two, so give two.",
        ),
        (["wakes_at=09:00", "sleeps_at=09:00"], "are both 09:00"),
        (["caption_style=neon"], "caption_style=neon: it is any, or one of plain, pop."),
    ],
)
def test_what_cannot_be_together_is_refused(choices: list[str], told: str) -> None:
    with pytest.raises(Rejected, match=re.escape(told)):
        chosen(READY, choices, STYLES)


def test_what_was_wrong_before_keeps_nothing_else_from_being_set() -> None:
    odd = READY.replace(caption_style="gone", wakes_at=time(9), sleeps_at=time(9))
    assert chosen(odd, ["angle=money"], STYLES) == odd.replace(angle="money")
    assert chosen(odd, ["caption_style=any"], STYLES).caption_style == ""
    # So it was possible once, and is not even shown.
    odd = READY.replace(platform="tiktok", premium=True)
    assert chosen(odd, ["angle=money"], STYLES).angle == "money"
    assert not chosen(odd, ["premium=no"], STYLES).premium
    with pytest.raises(Rejected, match="only X has it"):
        chosen(odd.replace(premium=False), ["premium=yes"], STYLES)


@pytest.mark.parametrize("platform", ["tiktok", "x"])
def test_what_was_chosen_is_told_as_it_is_read(platform: str) -> None:
    told = Disclosure(paid_partnership=True, sponsors=("one", "two"))
    whole = READY.replace(
        platform=platform,
        timezone="Europe/Berlin",
        wakes_at=time(7, 30),
        angle="money, saving",
        caption_style="pop",
        premium=platform == "x",
        first_post_on=date(2026, 11, 1),
        disclosure=told,
    )
    for one in (whole, READY.replace(platform=platform)):
        words = in_words(one)
        assert chosen(READY.replace(platform=platform), _choices(words), STYLES) == one
        assert ("premium" in words) is (platform == "x")


def _choices(words: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in words.items()]


@pytest.mark.parametrize(
    "address", ["", "proxy.example:1", "ftp://p:1", "http://", "http://p:x", "http://a b:1"]
)
def test_what_is_no_proxy_is_refused(address: str) -> None:
    with pytest.raises(Rejected):
        proxy_address(SecretStr(address))


def test_the_keys_of_the_vault_are_changed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(place, "x")
    code, key = place.run("vault", "new-key")
    assert (code, len(key)) == (0, 45)
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", f"{key.strip()},{KEY}")
    settings.cache_clear()
    code, said = place.run("vault", "rotate")
    assert (code, said.splitlines()[0]) == (
        0,
        "2 sealed anew, 0 under the newest key already, 0 cannot be opened.",
    )
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", key.strip())
    settings.cache_clear()
    assert "0 sealed anew, 2 under" in place.run("vault", "rotate")[1]
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", KEY)
    settings.cache_clear()
    code, said = place.run("vault", "rotate")
    assert (code, "2 cannot be opened" in said) == (1, True)
    assert "No key in CLIPPER_VAULT_KEYS opens what is stored in account_tokens.access" in said
