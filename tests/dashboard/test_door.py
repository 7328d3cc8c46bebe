"""Nobody comes in who has not signed in, whatever they ask for and however they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import text
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from clipping.db.queries import people, sign_ins
from clipping.db.queries.sign_ins import Admitted
from clipping.db.session import open_session
from clipping.errors import RateLimited, Rejected
from clipping.models import Role
from clipping.people import lockout, passwords
from clipping.settings import settings
from dashboard.adding.routes import ADD_ROUTES
from dashboard.door import admission, passing
from dashboard.door.answers import local
from dashboard.door.routes import ROUTES
from dashboard.door.site import Site, page_policy, script_hashes
from tests.dashboard import door_place
from tests.dashboard.door_place import (
    HERE,
    PASSWORD,
    browser,
    come_in,
    fields_of,
    give,
    headers_for,
    sign_in,
)

PAGES = ["/", "/sources", "/static/js/index.js", "/media/abc.png", "/_stcore/host-config"]
"""What Streamlit serves, one of each kind."""
OPEN = ["/auth/sign-in", "/auth/style.css", "/auth/icon.svg", "/_stcore/health"]
"""What anybody is answered, whoever they are."""
PROVIDER = ["/auth/oidc/start", "/auth/oidc/callback"]
"""The same, where there is a provider."""
OURS = sorted(
    {re.sub(r"\{[^}]*\}", "clip_1", route.path) for route in (*ROUTES, *ADD_ROUTES)}
    - {*OPEN, *PROVIDER}
)
"""Every route of ours that is not open, also one that comes later."""
NOWHERE = [
    "/auth/login",
    "/oauth2callback",
    "/_stcore/agent/mcp",
    "/_stcore/metrics",
    "/_stcore/upload_file/x/y",
    "//evil.example",
    "/auth/x",
]
STREAM = "ws://127.0.0.1:8501/_stcore/stream"


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.cache_clear()
    door_place.cheap_passwords(monkeypatch)
    yield database_url
    settings.cache_clear()


@pytest.fixture
def jo(url: str) -> str:
    return door_place.a_user(url, "Jo")


@pytest.fixture
def client(url: str) -> Iterator[TestClient]:
    with browser() as opened:
        yield opened


@pytest.mark.parametrize("token", ["", "made-up"])
def test_a_stranger_reaches_nothing(client: TestClient, token: str) -> None:
    if token:
        give(client, token)
    for path, method in product([*PAGES, *OURS], ["GET", "HEAD", "OPTIONS"]):
        assert client.request(method, path).status_code == 401, (method, path)
    for path, method in product([*PAGES, *OURS], ["POST", "PUT", "DELETE", "PATCH"]):
        answer = client.request(method, path, headers={"origin": HERE})
        assert answer.status_code == 401, (method, path)


def test_a_stranger_with_a_browser_is_shown_the_form_and_goes_on_from_there(
    client: TestClient, jo: str
) -> None:
    answer = client.get("/sources?client=a b", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/auth/sign-in?next=/sources%3Fclient%3Da%2520b"
    form = client.get(answer.headers["location"])
    assert fields_of(form.text)["next"] == "/sources?client=a%20b"
    done = client.post(
        "/auth/sign-in",
        data={**fields_of(form.text), "name": " JO ", "password": PASSWORD},
        headers={"origin": HERE},
    )
    assert (done.status_code, done.headers["location"]) == (303, "/sources?client=a%20b")
    assert client.get("/sources").status_code == 200


def test_streamlits_own_ways_in_are_walled_up(client: TestClient, jo: str) -> None:
    come_in(client, jo)
    for path in NOWHERE:
        assert client.get(HERE + path).status_code == 404, path


@pytest.mark.parametrize("inside", [False, True])
def test_every_answer_says_what_the_browser_must_not_do(
    client: TestClient,
    jo: str,
    inside: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if inside:
        come_in(client, jo)
    paths = [*PAGES, *OURS, *NOWHERE, *OPEN, *PROVIDER, "/breaks", "/nothing"]
    for path, method in product(paths, ("GET", "POST")):
        headers = client.request(method, HERE + path).headers
        policy = headers["content-security-policy"]
        # The page Add shows this one within itself.
        framed = inside and (path, method) == ("/adding/upload", "GET")
        ancestors = "'self'" if framed else "'none'"
        assert f"frame-ancestors {ancestors}" in policy, path
        assert "'unsafe-eval'" not in policy
        assert "'unsafe-inline'" not in policy.partition("style-src")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == ("SAMEORIGIN" if framed else "DENY")
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "access-control-allow-origin" not in headers
        assert headers.get_list("content-security-policy") == [policy]
        assert "strict-transport-security" not in headers
    caplog.clear()


def test_what_breaks_says_nothing_of_how(
    client: TestClient, jo: str, caplog: pytest.LogCaptureFixture
) -> None:
    come_in(client, jo)
    answer = client.get("/breaks")
    assert (answer.status_code, answer.text) == (500, "Something went wrong.")
    assert "it broke" in caplog.text
    caplog.clear()
    client.get("/half")
    assert "it broke later" in caplog.text
    caplog.clear()


def test_a_database_that_is_gone_lets_nobody_in(
    client: TestClient, jo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(client, jo)
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@127.0.0.1:1/nowhere")
    settings.cache_clear()
    answer = client.get("/")
    assert answer.status_code == 503
    assert "cannot answer just now" in answer.text
    assert not any(told in answer.text for told in ("secret", "127.0.0.1", "nowhere"))


def test_who_comes_is_told_behind_the_door_and_nobody_can_say_it_for_them(
    client: TestClient, jo: str
) -> None:
    token_sha256 = come_in(client, jo)
    spoofed = {
        "X-Clipper-Door": passing.written("f" * 64),
        "x_clipper_door": "x",
        "X-Clipper-Origin": "https://evil.example",
    }
    told = client.get("/", headers=spoofed).json()
    assert passing.read(told) == token_sha256
    assert told[passing.ORIGIN] == HERE
    assert "x_clipper_door" not in told
    assert passing.read({passing.SIGN_IN: f"guess.{token_sha256}"}) is None
    with client.websocket_connect(STREAM, headers={**spoofed, "origin": HERE}) as tab:
        assert passing.read(tab.receive_json()) == token_sha256


HOSTS = ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:8501@evil.example", "10.0.0.1", ""]


def test_a_name_that_somebody_pointed_here_finds_nothing(client: TestClient, jo: str) -> None:
    come_in(client, jo)
    for host in HOSTS:
        assert client.get("/", headers={"host": host}).status_code == 400, host
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect(STREAM, headers={"host": host, "origin": HERE}),
        ):
            pass


FOREIGN = [
    pytest.param({"origin": "https://evil.example"}, id="another site"),
    pytest.param({"origin": "http://127.0.0.1:9000"}, id="another port"),
    pytest.param({"origin": "https://127.0.0.1:8501"}, id="another scheme"),
    pytest.param({"origin": "null"}, id="a sandbox"),
    pytest.param({}, id="nobody says"),
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_socket_opens_for_pages_of_ours_alone(
    client: TestClient, jo: str, headers: dict[str, str]
) -> None:
    come_in(client, jo)
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(STREAM, headers=headers),
    ):
        pass


def test_a_socket_does_not_open_for_a_stranger(client: TestClient) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(STREAM, headers={"origin": HERE}),
    ):
        pass


@pytest.mark.parametrize("headers", FOREIGN)
def test_nothing_is_changed_from_another_site(
    client: TestClient, jo: str, headers: dict[str, str]
) -> None:
    token_sha256 = come_in(client, jo)
    shown = {passing.CSRF: passing.csrf_token(token_sha256)}
    paths = ("/", "/api/upload", "/_stcore/media/a", "/auth/sign-out")
    for path, method in product(paths, ("POST", "PUT", "PATCH", "DELETE")):
        answer = client.request(method, path, headers={**shown, **headers})
        assert (answer.status_code, answer.text) == (403, "This was sent from another site.")
    assert client.get("/").status_code == 200


def test_routes_of_ours_want_the_token_of_the_page_as_well(client: TestClient, jo: str) -> None:
    token_sha256 = come_in(client, jo)
    given = headers_for(client, token_sha256)
    assert client.put("/api/upload", headers=given).status_code == 200
    assert client.put("/api/upload", headers={"origin": HERE}).status_code == 403
    wrong = {**given, passing.CSRF: passing.csrf_token(token_sha256[::-1])}
    assert client.put("/api/upload", headers=wrong).status_code == 403
    for path in ("/auth/sign-out", "/auth/end-others", "/auth/password"):
        answer = client.post(path, data={"token": "guess"}, headers={"origin": HERE})
        assert answer.status_code == 403
    assert client.get("/").status_code == 200


def test_a_form_that_another_browser_was_shown_signs_nobody_in(client: TestClient, jo: str) -> None:
    form = fields_of(client.get("/auth/sign-in").text)
    filled = {**form, "name": "Jo", "password": PASSWORD}
    with browser() as other:
        assert other.post("/auth/sign-in", data=filled, headers={"origin": HERE}).status_code == 403
        other.get("/auth/sign-in")
        assert other.post("/auth/sign-in", data=filled, headers={"origin": HERE}).status_code == 403
        assert other.get("/").status_code == 401


def test_the_cookie_is_no_scripts_and_no_other_sites(client: TestClient, jo: str) -> None:
    cookie = next(
        line
        for line in sign_in(client, "Jo").headers.get_list("set-cookie")
        if line.startswith("clipper=")
    )
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"httponly", "path=/", "samesite=strict"}


def test_behind_tls_the_cookie_goes_nowhere_else(url: str, jo: str) -> None:
    site = Site("https://clips.example.com")
    # The proxy has ended TLS, and says so to nobody.
    with browser(site, "http://clips.example.com") as client:
        here = "https://clips.example.com"
        form = client.get("/auth/sign-in")
        assert form.headers["strict-transport-security"] == "max-age=31536000"
        [visit] = form.headers.get_list("set-cookie")
        assert visit.startswith("__Host-clipper-visit=")
        client.cookies.clear()
        done = client.post(
            "/auth/sign-in",
            data={**fields_of(form.text), "name": "Jo", "password": PASSWORD},
            headers={"origin": here, "cookie": visit.partition(";")[0]},
        )
        cookie = done.headers.get_list("set-cookie")[0]
        assert cookie.startswith("__Host-clipper=")
        assert {"secure", "httponly", "path=/", "samesite=strict"} == {
            part.strip().lower() for part in cookie.split(";")[1:]
        }
        plain = {"cookie": cookie.partition(";")[0].removeprefix("__Host-")}
        assert client.get("/", headers=plain).status_code == 401
        assert client.get("/", headers={"cookie": cookie.partition(";")[0]}).status_code == 200


def test_signing_in_makes_a_token_that_nobody_knew_before(client: TestClient, jo: str) -> None:
    give(client, "planted-by-somebody")
    assert sign_in(client, "Jo").status_code == 303
    first = client.cookies["clipper"]
    assert first != "planted-by-somebody"
    assert len(first) >= 43
    with open_session(admission.database_url()) as session:
        stored = session.execute(text("SELECT * FROM clipping.sign_ins")).all()
    assert first not in str(stored)
    assert passing.hashed(first) in str(stored)


def test_signing_in_again_ends_what_the_browser_had_before(client: TestClient, jo: str) -> None:
    form = fields_of(client.get("/auth/sign-in").text)
    before = come_in(client, jo)
    sent = {**form, "name": "Jo", "password": PASSWORD}
    assert client.post("/auth/sign-in", data=sent, headers={"origin": HERE}).status_code == 303
    assert admission.admit(before) is None
    assert client.get("/").status_code == 200


def test_a_wrong_password_and_a_wrong_name_sound_the_same(client: TestClient, jo: str) -> None:
    told = {}
    for name, password in (("Jo", "wrong"), ("Nobody", PASSWORD), ("<b>Jo</b>", PASSWORD)):
        answer = sign_in(client, name, password)
        assert answer.status_code == 401
        assert "Name or password is wrong." in answer.text
        told[name] = answer.text
        assert client.get("/").status_code == 401
    assert 'role="alert"' in told["Jo"]
    assert 'value="&lt;b&gt;Jo&lt;/b&gt;"' in told["<b>Jo</b>"]
    assert "wrong</" not in told["Jo"].replace("Name or password is wrong.", "")


def test_who_guesses_waits_longer_and_longer_even_with_the_right_password(
    client: TestClient, jo: str
) -> None:
    for _ in range(lockout.NAME.free):
        assert sign_in(client, "Jo", "wrong").status_code == 401
    answer = sign_in(client, " jO ")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    assert "Too many attempts were wrong. Try again in" in answer.text
    with open_session(admission.database_url()) as session:
        before = datetime.now(UTC) - timedelta(seconds=5)
        session.execute(text("UPDATE clipping.sign_in_attempts SET last_at = :at"), {"at": before})
    assert sign_in(client, "Jo").status_code == 303


def test_a_crowd_that_guesses_at_once_has_no_more_tries_than_one(jo: str) -> None:
    def guess(_: int) -> str:
        try:
            admission.sign_in("Jo", SecretStr("wrong"), "", "10.0.0.1")
        except (RateLimited, Rejected) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(guess, range(12)))
    assert told.count("Rejected") == lockout.NAME.free
    assert told.count("RateLimited") == 12 - lockout.NAME.free


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address has fewer attempts than in earnest, which takes less time."""
    rule = lockout.Rule(4, lockout.ADDRESS.first_wait, lockout.ADDRESS.longest_wait)
    monkeypatch.setattr(lockout, "ADDRESS", rule)


