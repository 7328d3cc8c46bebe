"""The door around a small app that tells what reached it, and people who may come in."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from clipping.db.queries import people
from clipping.db.session import open_session
from clipping.models import Role, User
from clipping.people import passwords
from dashboard.door import admission, passing
from dashboard.door.guard import Door
from dashboard.door.site import Site

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE = "http://127.0.0.1:8501"


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the headers that it was sent; ``/breaks`` breaks, and so does ``/half`` late."""
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": json.dumps(headers)})
        while (message := await receive())["type"] == "websocket.receive":
            said = message.get("text") or message["bytes"].decode()
            await send({"type": "websocket.send", "text": said})
        return
    if scope["path"] == "/breaks":
        raise RuntimeError("it broke")
    start = {"type": "http.response.start", "status": 200, "headers": LOOSE}
    await send(start)
    if scope["path"] == "/half":
        raise RuntimeError("it broke later")
    await send({"type": "http.response.body", "body": json.dumps(headers).encode()})


LOOSE = [
    (b"content-type", b"application/json"),
    (b"access-control-allow-origin", b"*"),
    (b"content-security-policy", b"default-src *"),
]
"""What no answer may say once it is through the door."""


def cheap_passwords(patch: pytest.MonkeyPatch) -> None:
    """Real ones take a tenth of a second each."""
    patch.setattr(passwords, "hasher", lambda: CHEAP)
    passwords._nobodys.cache_clear()


def a_user(url: str, name: str, role: Role = Role.ADMIN, *clients: str, email: str = "") -> str:
    """The id of a user with :data:`PASSWORD`."""
    user = User(
        user_id="",
        name=name,
        role=role,
        clients=clients,
        email=email,
        created_at=datetime.now(UTC),
    )
    with open_session(url) as session:
        hashed = passwords.hash_password(SecretStr(PASSWORD))
        return people.add_user(session, user, hashed, datetime.now(UTC)).user_id


@contextmanager
def browser(site: Site | None = None, base: str = HERE) -> Iterator[TestClient]:
    """A browser at the door, with cookies of its own."""
    door = Door(behind, site=lambda: site or Site(), hashes=["'sha256-x'"], rerun=b"anew")
    client = TestClient(door, base_url=base, follow_redirects=False, raise_server_exceptions=False)
    yield client
    client.close()


def fields_of(page: str) -> dict[str, str]:
    """What a form's hidden fields hold."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def sign_in(client: TestClient, name: str, password: str = PASSWORD, **given: str) -> Any:
    """Fill in the form and send it, as a browser does; ``given`` are other headers."""
    form = fields_of(client.get("/auth/sign-in").text)
    origin = {"origin": str(client.base_url).rstrip("/"), **given}
    return client.post(
        "/auth/sign-in", data={**form, "name": name, "password": password}, headers=origin
    )


def come_in(client: TestClient, user_id: str) -> str:
    """Let the browser in without the form; the hash of its token."""
    token = admission.let_in(user_id, "a browser", "127.0.0.1")
    give(client, token)
    return passing.hashed(token)


def give(client: TestClient, token: str) -> None:
    """Have the browser hold a token."""
    client.cookies.set("clipper", token, domain=client.base_url.host, path="/")


def headers_for(client: TestClient, token_sha256: str) -> Mapping[str, str]:
    """What a page of ours sends along to change something."""
    return {
        "origin": str(client.base_url).rstrip("/"),
        passing.CSRF: passing.csrf_token(token_sha256),
    }
