"""What an operator decides for an account, as ``name=value``: pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, time
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationError

from clipping.errors import Rejected
from clipping.models import Account, PlatformName, PostingMethod

_YES_NO: Final = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_PROXIES: Final = ("http", "https")


def chosen(account: Account, choices: Sequence[str], styles: Collection[str]) -> Account:
    """The account with these choices.

    :param styles: Names of the caption styles that there are.
    :raises Rejected: One is not known, or what it says cannot be.
    """
    before = account
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
    if told := _at_odds(before, account, styles):
        raise Rejected(told)
    return account


def _at_odds(before: Account, account: Account, styles: Collection[str]) -> str:
    """What cannot be together, or on the account's platform; empty when all can."""
    if account.method is PostingMethod.INBOX and account.platform is not PlatformName.TIKTOK:
        return "method=inbox: only TikTok has an inbox for drafts."
    if account.premium and account.platform is not PlatformName.X:
        return "premium=yes: only X has it."
    hours, style = (account.wakes_at, account.sleeps_at), account.caption_style
    if hours[0] == hours[1] and hours != (before.wakes_at, before.sleeps_at):
        told = f"{hours[0]:%H:%M}"
        return f"wakes_at and sleeps_at are both {told}: posts fall between the two, so give two."
    if style not in ("", before.caption_style, *styles):
        return f"caption_style={style}: it is any, or one of {', '.join(sorted(styles))}."
    return ""


def in_words(account: Account) -> dict[str, str]:
    """All that can be chosen for an account, by its names, as :func:`chosen` reads it."""
    told = account.disclosure
    words = {
        "timezone": account.timezone,
        "wakes_at": f"{account.wakes_at:%H:%M}",
        "sleeps_at": f"{account.sleeps_at:%H:%M}",
        "angle": account.angle,
        "caption_style": account.caption_style or "any",
        "method": account.method.value,
        "premium": _said(account.premium),
        "first_post_on": str(account.first_post_on or "none"),
        "handle": account.handle,
        "disclosure.paid_partnership": _said(told.paid_partnership),
        "disclosure.own_brand": _said(told.own_brand),
        "disclosure.ai_generated": _said(told.ai_generated),
        "disclosure.sponsors": ", ".join(told.sponsors),
    }
    if account.platform is not PlatformName.X:
        del words["premium"]
    return words


def _said(value: bool) -> str:
    return "yes" if value else "no"


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


def _style(value: str) -> str:
    return "" if value == "any" else value


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
    "caption_style": _style,
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
