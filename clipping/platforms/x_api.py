"""The X API through tweepy's session: one exchange per call, our errors out.

Everything goes through ``Client.request``, because tweepy 4.17 uploads by the old interface only
and its ``create_tweet`` cannot disclose. It also fixes the host, sets no time limit, and would
follow redirects; the adapter below ends all three.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectTimeout, InvalidProxyURL, InvalidSchema, RequestException
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProxyError

from clipping.errors import ClippingError, NotInstalled
from clipping.platforms.exchange import not_sent
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.quiet import hush
from clipping.platforms.x_errors import UNREACHABLE, refusal, server_failed

_TWEEPY_HOST: Final = "https://api.twitter.com"
_PROXIES: Final = ("http", "https", "socks5", "socks5h")
_CONNECT_S: Final = 10.0
_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True)
class Api:
    """The API as one account sees it.

    :param token: Its OAuth 2.0 access token; sent in a header, and nowhere else.
    :param proxy: The only way out, if there is one; none is taken from the environment.
    """

    token: SecretStr
    now: datetime
    url: str
    proxy: str | None = field(default=None, repr=False)

    def call(
        self,
        method: str,
        route: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        armed: bool = False,
        in_part: bool = False,
    ) -> dict[str, Any]:
        """The answer's object; empty when it has none. Raises what ``failures.failure`` makes.

        :param armed: Whether the request can make a post public.
        :param in_part: Whether an answer of errors alone is an answer, as it is for look-ups.
        """
        with self._exchange(armed) as client:
            answer = client.request(method, route, params=params, json=body)
            if not answer.content and not armed:
                return {}
            found: dict[str, Any] = answer.json()
            if found.get("data") is None and found.get("errors") and not in_part:
                # 200, and yet nothing but errors.
                raise refusal(
                    answer.status_code, answer.content, _named(answer), now=self.now, armed=armed
                )
            return found

    @contextmanager
    def _exchange(self, armed: bool) -> Iterator[Any]:
        """Errors of tweepy, and of what it is made of, leave the block as ours.

        Without the originals, which hold the request and what the server said.
        """
        tweepy = _tweepy()
        hush()
        if self.proxy and urlsplit(self.proxy).scheme not in _PROXIES:
            raise _unusable_proxy()
        client = tweepy.Client(bearer_token=self.token.get_secret_value(), wait_on_rate_limit=False)
        session = client.session
        session.trust_env = False
        session.max_redirects = 0
        session.proxies = {"http": self.proxy, "https": self.proxy} if self.proxy else {}
        session.mount(_TWEEPY_HOST, _Elsewhere(self.url))
        try:
            with session:
                yield client
        except tweepy.HTTPException as error:
            answer = error.response
            raise refusal(
                answer.status_code, answer.content, _named(answer), now=self.now, armed=armed
            ) from None
        except (InvalidProxyURL, InvalidSchema):
            raise _unusable_proxy() from None
        except (RequestException, tweepy.TweepyException) as error:
            if _never_left(error):
                raise not_sent(UNREACHABLE, by_proxy=bool(self.proxy)) from None
            raise server_failed(armed) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            # A page of a proxy, JSON that was cut off or is of another form.
            raise server_failed(armed, "malformed") from None


class _Elsewhere(HTTPAdapter):
    """Sends to another address what was meant for tweepy's, and does not wait for ever."""

    def __init__(self, url: str) -> None:
        super().__init__(max_retries=0)
        self._url = url

    def send(self, request: PreparedRequest, *args: Any, **named: Any) -> Response:
        """As its base."""
        request.url = self._url + (request.url or "").removeprefix(_TWEEPY_HOST)
        return super().send(request, *args, **{**named, "timeout": (_CONNECT_S, _TIMEOUT_S)})


def _never_left(error: Exception) -> bool:
    """Whether no connection was made, so that nothing was sent; False where that is not certain.

    urllib3 blames the proxy also for an answer that breaks off (seen with 2.8): only what it says
    of the connection itself, or of the proxy's refusal to make one, counts.
    """
    if isinstance(error, ConnectTimeout):
        return True
    cause: object = error.args[0] if error.args else None
    cause = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(cause, ProxyError):
        cause = cause.original_error
    # A refused connection is one of these, too.
    if isinstance(cause, ConnectTimeoutError):
        return True
    return type(cause) is OSError and str(cause).startswith("Tunnel connection failed")


def _tweepy() -> Any:
    try:
        import tweepy
    except ImportError as error:
        raise NotInstalled(
            "Posts reach X through tweepy, which is not installed: add the extra 'publish'."
        ) from error
    return tweepy


def _unusable_proxy() -> ClippingError:
    return failure(
        FailureKind.APP_MISCONFIGURED, "The account's proxy is not of a kind that can be used."
    )


def _named(answer: Response) -> Mapping[str, str]:
    headers: CaseInsensitiveDict[str] = answer.headers
    return {name.lower(): text for name, text in headers.items()}
