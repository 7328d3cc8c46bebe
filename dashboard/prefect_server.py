"""What the pages ask Prefect's server, over its API; Prefect itself takes seconds to import.

A server that is down, or slow, is one sentence within two seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx
from pydantic import SecretStr

from clipping.errors import NeedsPerson, Rejected, ServiceUnavailable
from clipping.settings import settings

PATIENCE_S: Final = 1.5
"""For each answer; what a page asks at once, it asks side by side."""
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def server_url() -> str | None:
    """Where the API is; None where this machine knows of no server."""
    url = settings().prefect_api_url
    return url.rstrip("/") if url else None


def pages_url() -> str | None:
    """Where people's browsers find Prefect's own pages; None when nobody has said."""
    told = settings().prefect_ui_url
    if told:
        return told.rstrip("/")
    url = server_url()
    # What another machine calls its server is no address for a browser.
    if url is None or httpx.URL(url).host not in _LOOPBACK:
        return None
    return url.removesuffix("/api")


def ask(path: str, question: Mapping[str, Any] | None = None) -> Any:
    """The answer to one question; with none it is read.

    :param path: Such as ``flow_runs/filter``.
    :raises NeedsPerson: There is no server, or it does not let us in.
    :raises ServiceUnavailable: It does not answer in time, or not as it should.
    :raises Rejected: It does not know what is asked for, or does not take it.
    """
    url = server_url()
    if url is None:
        raise NeedsPerson("No Prefect server is known here: PREFECT_API_URL names one.")
    method = "GET" if question is None else "POST"
    try:
        answer = httpx.request(
            method,
            f"{url}/{path}",
            json=question,
            auth=_auth(settings().prefect_api_auth_string),
            timeout=PATIENCE_S,
            trust_env=False,
        )
        if answer.status_code in (401, 403):
            raise NeedsPerson(
                "The Prefect server does not let the dashboard in: PREFECT_API_AUTH_STRING has to "
                "be the server's own."
            )
        if answer.status_code in (404, 409, 422):
            raise Rejected("The Prefect server does not know this run any more, or cannot do that.")
        answer.raise_for_status()
        return answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ServiceUnavailable("The Prefect server does not answer just now.") from error


def _auth(told: SecretStr | None) -> httpx.BasicAuth | None:
    if told is None:
        return None
    name, _, password = told.get_secret_value().partition(":")
    return httpx.BasicAuth(name, password)
