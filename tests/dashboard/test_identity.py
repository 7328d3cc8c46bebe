"""Signing in through an identity provider, whatever it or somebody in between says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from clipping.db.queries import people
from clipping.db.session import open_session
from clipping.models import Role
from clipping.settings import settings
from dashboard.door import admission, identity, passing
from tests.dashboard import door_place
from tests.dashboard.door_place import HERE, browser
from tests.support.issuer import FakeIssuer

BO: dict[str, Any] = {"email": "Bo@Example.com", "email_verified": True}


@pytest.fixture(scope="module")
def serving() -> Iterator[FakeIssuer]:
    with FakeIssuer().serving() as issuer:
        yield issuer


@pytest.fixture
def issuer(
    serving: FakeIssuer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeIssuer]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_OIDC_ISSUER", serving.url)
    monkeypatch.setenv("CLIPPER_OIDC_CLIENT_ID", serving.client_id)
    monkeypatch.setenv("CLIPPER_OIDC_CLIENT_SECRET", serving.client_secret)
    monkeypatch.setenv("CLIPPER_OIDC_TITLE", "Example")
    settings.cache_clear()
    door_place.cheap_passwords(monkeypatch)
    monkeypatch.setattr(identity, "_provider", None)
    serving.claims, serving.document, serving.published = {}, {}, []
    serving.algorithm = "RS256"
    yield serving
    settings.cache_clear()


@pytest.fixture
def bo(issuer: FakeIssuer) -> str:
    return door_place.a_user(admission.database_url(), "bo", Role.OPERATOR, email="bo@example.com")


@pytest.fixture
def client(issuer: FakeIssuer) -> Iterator[TestClient]:
    with browser() as opened:
        yield opened


def begin(client: TestClient) -> str:
    answer = client.get("/auth/oidc/start")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def come_back(client: TestClient, given: dict[str, str]) -> Any:
    return client.get("/auth/oidc/callback", params=given)


def who(client: TestClient) -> str | None:
    """Who is let in now."""
    token = client.cookies.get("clipper")
    found = admission.admit(passing.hashed(token)) if token else None
    return None if found is None else found.name


def test_a_user_whom_the_provider_knows_is_let_in_and_bound_to_it(
    client: TestClient, issuer: FakeIssuer, bo: str
) -> None:
    assert "Sign in with Example" in client.get("/auth/sign-in").text
    address = begin(client)
    query = parse_qs(urlsplit(address).query)
    assert query["redirect_uri"] == [f"{HERE}/auth/oidc/callback"]
    answer = come_back(client, issuer.let_in(address, **BO))
    assert answer.status_code == 200
    assert 'content="0; url=/"' in answer.text
    assert who(client) == "bo"
    cookie = next(
        line
        for line in client.get("/auth/oidc/start").headers.get_list("set-cookie")
        if line.startswith("clipper-oidc")
    )
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    # From then on it is the subject that counts: addresses are given to others.
    with browser() as another:
        come_back(another, issuer.let_in(begin(another), email="other@example.com"))
        assert who(another) == "bo"
    with browser() as stranger:
        answer = come_back(stranger, issuer.let_in(begin(stranger), "sub-2", **BO))
        assert (answer.status_code, who(stranger)) == (403, None)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"email": "bo@example.com"}, id="nobody says that it is theirs"),
        pytest.param({"email": "bo@example.com", "email_verified": False}, id="not theirs"),
        pytest.param({"email": "bo@example.com", "email_verified": "true"}, id="perhaps theirs"),
        pytest.param({"email": "ann@example.com", "email_verified": True}, id="nobody's here"),
        pytest.param({"email": "", "email_verified": True}, id="empty"),
        pytest.param({}, id="none"),
    ],
)
def test_nobody_is_made_a_user_by_the_provider(
    client: TestClient, issuer: FakeIssuer, bo: str, claims: dict[str, Any]
) -> None:
    door_place.a_user(admission.database_url(), "admin")
    answer = come_back(client, issuer.let_in(begin(client), **claims))
    assert answer.status_code == 403
    assert "an admin has to make you one" in answer.text
    assert who(client) is None
    with open_session(admission.database_url()) as session:
        assert len(people.users(session)) == 2


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"aud": "another"}, id="for somebody else"),
        pytest.param({"aud": ["dashboard", "another"]}, id="for several"),
        pytest.param({"aud": ["dashboard", "x"], "azp": "x"}, id="for several, said to another"),
        pytest.param({"exp": NOW - 3600}, id="long over"),
        pytest.param({"exp": None}, id="for ever"),
        pytest.param({"iat": NOW + 3600}, id="of the future"),
        pytest.param({"nonce": "another"}, id="for another browser"),
        pytest.param({"nonce": None}, id="for any browser"),
        pytest.param({"sub": None}, id="of nobody"),
    ],
)
def test_what_is_not_said_of_now_to_us_and_this_browser_is_not_believed(
    client: TestClient, issuer: FakeIssuer, bo: str, claims: dict[str, Any]
) -> None:
    answer = come_back(client, issuer.let_in(begin(client), **{**BO, **claims}))
    assert answer.status_code == 403
    assert who(client) is None


def test_for_several_it_is_believed_when_it_was_said_to_us(
    client: TestClient, issuer: FakeIssuer, bo: str
) -> None:
    claims = {**BO, "aud": ["dashboard", "another"], "azp": "dashboard"}
    come_back(client, issuer.let_in(begin(client), **claims))
    assert who(client) == "bo"


def test_a_token_that_somebody_else_has_signed_is_not_believed(
    client: TestClient, issuer: FakeIssuer, bo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer, "published", [issuer.key])
    monkeypatch.setattr(issuer, "key", RSAKey.generate_key(2048, {"kid": "one"}))
    assert come_back(client, issuer.let_in(begin(client), **BO)).status_code == 403
    # With what the provider shares with us, which we might take for its key.
    shared = OctKey.import_key(issuer.client_secret.encode() * 2, {"kid": "one"})
    monkeypatch.setattr(issuer, "key", shared)
    monkeypatch.setattr(issuer, "algorithm", "HS256")
    assert come_back(client, issuer.let_in(begin(client), **BO)).status_code == 403
    assert who(client) is None


def test_a_provider_may_change_its_keys(
    client: TestClient, issuer: FakeIssuer, bo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = issuer.let_in(begin(client), **BO)
    monkeypatch.setattr(issuer, "key", RSAKey.generate_key(2048, {"kid": "two"}))
    come_back(client, given)
    assert who(client) == "bo"


def test_an_answer_to_another_browser_is_not_taken(
    client: TestClient, issuer: FakeIssuer, bo: str
) -> None:
    given = issuer.let_in(begin(client), **BO)
    issuer.asked.clear()
    with browser() as other:
        assert come_back(other, given).status_code == 403
        begin(other)
        assert come_back(other, given).status_code == 403
        assert who(other) is None
    with browser() as again:
        begin(again)
        assert come_back(again, {**given, "state": ""}).status_code == 403
    # Nor is the code spent, which is not theirs.
    assert "/token" not in issuer.asked
    come_back(client, given)
    assert who(client) == "bo"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"state": "guess"}, id="another question"),
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"code": "guess"}, id="a guess"),
        pytest.param({"code": None}, id="a refusal"),
    ],
)
def test_an_answer_that_is_not_the_providers_is_not_taken(
    client: TestClient, issuer: FakeIssuer, bo: str, changes: dict[str, str | None]
) -> None:
    given = issuer.let_in(begin(client), **BO)
    sent = {name: value for name, value in {**given, **changes}.items() if value is not None}
    assert come_back(client, sent).status_code == 403
    # Its cookie is gone: who comes back has to begin anew.
    assert come_back(client, given).status_code == 403
    assert who(client) is None


def test_the_answers_to_one_question_fit_no_other(bo: str) -> None:
    one, other = identity.ask("one", HERE), identity.ask("other", HERE)
    first, second = (parse_qs(urlsplit(address).query) for address in (one, other))
    secrets = {first[name][0] for name in ("state", "nonce", "code_challenge")}
    assert len(secrets) == 3
    assert not secrets & {second[name][0] for name in ("state", "nonce", "code_challenge")}
    assert "one" not in one


def test_who_is_shut_out_here_is_not_let_in_by_the_provider(
    client: TestClient, issuer: FakeIssuer, bo: str
) -> None:
    come_back(client, issuer.let_in(begin(client), **BO))
    with open_session(admission.database_url()) as session:
        people.set_disabled(session, bo, datetime.now(UTC))
    assert come_back(client, issuer.let_in(begin(client), **BO)).status_code == 403


@pytest.mark.parametrize(
    ("document", "told"),
    [
        pytest.param({"issuer": "https://evil.example"}, "another name", id="another issuer"),
        pytest.param({"token_endpoint": "http://example.com/"}, "not by https", id="in the clear"),
        pytest.param({"jwks_uri": None}, "does not say", id="no keys"),
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    client: TestClient, issuer: FakeIssuer, document: dict[str, Any], told: str
) -> None:
    issuer.document = document
    answer = client.get("/auth/oidc/start")
    assert answer.status_code == 503
    assert told in answer.text


def test_without_a_provider_there_is_no_such_way_in(
    client: TestClient,
    issuer: FakeIssuer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CLIPPER_OIDC_ISSUER", "")
    settings.cache_clear()
    assert "oidc" not in client.get("/auth/sign-in").text
    assert client.get("/auth/oidc/start").status_code == 503
    monkeypatch.setenv("CLIPPER_OIDC_ISSUER", "http://idp.example.com")
    settings.cache_clear()
    answer = client.get("/auth/sign-in")
    assert (answer.status_code, "CLIPPER" in answer.text) == (503, False)
    assert "CLIPPER_OIDC_ISSUER has a value that cannot be used" in caplog.text
