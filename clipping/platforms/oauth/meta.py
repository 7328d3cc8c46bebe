"""What Meta's two ways to Instagram share: how their servers refuse (platforms.md 2.5)."""

from __future__ import annotations

from typing import Any, Final

from clipping.errors import ClippingError
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.oauth.wire import Reply
from clipping.vault import redact

_KINDS: Final = {
    **dict.fromkeys((1, 2), FailureKind.RETRY_BACKOFF),
    **dict.fromkeys((4, 17, 32, 341, 613, 80002), FailureKind.RETRY_AFTER),
    **dict.fromkeys((102, 190), FailureKind.REAUTH),
    **dict.fromkeys((10, *range(200, 300)), FailureKind.REAUTH),
    368: FailureKind.ACCOUNT_BLOCKED,
}
_WORDS: Final = {
    FailureKind.RETRY_BACKOFF: "cannot answer just now",
    FailureKind.RETRY_AFTER: "wants fewer questions",
    FailureKind.REAUTH: "wants the account to be connected again",
    FailureKind.ACCOUNT_BLOCKED: "has blocked the account for a while",
    FailureKind.APP_MISCONFIGURED: "refuses our app",
}
# A code that was used, is too old, or was made for another redirect.
_DEAD_CODE: Final = (36007, 36008, 36009)


def checked(reply: Reply) -> Reply:
    """The reply, unless it is an error in one of Meta's two forms."""
    error = reply.body.get("error")
    if isinstance(error, dict):
        raise _refused(error)
    if "error_message" in reply.body or "error_type" in reply.body or not reply.ok:
        told = {"code": 0, "message": reply.body.get("error_message") or str(error or "")}
        raise _refused(told, status=reply.status)
    return reply


def _refused(error: dict[str, Any], status: int = 400) -> ClippingError:
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    kind = _KINDS.get(code, FailureKind.APP_MISCONFIGURED)
    if error.get("is_transient") is True:
        kind = FailureKind.RETRY_BACKOFF
    elif subcode in _DEAD_CODE or (code == 0 and status == 401):
        kind = FailureKind.REAUTH
    told = redact(str(error.get("message") or f"code {code}")).strip().rstrip(".")[:200]
    name = f"{code}/{subcode}" if subcode else str(code)
    return failure(kind, f"Instagram {_WORDS[kind]}: {told}.", code=name)


def _number(value: Any) -> int:
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return 0
