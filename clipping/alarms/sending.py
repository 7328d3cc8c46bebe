"""The one door to Apprise, which knows mail, Slack, Telegram and the rest by an address each."""

from __future__ import annotations

import logging
import re
import warnings
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from clipping.errors import Rejected, ServiceUnavailable
from clipping.models.alarms import Message
from clipping.vault import remember

_LONGEST_BODY = 3500
"""Telegram takes 4096 characters, others less than that in all."""


def check_address(address: SecretStr) -> None:
    """Make sure that Apprise knows what to do with an address, and keep it out of all logs.

    :raises Rejected: It does not.
    """
    _service(address)


def send(address: SecretStr, message: Message) -> None:
    """Send one message.

    :raises ServiceUnavailable: It was not taken; nobody says why in words that could be shown.
    :raises Rejected: The address is none.
    """
    service = _service(address)
    try:
        taken = service.notify(title=message.title, body=message.body[:_LONGEST_BODY])
    except Exception as error:  # noqa: BLE001 - a hundred plugins, each with its own libraries
        raise ServiceUnavailable(
            f"The target {message.target} could not be told: {type(error).__name__}."
        ) from None
    if not taken:
        raise ServiceUnavailable(f"The target {message.target} did not take the message.")


def _service(address: SecretStr) -> Any:
    text = address.get_secret_value().strip()
    _hide(text)
    found = _library().Apprise.instantiate(text, suppress_exceptions=True)
    if found is None:
        raise Rejected(
            "This is no address that Apprise knows, such as slack://, tgram:// or mailtos://."
        )
    return found


def _hide(text: str) -> None:
    """Every part of an address may be a token; hosts and words such as ``mailto`` are none."""
    parts = urlsplit(text)
    found = [text, parts.username or "", parts.password or ""]
    found += [unquote(part) for part in re.split(r"[/?&=]", f"{parts.path}/{parts.query}")]
    found += [] if parts.scheme in {"json", "jsons", "mailto", "mailtos"} else [parts.netloc]
    remember(*(SecretStr(part) for part in found if len(part) >= 8))


@lru_cache(maxsize=1)
def _library() -> Any:
    with warnings.catch_warnings():
        # Of its plugins, all of which are imported when it first sees an address.
        warnings.simplefilter("ignore")
        import apprise

        apprise.Apprise.instantiate("json://localhost")
    # It writes whole addresses at the level of debugging.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    return apprise
