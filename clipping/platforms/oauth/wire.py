"""One exchange with a platform's authorisation server, and what its failures mean."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from clipping.errors import MalformedReply, RateLimited, ServiceUnavailable
from clipping.platforms.quiet import hush

_TIMEOUT_S: Final = 20.0
_MOST_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Reply:
    """A JSON object that was answered; what it holds is not printed."""

    status: int
    body: dict[str, Any] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether its status says so; some platforms send errors with such a one, too."""
        return 200 <= self.status < 300


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Whom we trust: read once, because that takes longer than asking."""
    return httpx.create_ssl_context(trust_env=False)


class Wire:
    """Asks one platform; follows no redirect and takes no proxy from the environment.

    :param title: The platform, as people call it.
    :param proxy: The account's own way out.
    """

    def __init__(self, title: str, proxy: SecretStr | None) -> None:
        self._title, self._proxy = title, proxy

    def ask(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        bearer: SecretStr | None = None,
        basic: tuple[str, str] | None = None,
    ) -> Reply:
        """The answer, whatever it says.

        :raises ServiceUnavailable: There is none, or one of a server in trouble.
        :raises RateLimited: Too much was asked.
        :raises MalformedReply: It is no JSON object.
        """
        # Some platforms want secrets in the address, and the client logs addresses.
        hush()
        headers = {"Accept": "application/json"}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer.get_secret_value()}"
        if basic is not None:
            joined = ":".join(quote(part, safe="") for part in basic)
            headers["Authorization"] = f"Basic {b64encode(joined.encode()).decode('ascii')}"
        try:
            request = httpx.Request(
                method,
                url,
                params=query,
                data=form,
                headers=headers,
                extensions={"timeout": httpx.Timeout(_TIMEOUT_S).as_dict()},
            )
            # Not through a client: that would write every address into its log.
            with httpx.HTTPTransport(
                verify=_certificates(),
                trust_env=False,
                proxy=None if self._proxy is None else self._proxy.get_secret_value(),
            ) as transport:
                answer = transport.handle_request(request)
                answer.read()
        # Its own words may hold the address, and that a secret.
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise ServiceUnavailable(f"{self._title} does not answer just now.") from None
        return self._sorted(answer)

    def _sorted(self, answer: httpx.Response) -> Reply:
        if answer.status_code == 429:
            wait = answer.headers.get("retry-after", "")
            raise RateLimited(
                f"{self._title} wants fewer questions.",
                retry_after_s=float(wait) if wait.isdecimal() else None,
            )
        if answer.status_code >= 500:
            raise ServiceUnavailable(
                f"{self._title} cannot answer just now (status {answer.status_code})."
            )
        try:
            body = answer.json() if len(answer.content) <= _MOST_BYTES else None
        except ValueError:
            body = None
        if not isinstance(body, dict):
            if 200 <= answer.status_code < 300 and not answer.content.strip():
                return Reply(answer.status_code, {})
            raise MalformedReply(
                f"{self._title} answered with something else than JSON "
                f"(status {answer.status_code})."
            )
        return Reply(answer.status_code, body)
