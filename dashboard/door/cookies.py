"""The cookies of the door: which it sets, and how they are read."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response

SIGN_IN: Final = "clipper"
"""The token of a sign-in."""
VISIT: Final = "clipper-visit"
"""Of whoever looks at the form; what they send with it has to fit."""
OIDC: Final = "clipper-oidc"
"""Of whoever was sent to the identity provider, who sends them back from another site."""


def read(headers: Headers, name: str, origin: str) -> str:
    """The value of a cookie; empty without one."""
    jar: SimpleCookie = SimpleCookie()
    for line in headers.getlist("cookie"):
        # One that cannot be read must not hide the others.
        for part in line.split(";"):
            try:
                jar.load(part.strip())
            except CookieError:
                continue
    found = jar.get(_full(name, origin))
    return "" if found is None else found.value


def write(
    response: Response,
    name: str,
    value: str,
    origin: str,
    *,
    seconds: int | None = None,
    from_elsewhere: bool = False,
) -> None:
    """Have the browser keep it: unread by scripts, and sent with our own requests alone.

    :param from_elsewhere: Also when another site sends the browser here.
    """
    response.set_cookie(
        _full(name, origin),
        value,
        max_age=seconds,
        path="/",
        secure=origin.startswith("https://"),
        httponly=True,
        samesite="lax" if from_elsewhere else "strict",
    )


def forget(response: Response, name: str, origin: str) -> None:
    """Have the browser drop it."""
    response.delete_cookie(
        _full(name, origin),
        path="/",
        secure=origin.startswith("https://"),
        httponly=True,
        samesite="strict",
    )


def _full(name: str, origin: str) -> str:
    # With this in front browsers take it over TLS alone, from this very host, for all of it.
    return f"__Host-{name}" if origin.startswith("https://") else name
