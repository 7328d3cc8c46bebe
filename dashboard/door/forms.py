"""Forms that are sent to the door: read within bounds, and taken from its own pages alone."""

from __future__ import annotations

import hmac
import secrets
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from dashboard.door import cookies, passing

MOST_BYTES: Final = 16 * 1024
_TYPE: Final = "application/x-www-form-urlencoded"


async def read(request: Request) -> dict[str, str]:
    """The fields of a form.

    :raises HTTPException: It is too long, or no form.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _TYPE:
        raise HTTPException(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise HTTPException(400) from None


def new_visit() -> str:
    """What tells one browser at the form from another."""
    return secrets.token_urlsafe(32)


def visit_of(request: Request) -> str:
    """Whose form it is; empty for a browser that was shown none."""
    return cookies.read(request.headers, cookies.VISIT, origin_of(request))


def token_of(visit: str) -> str:
    """What stands in the form that this browser was shown."""
    return passing.csrf_token(passing.hashed(visit))


def check(shown: str | None, wanted: str) -> None:
    """That a form was shown by us.

    :raises HTTPException: It was not.
    """
    if not hmac.compare_digest((shown or "").encode(), wanted.encode()):
        raise HTTPException(403)


def origin_of(request: Request) -> str:
    """Where the browser finds us."""
    found: str = request.scope["clipper.origin"]
    return found