def test_one_address_cannot_try_all_names(jo: str, few: None) -> None:
    for number in range(lockout.ADDRESS.free):
        with pytest.raises(Rejected):
            admission.sign_in(f"name {number}", SecretStr("wrong"), "", "10.0.0.1")
    with pytest.raises(RateLimited):
        admission.sign_in("Jo", SecretStr(PASSWORD), "", "10.0.0.1")
    assert admission.sign_in("Jo", SecretStr(PASSWORD), "", "10.0.0.2")


def test_a_password_of_ones_own_buys_no_guesses_at_others(jo: str, few: None) -> None:
    for number in range(lockout.ADDRESS.free):
        with pytest.raises(Rejected):
            admission.sign_in(f"name {number}", SecretStr("wrong"), "", "10.0.0.1")
        if number < lockout.ADDRESS.free - 1:
            admission.sign_in("Jo", SecretStr(PASSWORD), "", "10.0.0.1")
    with pytest.raises(RateLimited):
        admission.sign_in("another", SecretStr("wrong"), "", "10.0.0.1")


def test_names_that_were_typed_are_not_kept(client: TestClient, jo: str) -> None:
    sign_in(client, "my secret password", "x")
    with open_session(admission.database_url()) as session:
        kept = session.execute(text("SELECT * FROM clipping.sign_in_attempts")).all()
    assert len(kept) == 2
    assert "secret" not in str(kept)


