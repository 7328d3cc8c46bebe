"""Tokens that somebody got elsewhere and hands over: pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from clipping.errors import ClippingError, Rejected
from clipping.models import Tokens
from clipping.platforms.oauth.base import granted
from clipping.platforms.oauth.wire import Reply
from clipping.vault import remember

_IDS = ("platform_user_id", "open_id", "user_id", "id")


def read_tokens(text: str, now: datetime) -> tuple[Tokens, str]:
    """The tokens, and the platform's id of the account if it is there.

    :param text: The platform's token answer as JSON (``access_token``, ``refresh_token``,
        ``expires_in``, ``scope``, ...), with ``expires_at`` and ``obtained_at`` (ISO 8601) where it
        is not fresh; or the access token alone.
    :raises Rejected: It is neither.
    """
    text = text.strip()
    if not text.startswith("{"):
        if not text or len(text.split()) > 1:
            raise Rejected("That is neither a token nor the JSON of a token answer.")
        tokens = Tokens(access=SecretStr(text), obtained_at=now)
        remember(tokens.access)
        return tokens, ""
    try:
        return _from_json(json.loads(text), now)
    except (ValueError, TypeError, AttributeError, ClippingError):
        # What went wrong may quote a token.
        raise Rejected(
            "That is not the JSON of a token answer: it needs access_token, and numbers or dates "
            "where they belong."
        ) from None


def _from_json(given: dict[str, Any], now: datetime) -> tuple[Tokens, str]:
    obtained = _date(given.get("obtained_at")) or now
    scope = given.get("scope") or given.get("scopes") or given.get("permissions")
    if isinstance(scope, str):
        scope = scope.replace(",", " ").split()
    tokens = granted(Reply(200, {**given, "scope": scope}), "The file", obtained)
    expires = _date(given.get("expires_at")) or tokens.expires_at
    user_id = next((str(given[name]) for name in _IDS if given.get(name)), "")
    return tokens.replace(expires_at=expires), user_id


def _date(text: Any) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
