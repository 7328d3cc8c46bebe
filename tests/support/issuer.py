"""An identity provider on loopback, true to OpenID Connect as far as a dashboard meets it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey


@dataclass
class FakeIssuer:
    """Lets in whoever it is told to; ``claims`` take the place of what it would say itself."""

    client_id: str = "dashboard"
    client_secret: str = "a client's secret"
    url: str = ""
    key: RSAKey | OctKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: list[RSAKey | OctKey] = field(default_factory=list)
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def let_in(self, address: str, subject: str = "sub-1", **claims: Any) -> dict[str, str]:
        """What somebody who signs in at the address is sent back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == self.client_id
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**query, "subject": subject}
        self.claims = claims
        return {"code": code, "state": query["state"], "iss": self.url}

    def token(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """The answer to a code."""
        pair = f"{self.client_id}:{quote(self.client_secret, safe='')}"
        wanted = base64.b64encode(pair.encode()).decode()
        given = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        ).rstrip(b"=")
        if (
            given is None
            or basic != f"Basic {wanted}"
            or challenge.decode() != given["code_challenge"]
            or form["redirect_uri"] != given["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": self.client_id,
            "sub": given["subject"],
            "nonce": given["nonce"],
            "iat": now,
            "exp": now + 300,
            **self.claims,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return 200, {"id_token": jwt.encode(header, said, self.key), "token_type": "Bearer"}

    def described(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            **self.document,
        }

    def keys(self) -> dict[str, Any]:
        """What its tokens are checked with."""
        return {"keys": [key.as_dict(private=False) for key in self.published or [self.key]]}

    @contextmanager
    def serving(self) -> Iterator[FakeIssuer]:
        """On a port of its own."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                if self.path == "/.well-known/openid-configuration":
                    self.answer(200, issuer.described())
                elif self.path == "/keys":
                    self.answer(200, issuer.keys())
                else:
                    self.answer(404, {})

            def do_POST(self) -> None:
                issuer.asked.append(self.path)
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self.answer(*issuer.token(form, self.headers.get("authorization", "")))

            def answer(self, status: int, body: dict[str, Any]) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
