"""The four platforms' authorisation servers on loopback, as far as owners and tokens go.

Each rotates, refuses and answers as platforms.md says of it::

    with FakeOAuth().serving() as server:
        oauth = TikTokOAuth(APP, hosts=server.hosts["tiktok"])
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from clipping.platforms.oauth import OAUTH

PLATFORMS = ("tiktok", "facebook", "instagram", "youtube", "x")
SCOPES = {
    kind.login_path or platform.value: (*kind.needed("api"), *kind.measuring())  # type: ignore[arg-type]
    for (platform, _), kind in OAUTH.items()
}
APPS = {
    name: {
        "client_key" if name == "tiktok" else "client_id": SecretStr(f"id-of-{name}-CANARY"),
        "client_secret": SecretStr(f"app-secret-of-{name}-CANARY"),
    }
    for name in PLATFORMS
}


@dataclass
class Grant:
    """What an owner agreed to."""

    scopes: tuple[str, ...]
    challenge: str = ""
    redirect_uri: str = ""


@dataclass(frozen=True)
class Fault:
    """What a request meets instead of an answer."""

    status: int = 200
    body: Any = None
    cut: str = ""
    """``before`` or ``after`` it takes effect, the connection ends."""
    echo: bool = False
    """It is refused, and all that was sent is repeated."""


@dataclass
class FakeOAuth:
    """Remembers which codes and tokens are good; all tokens hold the word CANARY."""

    handle: str = "acme_clips"
    user_id: str = "1700"
    accounts: list[dict[str, Any]] | None = None
    """Pages of the Facebook account, where they differ from one with the handle."""
    wrapped: bool = False
    """Whether Instagram answers in ``data[0]``."""
    asked: list[str] = field(default_factory=list)
    """``platform grant_type`` or ``platform path`` of every request."""
    forms: list[dict[str, str]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    on_refresh: Callable[[], None] | None = None
    hosts: dict[str, dict[str, str]] = field(default_factory=dict)
    _codes: dict[str, Grant] = field(default_factory=dict)
    _live: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _turn: Any = field(default_factory=threading.RLock)

    def consent(
        self, platform: str, address: str, *, without: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """What comes back with an owner who agrees to all but some scopes."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        between = "," if platform in ("tiktok", "facebook", "instagram") else " "
        scopes = tuple(name for name in asked["scope"].split(between) if name not in without)
        code = f"code-{next(self._numbers)}-CANARY"
        self._codes[code] = Grant(scopes, asked.get("code_challenge", ""), asked["redirect_uri"])
        return {
            "code": code + ("#_" if platform == "instagram" else ""),
            "state": asked["state"],
            "redirect_uri": asked["redirect_uri"],
        }

    def give(self, platform: str, scopes: tuple[str, ...] | None = None) -> dict[str, Any]:
        """A token answer, as if an owner had just agreed."""
        granted = SCOPES[platform] if scopes is None else scopes
        access, refresh = self._new("access"), self._new("refresh")
        self._live |= {access: granted, refresh: granted}
        between = "," if platform in ("tiktok", "facebook", "instagram") else " "
        body: dict[str, Any] = {"access_token": access, "token_type": "bearer"}
        body["scope"] = between.join(granted)
        if platform == "tiktok":
            body |= {"open_id": self.user_id, "expires_in": 7200, "refresh_token": refresh}
            body["refresh_expires_in"] = 180 * 86400
        elif platform in ("facebook", "instagram"):
            del body["scope"]
            body["expires_in"] = 60 * 86400
        else:
            body |= {"expires_in": 7200 if platform == "x" else 3599, "refresh_token": refresh}
        return body

    def end(self, token: str) -> None:
        """Let a token be good for nothing any more."""
        self._live.pop(token, None)

    def _new(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers)}-CANARY"

    def answer(
        self, platform: str, path: str, given: dict[str, str], bearer: str
    ) -> tuple[int, Any]:
        """What the platform says."""
        with self._turn:
            self.asked.append(f"{platform} {given.get('grant_type') or path}")
            self.forms.append(given)
            if path.endswith(("/token/", "/token", "/access_token", "/refresh_access_token")):
                return self._tokens(platform, given)
            if "revoke" in path:
                self.revoked.append(given["token"])
                self.end(given["token"])
                return 200, {}
            token = bearer or given.get("access_token", "")
            if token not in self._live:
                return 401, _REFUSED[platform]
            fields = given.get("fields", "").split(",")
            wanted = {_TIKTOK_FIELDS[name] for name in fields if name and platform == "tiktok"}
            if not wanted <= {*self._live[token]}:
                return 401, {"data": {}, "error": {"code": "scope_not_authorized", "message": ""}}
            return 200, self._who(platform, path, token)

    def _who(self, platform: str, path: str, token: str) -> Any:
        name, number = self.handle, self.user_id
        if path.endswith("/me/permissions"):
            granted = self._live[token]
            return {
                "data": [
                    {"permission": scope, "status": "granted" if scope in granted else "declined"}
                    for scope in SCOPES["facebook"]
                ]
            }
        page = {
            "id": "5",
            "access_token": "page-token-CANARY",
            "instagram_business_account": {"id": number, "username": name},
        }
        pages = self.accounts if self.accounts is not None else [{"id": "4"}, page]
        self._live["page-token-CANARY"] = self._live[token]
        me: dict[str, Any] = {"user_id": number, "username": name}
        return {
            "tiktok": {
                "data": {"user": {"open_id": number, "username": name}},
                "error": {"code": "ok", "message": "", "log_id": "1"},
            },
            "facebook": {"data": pages},
            "instagram": {"data": [me]} if self.wrapped else me,
            "youtube": {
                "items": [{"id": number, "snippet": {"title": "T", "customUrl": f"@{name}"}}]
            },
            "x": {"data": {"id": number, "username": name}},
        }[platform]

    def _tokens(self, platform: str, given: dict[str, str]) -> tuple[int, Any]:
        kind = given.get("grant_type", "authorization_code")
        refused = _REFUSED[platform]
        # What TikTok refuses has been seen with this status.
        status = 200 if platform == "tiktok" else 400
        if kind == "authorization_code":
            grant = self._codes.pop(given["code"], None)
            if grant is None or given["redirect_uri"] != grant.redirect_uri:
                return status, refused
            if grant.challenge and not _fits(platform, grant.challenge, given["code_verifier"]):
                return status, refused
            body = self.give(platform, grant.scopes)
            if platform == "instagram":
                body["permissions"] = list(grant.scopes)
                return 200, {"data": [body]} if self.wrapped else body
            return 200, body
        if self.on_refresh is not None:
            self.on_refresh()
        old = (
            given.get("refresh_token")
            or given.get("fb_exchange_token")
            or given.get("access_token", "")
        )
        scopes = self._live.get(old)
        if scopes is None:
            return status, refused
        body = self.give(platform, scopes)
        if platform in ("x", "tiktok"):
            self.end(old)
        elif platform == "youtube":
            del body["refresh_token"], body["scope"]
        return 200, body

    @contextmanager
    def serving(self) -> Iterator[FakeOAuth]:
        """Answer while the block runs."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Ours", (_Handler,), {"fake": self}))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        self.hosts = {
            name: dict.fromkeys(("pages", "tokens", "api"), f"{base}/{name}") for name in PLATFORMS
        }
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


_META = {"error": {"message": "Invalid token", "type": "OAuthException", "code": 190}}
_PLAIN = {"error": "invalid_grant", "error_description": "Token is invalid or has expired."}
_REFUSED: dict[str, Any] = {
    "tiktok": {**_PLAIN, "log_id": "1"},
    "facebook": _META,
    "instagram": _META,
    "youtube": _PLAIN,
    # So it says of a refresh token that was used before.
    "x": {
        "error": "invalid_request",
        "error_description": "Value passed for the token was invalid.",
    },
}


_TIKTOK_FIELDS = {"open_id": "user.info.basic", "username": "user.info.profile"}
"""What each field of a user wants to be granted."""


def _fits(platform: str, challenge: str, verifier: str) -> bool:
    digest = hashlib.sha256(verifier.encode())
    if platform == "tiktok":
        return challenge == digest.hexdigest()
    return challenge == base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()


class _Handler(BaseHTTPRequestHandler):
    fake: ClassVar[FakeOAuth]

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        given = {name: values[0] for name, values in parse_qs(parts.query + "&" + body).items()}
        _, platform, path = parts.path.split("/", 2)
        fault = self.fake.faults.pop(0) if self.fake.faults else Fault()
        if fault.cut == "before":
            self.close_connection = True
            return
        status, answer = fault.status, fault.body
        if fault.echo:
            said = f"refused was {given} {self.headers}"
            answer = {"error": "invalid_grant", "error_description": said}
            if platform in ("facebook", "instagram"):
                answer = {"error": {"code": 190, "message": said}}
        if answer is None:
            scheme, _, bearer = self.headers.get("authorization", "").partition(" ")
            bearer = bearer if scheme == "Bearer" else ""
            status, answer = self.fake.answer(platform, "/" + path, given, bearer)
            status = fault.status if fault.status != 200 else status
        if fault.cut == "after":
            self.close_connection = True
            return
        sent = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""
