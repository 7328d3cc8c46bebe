"""What an operator decides for an account, as ``name=value``: pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationError

from clipping.errors import Rejected
from clipping.models import Account, PlatformName, PostingMethod

_YES_NO: Final = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_PROXIES: Final = ("http", "https")


def chosen(account: Account, choices: Sequence[str]) -> Account:
    """The account with these choices.

    :raises Rejected: One is not known, or what it says cannot be.
    """
    for choice in choices:
        name, equals, value = choice.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or name not in _READERS:
            known = ", ".join(_READERS)
            raise Rejected(f"{name!r} is nothing that can be set, such as timezone=UTC: {known}.")
        try:
            account = _with(account, name, _READERS[name](value))
        except (ValueError, ValidationError) as error:
            told = str(error) if type(error) is ValueError else "that cannot be"
            raise Rejected(f"{name}={value}: {told}.") from None
    if account.method is PostingMethod.INBOX and account.platform is not PlatformName.TIKTOK:
        raise Rejected("method=inbox: only TikTok has an inbox for drafts.")
    return account


def _with(account: Account, name: str, value: Any) -> Account:
    if name.startswith("disclosure."):
        part = name.removeprefix("disclosure.")
        return account.replace(disclosure=account.disclosure.replace(**{part: value}))
    return account.replace(**{name: value})


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no timezone of the IANA list, such as Europe/Berlin") from None
    return value


def _time(value: str) -> time:
    try:
        found = time.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise ValueError("no time of day such as 08:30")
    return found


def _day(value: str) -> date | None:
    if value == "none":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("no date such as 2026-11-26, nor none") from None


def _yes_no(value: str) -> bool:
    if value.lower() not in _YES_NO:
        raise ValueError("neither yes nor no")
    return _YES_NO[value.lower()]


def _method(value: str) -> PostingMethod:
    try:
        return PostingMethod(value)
    except ValueError:
        raise ValueError(f"none of {', '.join(PostingMethod)}") from None


def _names(value: str) -> tuple[str, ...]:
    return tuple(name for part in value.split(",") if (name := part.strip()))


def _handle(value: str) -> str:
    if not value.removeprefix("@"):
        raise ValueError("no name")
    return value.removeprefix("@")


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "timezone": _zone,
    "wakes_at": _time,
    "sleeps_at": _time,
    "angle": str,
    "caption_style": str,
    "method": _method,
    "premium": _yes_no,
    "first_post_on": _day,
    "handle": _handle,
    "disclosure.paid_partnership": _yes_no,
    "disclosure.own_brand": _yes_no,
    "disclosure.ai_generated": _yes_no,
    "disclosure.sponsors": _names,
}


def proxy_address(text: SecretStr) -> SecretStr:
    """The address of a proxy; it may hold a password.

    :raises Rejected: It is none; it is not repeated.
    """
    address = text.get_secret_value().strip()
    try:
        parts = urlsplit(address)
        fits = parts.scheme in _PROXIES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or any(character.isspace() for character in address):
        raise Rejected(
            "That is not the address of a proxy such as http://user:password@proxy.example:3128."
        )
    return SecretStr(address)
