"""What the door tells the pages about a request, in headers that nobody else can write."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final

SIGN_IN: Final = "x-clipper-door"
"""Whose page this is: a secret of this process, and the hash of the token that was shown."""
ORIGIN: Final = "x-clipper-origin"
"""Where the browser found us, such as ``http://127.0.0.1:8501``."""
CSRF: Final = "x-clipper-token"
"""Which a page has to show to change something through a route of ours."""
OURS: Final = (SIGN_IN, ORIGIN)
"""Taken from every request that comes in."""

_PROCESS: Final = secrets.token_hex(32)


def written(token_sha256: str) -> str:
    """What the door writes for a sign-in."""
    return f"{_PROCESS}.{token_sha256}"


def read(headers: Mapping[str, str]) -> str | None:
    """The hash of the token that was shown at the door; None unless the door wrote it."""
    secret, _, token_sha256 = headers.get(SIGN_IN, "").partition(".")
    return token_sha256 if hmac.compare_digest(secret.encode(), _PROCESS.encode()) else None


def hashed(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf_token(token_sha256: str) -> str:
    """What a page of this sign-in has to show; it opens nothing by itself."""
    return hmac.new(token_sha256.encode(), b"change", "sha256").hexdigest()
