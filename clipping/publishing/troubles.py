"""What a platform's answer says beyond the one post: of its account and its source. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from clipping.errors import AccountBlocked, AuthorizationExpired, ClippingError, Rejected
from clipping.models import AccountStatus, Post
from clipping.platforms.failures import FailureKind

TOGETHER: Final = timedelta(hours=1)
MOST_ALONE: Final = 1
"""More accounts of a client in trouble within :data:`TOGETHER` pause their platform for it."""

_SURELY_AWAY: Final = 3
"""Posts that are all gone at once, also where they are of one source."""

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
_SILENCE: Final = ("", "0", "malformed")
"""Codes of failures with which no platform has said anything that could be read."""


def status_after(error: ClippingError) -> AccountStatus | None:
    """What an error says of the account; None when nothing."""
    code = str(getattr(error, "code", "")).lower()
    if isinstance(error, AuthorizationExpired) or code in _WITHDRAWN:
        return AccountStatus.REAUTHORISE
    if isinstance(error, AccountBlocked):
        return AccountStatus.BANNED if code in _BANNED else AccountStatus.SUSPENDED
    return AccountStatus.WARNED if isinstance(error, Rejected) and code in _SPAM else None


def is_silence(error: ClippingError) -> bool:
    """Whether no answer of the platform came, as far as anybody can tell."""
    unanswered = getattr(error, "kind", None) in (
        FailureKind.RETRY_BACKOFF,
        FailureKind.UNKNOWN_OUTCOME,
    )
    return unanswered and str(getattr(error, "code", "")) in _SILENCE


def concerns_source(error: ClippingError) -> bool:
    """Whether somebody has a claim on what was posted, so that no clip of it should go out."""
    return isinstance(error, Rejected) and str(getattr(error, "code", "")).lower() in _CLAIMS


def account_is_away(
    posts: Collection[Post], gone: Collection[str], well_since: datetime | None
) -> bool:
    """Whether it is the account that cannot be seen, rather than its posts taken down one by one.

    So when all of them are gone at once: three or more, or two of different sources.

    :param posts: All of the account's that should be public.
    :param gone: Ids of those that are not there.
    :param well_since: When a person has last seen that the account is well, if one has. What is
        older and still not there has been taken down.
    """
    if any(post.post_id not in gone for post in posts):
        return False
    many = len(posts) >= _SURELY_AWAY or len({post.source_id for post in posts}) > 1
    return many and (
        well_since is None
        or any(post.posted_at is None or post.posted_at > well_since for post in posts)
    )
