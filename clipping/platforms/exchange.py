"""One HTTP exchange with a platform: nothing followed, nothing tried again, nothing logged.

httpx's client writes every address into its log, and an upload's address is a secret; so requests
go to its transport, which is below that, and below redirects, cookies and the environment.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clipping.errors import ClippingError
from clipping.models import PostFile
from clipping.platforms.failures import FailureKind, failure, unsent

if TYPE_CHECKING:
    import httpx

TIMEOUT_S: Final = 30.0
_CONNECT_TIMEOUT_S: Final = 10.0
_READ_BYTES: Final = 1 << 20
SHUT: Final = "The account's proxy cannot be reached, or does not let us through to its platform."


class NoAnswer(Exception):
    """The connection failed or time ran out; the platform may have done what it was asked."""


class NotSent(NoAnswer):
    """The way to the platform failed before anything of the request went out.

    :ivar by_proxy: Whether it leads through a proxy of the account's own.
    """

    def __init__(self, *, by_proxy: bool) -> None:
        super().__init__("Nothing was sent.")
        self.by_proxy = by_proxy


def unanswered(error: NoAnswer, sentence: str) -> ClippingError:
    """The error of a request without an answer that can make nothing public, or was not sent.

    :param sentence: That the platform cannot be reached.
    """
    if not isinstance(error, NotSent):
        return failure(FailureKind.RETRY_BACKOFF, sentence)
    return not_sent(sentence, by_proxy=error.by_proxy)


def not_sent(sentence: str, *, by_proxy: bool) -> ClippingError:
    """The error of a request of which nothing went out: trying again is right, and harmless."""
    return unsent(failure(FailureKind.RETRY_BACKOFF, SHUT if by_proxy else sentence))


_is_stopped: ContextVar[Callable[[], bool]] = ContextVar("is_stopped", default=lambda: False)


@contextmanager
def broken_off_when(is_stopped: Callable[[], bool]) -> Iterator[None]:
    """A block in which no part of a file is sent any more once this says so: no answer comes."""
    outer = _is_stopped.set(is_stopped)
    try:
        yield
    finally:
        _is_stopped.reset(outer)


@dataclass(frozen=True)
class Answer:
    """What a platform answered."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The object that it holds; empty when it holds none, such as a page of a proxy."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Piece:
    """Bytes of a post's file, from ``first`` up to ``end``."""

    file: PostFile
    first: int
    end: int

    def read(self) -> Iterator[bytes]:
        """In parts, so that no file is held in memory. Raises OSError."""
        left, is_stopped = self.end - self.first, _is_stopped.get()
        with Path(self.file.path).open("rb") as opened:
            opened.seek(self.first)
            while left > 0:
                part = opened.read(min(left, _READ_BYTES))
                if not part:
                    raise OSError("the file has become shorter")
                if is_stopped():
                    raise OSError("the upload was stopped")
                left -= len(part)
                yield part


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    value: Any = None,
    piece: Piece | None = None,
    content: bytes | None = None,
    proxy: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Answer:
    """One exchange. Raises NoAnswer, AppMisconfigured or PostRefused; none quotes the request.

    With NotSent, which is a NoAnswer, and with the latter two nothing was sent.

    :param form: Sent url-encoded; ``value`` is sent as JSON, ``piece`` and ``content`` as they are.
    :param proxy: The only way out when it is given; the environment's is never taken.
    :param timeout_s: For each wait, not for all of them together.
    """
    import httpx

    body: dict[str, Any] = {}
    sent = {"User-Agent": "clipper", "Accept": "application/json", **headers}
    if piece is not None:
        body["content"] = piece.read()
        sent["Content-Length"] = str(piece.end - piece.first)
    elif content is not None:
        body["content"] = content
    elif form is not None:
        body["data"] = form
    elif value is not None:
        body["content"] = json.dumps(value).encode()
    timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_TIMEOUT_S))
    watch = _Watch()
    extensions = {"timeout": timeout.as_dict(), "trace": watch}
    try:
        request = httpx.Request(
            method, url, params=query, headers=sent, extensions=extensions, **body
        )
        with _way(proxy) as way:
            answer = way.handle_request(request)
            try:
                said = answer.read()
            finally:
                answer.close()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
        if isinstance(error, UnicodeError) and not watch.began:
            sentence = "The post holds characters that cannot be sent."
            raise unsent(failure(FailureKind.PERMANENT_METADATA, sentence)) from None
        if not watch.began:
            raise NotSent(by_proxy=proxy is not None) from None
        raise NoAnswer("No answer came.") from None
    named = {name.lower(): text for name, text in answer.headers.items()}
    return Answer(answer.status_code, named, said)


class _Watch:
    """What httpcore tells of an exchange as it goes (its ``trace`` extension).

    Names of errors would not do: one of reading may be of the proxy's answer to ``CONNECT``.
    """

    def __init__(self) -> None:
        self.began = False
        """Whether the request itself has begun to go out."""

    def __call__(self, event: str, told: Mapping[str, Any]) -> None:
        if event.endswith(".send_request_headers.started"):
            self.began = self.began or told["request"].method != b"CONNECT"


def _way(proxy: str | None) -> httpx.HTTPTransport:
    import httpx

    try:
        return httpx.HTTPTransport(verify=_certificates(), trust_env=False, proxy=proxy)
    except (ValueError, ImportError, httpx.InvalidURL):
        # Without the original: the address may hold a password.
        sentence = "The account's proxy is not an address that can be used."
        raise failure(FailureKind.APP_MISCONFIGURED, sentence) from None


@cache
def _certificates() -> ssl.SSLContext:
    # Making one takes longer than the exchange.
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def is_whole(file: PostFile) -> bool:
    """Whether the file is there and has the size it is said to have."""
    try:
        return Path(file.path).stat().st_size == file.size_bytes
    except OSError:
        return False