def test_a_password_that_was_hashed_cheaply_is_hashed_anew(
    client: TestClient, jo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dearer = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: dearer)
    assert sign_in(client, "Jo").status_code == 303
    with open_session(admission.database_url()) as session:
        stored = people.password_of(session, "Jo")
    assert stored is not None
    assert stored[1] is not None
    assert "t=2" in stored[1]


def sign_out(client: TestClient, url: str, jo: str) -> None:
    token = fields_of(client.get("/auth/account").text)["token"]
    answer = client.post("/auth/sign-out", data={"token": token}, headers={"origin": HERE})
    assert answer.status_code == 303


def end_all(_: TestClient, url: str, jo: str) -> None:
    with open_session(url) as session:
        sign_ins.end_sign_ins(session, jo, datetime.now(UTC))


def disable(_: TestClient, url: str, jo: str) -> None:
    door_place.a_user(url, "Another admin")
    with open_session(url) as session:
        people.set_disabled(session, jo, datetime.now(UTC))


def grow_old(_: TestClient, url: str, jo: str) -> None:
    with open_session(url) as session:
        session.execute(text("UPDATE clipping.sign_ins SET expires_at = now()"))


def idle(_: TestClient, url: str, jo: str) -> None:
    with open_session(url) as session:
        session.execute(text("UPDATE clipping.sign_ins SET seen_at = now() - interval '1 day'"))


