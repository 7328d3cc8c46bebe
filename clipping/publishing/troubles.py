"""What a platform's answer says beyond the one post: of its account and its source. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from clipping.errors import AccountBlocked, AuthorizationExpired, ClippingError, Rejected
from clipping.models import AccountStatus

TOGETHER: Final = timedelta(hours=1)
MOST_ALONE: Final = 1
"""More accounts of a client in trouble within :data:`TOGETHER` pause their platform for it."""

_BANNED: Final = (
    "spam_risk_user_banned_from_posting",
    "uploaderaccountclosed",
    "channelclosed",
    "authenticateduseraccountclosed",
)
_WITHDRAWN: Final = ("auth_removed",)
_SPAM: Final = ("spam_risk", "spam_risk_text", "inappropriate", "termsofuse")
_CLAIMS: Final = (
    "copyright",
    "claim",
    "trademark",
    "legal",
    "inappropriate",
    "termsofuse",
)
"""Codes of a refusal that concerns the source, not the post."""


def status_after(error: ClippingError) -> AccountStatus | None:
    """What an error says of the account; None when nothing."""
    code = str(getattr(error, "code", "")).lower()
    if isinstance(error, AuthorizationExpired) or code in _WITHDRAWN:
        return AccountStatus.REAUTHORISE
    if isinstance(error, AccountBlocked):
        return AccountStatus.BANNED if code in _BANNED else AccountStatus.SUSPENDED
    return AccountStatus.WARNED if isinstance(error, Rejected) and code in _SPAM else None


def concerns_source(error: ClippingError) -> bool:
    """Whether somebody has a claim on what was posted, so that no clip of it should go out."""
    return isinstance(error, Rejected) and str(getattr(error, "code", "")).lower() in _CLAIMS
