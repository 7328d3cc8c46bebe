"""What the dashboard asks Prefect's server, over its API.

Not through Prefect's own client, which takes seconds to import and a quarter of a gigabyte. For a
page, a server that is down, or slow, is one sentence within two seconds.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import httpx
from pydantic import SecretStr

from clipping.errors import NeedsPerson, Rejected, ServiceUnavailable
from clipping.settings import settings

PATIENCE_S: Final = 1.5
"""For each answer; what a page asks at once, it asks side by side."""
INSISTING_S: Final = 10.0
AGAIN_S: Final = (0.5, 1, 2, 4, 8)
"""Prefect's server says 503 while its SQLite is locked, and its own client asks again."""
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
    return _ask(path, question, PATIENCE_S, ())


def insist(path: str, question: Mapping[str, Any] | None = None) -> Any:
    """As :func:`ask`, of what may be asked twice: patiently, and again while the server is busy."""
    return _ask(path, question, INSISTING_S, AGAIN_S)


def listed(answer: Any) -> list[Any]:
    """An answer that has to be a list.

    :raises ServiceUnavailable: It is none.
    """
    if not isinstance(answer, list):
        raise ServiceUnavailable("The Prefect server does not answer as it should.")
    return answer


def _ask(
    path: str, question: Mapping[str, Any] | None, patience_s: float, again_s: Sequence[float]
) -> Any:
    url = server_url()
    if url is None:
        raise NeedsPerson(
            "No Prefect server is known here: PREFECT_API_URL names one, as `make up` and the "
            "compose file see to."
        )
    auth = _auth(settings().prefect_api_auth_string)
    try:
        # Never through a proxy that the environment names for the outside.
        with httpx.Client(
            auth=auth, timeout=patience_s, trust_env=False, verify=_certificates()
        ) as client:
            answer = _answer(client, f"{url}/{path}", question, again_s)
        _check(answer.status_code)
        return answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ServiceUnavailable("The Prefect server does not answer just now.") from error


@cache
def _certificates() -> ssl.SSLContext:
    """Whom we trust: to read it takes longer than to ask, and a page asks for much at once."""
    return httpx.create_ssl_context(trust_env=False)


def _answer(
    client: httpx.Client, url: str, question: Mapping[str, Any] | None, again_s: Sequence[float]
) -> httpx.Response:
    method = "GET" if question is None else "POST"
    for wait_s in again_s:
        answer = client.request(method, url, json=question)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            return answer
        time.sleep(wait_s)
    return client.request(method, url, json=question)


def _check(status: int) -> None:
    if status in (401, 403):
        raise NeedsPerson(
            "The Prefect server does not let the dashboard in: PREFECT_API_AUTH_STRING has to "
            "be the server's own."
        )
    if status in (404, 409, 422):
        raise Rejected("The Prefect server does not know this any more, or cannot do that.")
    if not httpx.codes.is_success(status):
        raise ServiceUnavailable(f"The Prefect server answers with {status} just now.")


def _auth(told: SecretStr | None) -> httpx.BasicAuth | None:
    if told is None:
        return None
    name, _, password = told.get_secret_value().partition(":")
    return httpx.BasicAuth(name, password)
