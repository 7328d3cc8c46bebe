"""Each platform's way from an owner's consent to tokens, and to newer ones."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from clipping.errors import (
    AccountBlocked,
    AppMisconfigured,
    AuthorizationExpired,
    ClippingError,
    MalformedReply,
    RateLimited,
    Rejected,
    ServiceUnavailable,
)
from clipping.models import PlatformName, PostingMethod, Tokens
from clipping.platforms.oauth import OAUTH, OAuth
from clipping.platforms.oauth.base import Attempt
from clipping.platforms.oauth.given import read_tokens
from tests.support.oauth import APPS, PLATFORMS, SCOPES, FakeOAuth, Fault

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
API = PostingMethod.API
REDIRECT = "http://127.0.0.1:8123/callback/"
KINDS = {kind.login_path or kind.platform.value: kind for kind in OAUTH.values()}


@pytest.fixture(scope="module")
def serving() -> Iterator[FakeOAuth]:
    with FakeOAuth().serving() as server:
        yield server


@pytest.fixture
def fake(serving: FakeOAuth) -> FakeOAuth:
    hosts = serving.hosts
    serving.__dict__.update(FakeOAuth(hosts=hosts).__dict__)
    return serving


def oauth(fake: FakeOAuth, name: str, **options: Any) -> OAuth:
    return KINDS[name](APPS[name], hosts=fake.hosts[name], **options)


def connected(fake: FakeOAuth, name: str, *, without: tuple[str, ...] = ()) -> tuple[OAuth, Tokens]:
    server, attempt = oauth(fake, name), Attempt(REDIRECT)
    back = fake.consent(name, server.authorize_url(attempt), without=without)
    return server, server.exchange(back["code"], attempt, NOW)


def test_every_platform_has_one_way_in_and_instagram_two() -> None:
    assert set(KINDS) == set(PLATFORMS)
    assert {platform for platform, _ in OAUTH} == set(PlatformName)
    for (platform, path), kind in OAUTH.items():
        assert (kind.platform, kind.login_path) == (platform, path)
        assert kind.__doc__
        for address in kind.hosts.values():
            assert address.startswith("https://")


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_address_for_the_owner_says_who_asks_for_what(fake: FakeOAuth, name: str) -> None:
    attempt = Attempt(REDIRECT)
    address = oauth(fake, name).authorize_url(attempt)
    given = parse_qs(urlsplit(address).query)
    assert given["redirect_uri"] == [REDIRECT]
    assert given["state"] == [attempt.state]
    assert given["response_type"] == ["code"]
    between = "," if name in ("tiktok", "facebook", "instagram") else " "
    assert set(given["scope"][0].split(between)) == set(SCOPES[name])
    assert APPS[name]["client_secret"].get_secret_value() not in address
    assert attempt.verifier not in address
    assert ("code_challenge" in given) is (name in ("tiktok", "youtube", "x"))
    without = oauth(fake, name).authorize_url(Attempt(REDIRECT, measuring=False))
    assert set(parse_qs(urlsplit(without).query)["scope"][0].split(between)) == set(
        KINDS[name].needed(API)
    )


def test_google_is_asked_for_a_refresh_token_that_outlives_the_hour(fake: FakeOAuth) -> None:
    given = parse_qs(urlsplit(oauth(fake, "youtube").authorize_url(Attempt(REDIRECT))).query)
    assert (given["access_type"], given["prompt"]) == (["offline"], ["consent"])
    assert given["include_granted_scopes"] == ["true"]


def test_each_attempt_has_a_state_and_a_verifier_of_its_own_and_hides_both() -> None:
    one, other = Attempt(REDIRECT), Attempt(REDIRECT)
    assert one.state != other.state
    assert one.verifier != other.verifier
    assert 43 <= len(one.verifier) <= 128
    assert one.state not in repr(one)
    assert one.verifier not in repr(one)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_code_becomes_tokens_of_the_account(fake: FakeOAuth, name: str) -> None:
    server, tokens = connected(fake, name)
    assert set(tokens.scopes) == set(SCOPES[name])
    assert server.missing(tokens.scopes, API) == ()
    [account] = server.accounts(tokens)
    assert (account.handle, account.platform_user_id) == ("acme_clips", "1700")
    opened = account.tokens
    assert "CANARY" in opened.access.get_secret_value()
    assert "CANARY" not in f"{account!r} {account} {account.model_dump_json()} {tokens!r}"
    assert (opened.refresh is not None) is (name in ("tiktok", "youtube", "x"))
    life = {"tiktok": 7200, "x": 7200, "youtube": 3599, "instagram": 60 * 86400}.get(name)
    assert opened.expires_at == (life and NOW + timedelta(seconds=life))
    assert opened.obtained_at == NOW


def test_tiktok_says_when_its_refresh_token_ends(fake: FakeOAuth) -> None:
    _, tokens = connected(fake, "tiktok")
    assert tokens.refresh_expires_at == NOW + timedelta(days=180)


def test_the_sign_behind_instagrams_code_is_no_part_of_it(fake: FakeOAuth) -> None:
    connected(fake, "instagram")
    assert "#" not in fake.forms[0]["code"]


def test_instagram_is_understood_flat_and_in_data(fake: FakeOAuth) -> None:
    fake.wrapped = True
    server, tokens = connected(fake, "instagram")
    assert set(tokens.scopes) == set(SCOPES["instagram"])
    assert server.accounts(tokens)[0].platform_user_id == "1700"
    assert fake.asked[:2] == ["instagram authorization_code", "instagram ig_exchange_token"]


def test_the_token_of_a_page_has_no_date_and_is_never_renewed(fake: FakeOAuth) -> None:
    server, tokens = connected(fake, "facebook")
    [account] = server.accounts(tokens)
    assert account.tokens.access == SecretStr("page-token-CANARY")
    assert account.tokens.expires_at is None
    assert not server.due(account.tokens, NOW + timedelta(days=3000))
    with pytest.raises(AuthorizationExpired):
        server.refresh(account.tokens, NOW)


def test_pages_without_an_instagram_account_are_told(fake: FakeOAuth) -> None:
    server, tokens = connected(fake, "facebook")
    fake.accounts = [{"id": "4", "access_token": "x"}]
    with pytest.raises(Rejected, match="No Page of this Facebook account"):
        server.accounts(tokens)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_scope_that_was_not_granted_is_missed(fake: FakeOAuth, name: str) -> None:
    lost = KINDS[name].needed(API)[-1]
    server, tokens = connected(fake, name, without=(lost,))
    assert server.missing(tokens.scopes, API) == (lost,)


def test_drafts_need_another_scope_than_posts() -> None:
    granted = KINDS["tiktok"].needed(PostingMethod.INBOX)
    assert KINDS["tiktok"].missing(granted, PostingMethod.INBOX) == ()
    assert KINDS["tiktok"].missing(granted, API) == ("video.publish",)


@pytest.mark.parametrize("name", ["tiktok", "x"])
def test_a_refresh_brings_a_new_pair_and_ends_the_old_one(fake: FakeOAuth, name: str) -> None:
    server, tokens = connected(fake, name)
    newer = server.refresh(tokens, NOW + timedelta(hours=2))
    assert newer.access != tokens.access
    assert newer.refresh not in (None, tokens.refresh)
    assert newer.scopes == tokens.scopes
    assert newer.expires_at == NOW + timedelta(hours=4)
    with pytest.raises(AuthorizationExpired, match="wants the account to be connected again"):
        server.refresh(tokens, NOW + timedelta(hours=2))
    assert server.refresh(newer, NOW + timedelta(hours=3)).access != newer.access


def test_googles_refresh_token_and_scopes_stay(fake: FakeOAuth) -> None:
    server, tokens = connected(fake, "youtube")
    newer = server.refresh(tokens, NOW + timedelta(hours=1))
    assert newer.access != tokens.access
    assert (newer.refresh, newer.scopes) == (tokens.refresh, tokens.scopes)


def test_instagrams_token_is_renewed_weekly_never_within_a_day_and_never_when_dead(
    fake: FakeOAuth,
) -> None:
    server, tokens = connected(fake, "instagram")
    ages = {hours: server.due(tokens, NOW + timedelta(hours=hours)) for hours in (1, 25, 167, 168)}
    assert ages == {1: False, 25: False, 167: False, 168: True}
    short = tokens.replace(expires_at=NOW + timedelta(days=3))
    assert server.due(short, NOW + timedelta(hours=25))
    assert not server.due(short, NOW + timedelta(hours=23))
    before = len(fake.asked)
    assert server.refresh(tokens, NOW + timedelta(hours=23)) == tokens
    with pytest.raises(AuthorizationExpired, match="has expired"):
        server.refresh(tokens, NOW + timedelta(days=60))
    assert len(fake.asked) == before
    newer = server.refresh(tokens, NOW + timedelta(days=7))
    assert newer.expires_at == NOW + timedelta(days=67)
    assert newer.scopes == tokens.scopes


@pytest.mark.parametrize("name", ["tiktok", "youtube", "x"])
def test_access_is_renewed_before_it_ends_not_earlier(fake: FakeOAuth, name: str) -> None:
    server, tokens = connected(fake, name)
    assert tokens.expires_at is not None
    assert not server.due(tokens, tokens.expires_at - timedelta(minutes=11))
    assert server.due(tokens, tokens.expires_at - timedelta(minutes=10))


def test_a_tiktok_account_that_rests_keeps_its_refresh_token_alive(fake: FakeOAuth) -> None:
    server, tokens = connected(fake, "tiktok")
    resting = tokens.replace(expires_at=None)
    assert not server.due(resting, NOW + timedelta(days=149))
    assert server.due(resting, NOW + timedelta(days=151))
    # Where a renewal does not move its end, it is not asked for again and again.
    same = resting.replace(obtained_at=NOW + timedelta(days=151))
    assert not server.due(same, NOW + timedelta(days=151, hours=1))


@pytest.mark.parametrize("name", ["tiktok", "youtube", "x"])
def test_what_is_revoked_is_told_to_the_platform(fake: FakeOAuth, name: str) -> None:
    server, tokens = connected(fake, name)
    assert tokens.refresh is not None
    ended = tokens.access if name == "tiktok" else tokens.refresh
    server.revoke(tokens)
    assert fake.revoked == [ended.get_secret_value()]


def test_instagrams_own_login_ends_only_in_its_settings(fake: FakeOAuth) -> None:
    server, tokens = connected(fake, "instagram")
    with pytest.raises(ClippingError, match="only the owner"):
        server.revoke(tokens)
    facebook, of_page = connected(fake, "facebook")
    facebook.revoke(of_page)
    assert fake.asked[-1] == "facebook /me/permissions"


META = {"message": "said CANARY", "type": "OAuthException"}
TRIES: list[tuple[str, Fault, type[ClippingError]]] = [
    ("tiktok", Fault(body={"error": "invalid_grant"}), AuthorizationExpired),
    ("tiktok", Fault(400, {"error": "invalid_grant"}), AuthorizationExpired),
    ("tiktok", Fault(body={"error": "access_denied"}), AuthorizationExpired),
    ("tiktok", Fault(body={"error": "invalid_client"}), AppMisconfigured),
    ("tiktok", Fault(body={"error": "invalid_request"}), AppMisconfigured),
    ("tiktok", Fault(body={"error": "invalid_scope"}), AppMisconfigured),
    ("tiktok", Fault(body={"error": "unauthorized_client"}), AppMisconfigured),
    ("tiktok", Fault(body={"error": "unsupported_grant_type"}), AppMisconfigured),
    ("tiktok", Fault(body={"error": "never_heard_of"}), AppMisconfigured),
    ("x", Fault(400, {"error": "invalid_request"}), AuthorizationExpired),
    ("x", Fault(400, {"error": "invalid_grant"}), AuthorizationExpired),
    ("x", Fault(401, {"error": "unauthorized_client"}), AppMisconfigured),
    ("x", Fault(403, {"title": "Forbidden", "detail": "no"}), AppMisconfigured),
    ("youtube", Fault(400, {"error": "invalid_grant"}), AuthorizationExpired),
    ("youtube", Fault(401, {"error": "invalid_client"}), AppMisconfigured),
    ("youtube", Fault(400, {"error": "temporarily_unavailable"}), ServiceUnavailable),
    ("instagram", Fault(400, {"error": {**META, "code": 190}}), AuthorizationExpired),
    ("instagram", Fault(400, {"error": {**META, "code": 10}}), AuthorizationExpired),
    ("instagram", Fault(400, {"error": {**META, "code": 200}}), AuthorizationExpired),
    ("instagram", Fault(400, {"error": {**META, "code": 2}}), ServiceUnavailable),
    ("instagram", Fault(400, {"error": {**META, "code": 4}}), RateLimited),
    ("instagram", Fault(400, {"error": {**META, "code": 368}}), AccountBlocked),
    ("instagram", Fault(400, {"error": {**META, "code": 101}}), AppMisconfigured),
    ("instagram", Fault(400, {"error": {**META, "code": "?"}}), AppMisconfigured),
    (
        "instagram",
        Fault(400, {"error": {**META, "code": 100, "is_transient": True}}),
        ServiceUnavailable,
    ),
    (
        "instagram",
        Fault(400, {"error": {**META, "code": 100, "error_subcode": 36009}}),
        AuthorizationExpired,
    ),
    (
        "instagram",
        Fault(400, {"error_type": "OAuthException", "code": 400, "error_message": "no"}),
        AppMisconfigured,
    ),
    *((name, Fault(503, {}), ServiceUnavailable) for name in PLATFORMS),
    *((name, Fault(429, {}), RateLimited) for name in PLATFORMS),
    *((name, Fault(cut="before"), ServiceUnavailable) for name in PLATFORMS),
    *((name, Fault(cut="after"), ServiceUnavailable) for name in PLATFORMS),
    *((name, Fault(body="<html>"), MalformedReply) for name in PLATFORMS),
    *((name, Fault(body=[]), MalformedReply) for name in PLATFORMS),
    *((name, Fault(body={"expires_in": 1}), MalformedReply) for name in PLATFORMS),
    *((name, Fault(body={"access_token": 7}), MalformedReply) for name in PLATFORMS),
    *(
        (name, Fault(body={"access_token": "a", "expires_in": "soon"}), MalformedReply)
        for name in PLATFORMS
    ),
]


@pytest.mark.parametrize(
    ("name", "fault", "kind"),
    TRIES,
    ids=[f"{name}-{fault.status}-{fault.cut or fault.body}" for name, fault, _ in TRIES],
)
def test_every_refusal_of_a_renewal_has_its_class(
    fake: FakeOAuth,
    name: str,
    fault: Fault,
    kind: type[ClippingError],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    server, old = oauth(fake, name), NOW - timedelta(days=8)
    tokens = Tokens(
        access=SecretStr("access-0-CANARY"), refresh=SecretStr("refresh-0-CANARY"), obtained_at=old
    )
    fake.faults.append(fault)
    with pytest.raises(kind) as caught:
        _renew(server, tokens)
    assert type(caught.value) is kind
    assert str(caught.value).endswith(".")
    assert "CANARY" not in f"{caught.value!r} {vars(caught.value)}".replace("said CANARY", "")
    assert "CANARY" not in caplog.text
    assert caught.value.__cause__ is None
    pickle.loads(pickle.dumps(caught.value))


def _renew(server: OAuth, tokens: Tokens) -> None:
    if server.login_path == "facebook":
        # Nothing else of it is renewed.
        server.exchange("code", Attempt(REDIRECT), NOW)
    else:
        server.refresh(tokens, NOW)


def test_a_platform_that_repeats_a_token_is_not_repeated(fake: FakeOAuth) -> None:
    server = oauth(fake, "x")
    secret = "refresh-0-CANARY"
    server.refresh(
        Tokens(access=SecretStr("a" * 9), refresh=_live(fake, "x", secret), obtained_at=NOW), NOW
    )
    fake.faults.append(Fault(400, {"error": "invalid_grant", "error_description": f"not {secret}"}))
    with pytest.raises(AuthorizationExpired, match=r"not \*\*\*"):
        server.refresh(
            Tokens(access=SecretStr("a" * 9), refresh=SecretStr(secret), obtained_at=NOW), NOW
        )


def _live(fake: FakeOAuth, name: str, secret: str) -> SecretStr:
    fake._live[secret] = SCOPES[name]
    from clipping.vault import remember

    remember(SecretStr(secret))
    return SecretStr(secret)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_token_that_is_refused_does_not_say_whose_account_it_is(
    fake: FakeOAuth, name: str
) -> None:
    stale = Tokens(access=SecretStr("access-0-CANARY"), obtained_at=NOW)
    with pytest.raises(AuthorizationExpired):
        oauth(fake, name).accounts(stale)


def test_a_google_account_without_a_channel_is_told(fake: FakeOAuth) -> None:
    server, tokens = connected(fake, "youtube")
    fake.faults.append(Fault(body={"items": []}))
    with pytest.raises(Rejected, match="no YouTube channel"):
        server.accounts(tokens)


def test_google_without_a_refresh_token_is_refused(fake: FakeOAuth) -> None:
    fake.faults.append(Fault(body={"access_token": "a", "scope": "s"}))
    with pytest.raises(MalformedReply, match="gave no refresh token"):
        oauth(fake, "youtube").exchange("code", Attempt(REDIRECT), NOW)


def test_an_app_without_a_secret_is_told_by_name() -> None:
    with pytest.raises(AppMisconfigured, match="TikTok has no client_secret"):
        KINDS["tiktok"]({"client_key": SecretStr("k")})


def test_a_public_client_of_x_names_itself_in_the_form(fake: FakeOAuth) -> None:
    public = KINDS["x"]({"client_id": SecretStr("public-id")}, hosts=fake.hosts["x"])
    attempt = Attempt(REDIRECT)
    back = fake.consent("x", public.authorize_url(attempt))
    public.exchange(back["code"], attempt, NOW)
    assert fake.forms[-1]["client_id"] == "public-id"
    connected(fake, "x")
    assert "client_id" not in fake.forms[-1]
    assert "client_secret" not in fake.forms[-1]


def test_the_environments_proxy_is_not_taken_but_the_accounts_own_is(
    fake: FakeOAuth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    connected(fake, "x")
    nowhere = oauth(fake, "x", proxy=SecretStr("http://user:CANARY@127.0.0.1:1"))
    with pytest.raises(ServiceUnavailable) as caught:
        nowhere.exchange("code", Attempt(REDIRECT), NOW)
    assert "CANARY" not in str(caught.value)


def test_tokens_do_not_leave_their_process(fake: FakeOAuth) -> None:
    server, tokens = connected(fake, "x")
    for value in (tokens, server.accounts(tokens)[0]):
        with pytest.raises(TypeError, match="do not leave the process"):
            pickle.dumps(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain-token", {"access": SecretStr("plain-token"), "expires_at": None}),
        (
            '{"access_token": "a", "refresh_token": "r", "expires_in": 60, "scope": "x,y z"}',
            {
                "refresh": SecretStr("r"),
                "expires_at": NOW + timedelta(seconds=60),
                "scopes": ("x", "y", "z"),
            },
        ),
        (
            '{"access_token": "a", "expires_in": 60, "obtained_at": "2026-11-20T12:00:00Z"}',
            {
                "obtained_at": NOW - timedelta(days=6),
                "expires_at": NOW - timedelta(days=6) + timedelta(seconds=60),
            },
        ),
        (
            '{"access_token": "a", "expires_at": "2026-12-01T00:00:00"}',
            {"expires_at": datetime(2026, 12, 1, tzinfo=UTC)},
        ),
    ],
)
def test_tokens_that_are_handed_over_are_read(text: str, expected: dict[str, Any]) -> None:
    tokens, _ = read_tokens(text, NOW)
    assert {name: getattr(tokens, name) for name in expected} == expected


def test_the_id_of_the_account_is_read_from_a_token_answer() -> None:
    assert read_tokens('{"access_token": "a", "open_id": "o-1"}', NOW)[1] == "o-1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "two words",
        "{",
        "{}",
        '{"access_token": ["CANARY"]}',
        '{"access_token": "CANARY", "expires_at": "soon"}',
    ],
)
def test_what_is_no_token_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_tokens(text, NOW)
    assert "CANARY" not in f"{caught.value}{caught.value.__cause__}"
