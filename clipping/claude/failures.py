"""What the SDK's errors mean to the caller, in sentences that never hold the key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from time import time
from typing import TYPE_CHECKING

from pydantic import SecretStr

from clipping.errors import (
    AuthorizationExpired,
    Broken,
    ClippingError,
    NeedsPerson,
    QuotaExhausted,
    RateLimited,
    ServiceUnavailable,
)

if TYPE_CHECKING:
    from anthropic import APIStatusError

_LONGEST_QUOTE = 300
_LEAST_KEY = 4
"""A shorter key is no key, and would black out words."""


@contextmanager
def translated(key: SecretStr) -> Iterator[None]:
    """Errors of the SDK, and of what it is made of, leave the block as ours.

    Without the original: its request holds the key, and its text whatever the server said. Each of
    ours that the server answered has its ``status``.
    """
    import httpx2
    from anthropic import AnthropicError, APIConnectionError, APIStatusError, APITimeoutError

    try:
        yield
    except APIStatusError as error:
        raise of_status(error, key) from None
    except (APITimeoutError, httpx2.TimeoutException):
        raise ServiceUnavailable("The Claude API did not answer in time.") from None
    except (APIConnectionError, httpx2.HTTPError):
        raise ServiceUnavailable("The Claude API cannot be reached just now.") from None
    except (AnthropicError, ValueError, AttributeError, TypeError, KeyError):
        # A page of a proxy, JSON that was cut off, fields that are not there.
        raise ServiceUnavailable("The Claude API answered in a form nobody knows.") from None


def of_status(error: APIStatusError, key: SecretStr) -> ClippingError:
    """Our error for an answer with a status of 400 or more."""
    status = error.status_code
    found = of_kind(error.type or "", error.error_code or "", error.api_message or "", key, status)
    if isinstance(found, RateLimited | ServiceUnavailable):
        found.retry_after_s = _retry_after_s(error)
    found.__dict__["status"] = status
    return found


def of_kind(kind: str, code: str, said: str, key: SecretStr, status: int = 0) -> ClippingError:
    """Our error for what the API names an error; a batch's results have no status."""
    if status == 402 or kind == "billing_error" or "spend_limit" in code:
        return QuotaExhausted("The account of the Claude API has no credit left.")
    if status == 401 or kind == "authentication_error":
        return AuthorizationExpired(
            "The Claude API does not accept the key: correct ANTHROPIC_API_KEY or the block."
        )
    if status == 403 or kind == "permission_error":
        return AuthorizationExpired("The key may not do this at the Claude API.")
    if status == 429 or kind == "rate_limit_error":
        return RateLimited("The Claude API asks for a pause.")
    if status == 404 or kind == "not_found_error":
        return NeedsPerson(f"The Claude API does not have this: {_quoted(said, key)}")
    if status in (408, 409) or status >= 500 or kind in _PASSING:
        return ServiceUnavailable(f"The Claude API fails just now ({status or kind}).")
    return Broken(f"The Claude API does not take a question: {_quoted(said, key)}")


_PASSING = {"api_error", "overloaded_error", "timeout_error", "conflict_error"}


def _quoted(said: str, key: SecretStr) -> str:
    line = next(iter(said.splitlines()), "")[:_LONGEST_QUOTE] or "it does not say why"
    secret = key.get_secret_value()
    if len(secret) >= _LEAST_KEY:
        line = line.replace(secret, "***")
    return line.rstrip(".") + "."


def _retry_after_s(error: APIStatusError) -> float | None:
    """Seconds of the headers ``retry-after-ms`` or ``retry-after``, which may also be a date."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) / unit)
        except (KeyError, ValueError):
            continue
    try:
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - time())
    except (KeyError, ValueError):
        return None