ENDINGS = [sign_out, end_all, disable, grow_old, idle]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_sign_in_that_has_ended_opens_nothing_from_then_on(
    client: TestClient, url: str, jo: str, ending: object
) -> None:
    assert callable(ending)
    come_in(client, jo)
    token = client.cookies["clipper"]
    with client.websocket_connect(STREAM, headers={"origin": HERE}) as tab:
        tab.receive_json()
        tab.send_text("click")
        assert tab.receive_text() == "click"
        ending(client, url, jo)
        give(client, token)
        for path in ("/", *OURS):
            assert client.get(path).status_code == 401
        tab.send_text("click")
        assert tab.receive_text() == "anew"
        tab.send_text("click")
        with pytest.raises(WebSocketDisconnect) as closed:
            tab.receive_text()
        assert closed.value.code == 1008
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(STREAM, headers={"origin": HERE}),
    ):
        pass


def test_scripts_of_streamlit_are_given_out_without_asking_each_time(
    client: TestClient, url: str, jo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(client, jo)
    asked: list[str] = []
    admit = admission.admit

    def count(token_sha256: str) -> Admitted | None:
        asked.append(token_sha256)
        return admit(token_sha256)

    monkeypatch.setattr(admission, "admit", count)
    for number in range(10):
        assert client.get(f"/static/js/{number}.js").status_code == 200
    assert len(asked) == 1
    client.get("/")
    assert len(asked) == 2


def test_the_account_page_shows_where_one_is_signed_in_and_signs_out_elsewhere(
    client: TestClient, jo: str
) -> None:
    other = admission.let_in(jo, "<script>alert(1)</script>", "10.0.0.9")
    mine = come_in(client, jo)
    page = client.get("/auth/account").text
    assert "10.0.0.9" in page
    assert "<script" not in page
    token = fields_of(page)["token"]
    client.post("/auth/end-others", data={"token": token}, headers={"origin": HERE})
    assert admission.admit(passing.hashed(other)) is None
    assert admission.admit(mine) is not None


def test_a_new_password_signs_out_every_other_browser(client: TestClient, jo: str) -> None:
    other = admission.let_in(jo, "", "")
    mine = come_in(client, jo)
    form = fields_of(client.get("/auth/account").text)
    new = "another horse battery"

    def change(**fields: str) -> tuple[int, str]:
        sent = {**form, "old": PASSWORD, "new": new, "again": new, **fields}
        answer = client.post("/auth/password", data=sent, headers={"origin": HERE})
        return answer.status_code, answer.text

    assert change(old="wrong")[0] == 400
    assert "not typed the same" in change(again="other")[1]
    assert "at least 12" in change(new="short", again="short")[1]
    assert change()[0] == 303
    assert client.get("/auth/account?changed=1").status_code == 200
    assert [admission.admit(one) for one in (mine, passing.hashed(other))] == [None, None]
    with browser() as elsewhere:
        assert sign_in(elsewhere, "Jo").status_code == 401
        assert sign_in(elsewhere, "Jo", new).status_code == 303


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        pytest.param("application/x-www-form-urlencoded", b"a=" + b"x" * 20_000, 413, id="long"),
        pytest.param("application/json", b"{}", 415, id="no form"),
        pytest.param("application/x-www-form-urlencoded", b"\xff=1", 400, id="no text"),
        pytest.param("application/x-www-form-urlencoded", b"a=1&" * 99, 400, id="many fields"),
    ],
)
def test_a_form_is_read_within_bounds(
    client: TestClient, kind: str, body: bytes, status: int
) -> None:
    answer = client.post(
        "/auth/sign-in", content=body, headers={"origin": HERE, "content-type": kind}
    )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        pytest.param("/clips?x=1", "/clips?x=1", id="ours"),
        pytest.param("https://evil.example/", "/", id="another site"),
        pytest.param("//evil.example/", "/", id="another site, short"),
        pytest.param("///evil.example/", "/", id="another site, long"),
        pytest.param("/\\evil.example/", "/", id="another site, for browsers"),
        pytest.param("/\t/evil.example/", "/", id="another site, for browsers too"),
        pytest.param("javascript:alert(1)", "/", id="a script"),
        pytest.param("/auth/sign-in", "/", id="in a circle"),
        pytest.param("/" + "x" * 600, "/", id="endless"),
        pytest.param("//[", "/", id="no address"),
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(path: str, kept: str) -> None:
    assert local(path) == kept


def test_who_comes_from_a_mail_is_sent_on_by_ourselves_so_that_the_cookie_is_shown(
    client: TestClient, jo: str
) -> None:
    headers = {"accept": "text/html", "sec-fetch-site": "cross-site"}
    answer = client.get('/?clip="><script>', headers=headers)
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert 'http-equiv="refresh"' in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]


def test_a_policy_runs_the_scripts_that_the_page_came_with_and_no_others() -> None:
    page = "<script>one()</script><script src='x.js'></script><script type='module'>two()</script>"
    hashes = script_hashes(page)
    assert len(hashes) == 2
    policy = page_policy(hashes, "https://clips.example.com")
    assert f"script-src 'self' 'wasm-unsafe-eval' {' '.join(hashes)};" in policy
    assert "connect-src 'self' wss://clips.example.com;" in policy
    # The hash that browsers were seen to compute of this text.
    assert script_hashes("<script>alert('Hello, world.');</script>") == [
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    ]


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_see_their_own_account(client: TestClient, url: str, role: Role) -> None:
    come_in(client, door_place.a_user(url, "Somebody", role))
    assert role.value in client.get("/auth/account").text
