"""How a platform's refusals are sorted: by what the publisher does next."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from clipping.errors import (
    AccountBlocked,
    AppMisconfigured,
    AuthorizationExpired,
    ClippingError,
    OutcomeUnknown,
    PostRefused,
    QuotaExhausted,
    RateLimited,
    ServiceUnavailable,
    StartAgain,
)
from clipping.models import Receipt


class FailureKind(StrEnum):
    """The eleven ways in which a step can fail."""

    RETRY_AFTER = "retry_after"
    """The platform says when."""
    RETRY_BACKOFF = "retry_backoff"
    RETRY_NEW_CONTAINER = "retry_new_container"
    """This upload, container or session is lost, and provably nothing of it is public."""
    PERMANENT_MEDIA = "permanent_media"
    PERMANENT_METADATA = "permanent_metadata"
    QUOTA_UNTIL = "quota_until"
    """Nothing more from this account, or app, until a time."""
    REAUTH = "reauth"
    ACCOUNT_BLOCKED = "account_blocked"
    APP_MISCONFIGURED = "app_misconfigured"
    BILLING = "billing"
    UNKNOWN_OUTCOME = "unknown_outcome"
    """It may be public: look, before anything else."""


_ERRORS: Final[dict[FailureKind, type[ClippingError]]] = {
    FailureKind.RETRY_AFTER: RateLimited,
    FailureKind.RETRY_BACKOFF: ServiceUnavailable,
    FailureKind.RETRY_NEW_CONTAINER: StartAgain,
    FailureKind.PERMANENT_MEDIA: PostRefused,
    FailureKind.PERMANENT_METADATA: PostRefused,
    FailureKind.QUOTA_UNTIL: QuotaExhausted,
    FailureKind.REAUTH: AuthorizationExpired,
    FailureKind.ACCOUNT_BLOCKED: AccountBlocked,
    FailureKind.APP_MISCONFIGURED: AppMisconfigured,
    FailureKind.BILLING: QuotaExhausted,
    FailureKind.UNKNOWN_OUTCOME: OutcomeUnknown,
}


UNANSWERED: Final = frozenset({408, 409, 425, 499})
"""Statuses with which somebody on the way may end a request that the platform still acts on."""


def failure(
    kind: FailureKind,
    sentence: str,
    *,
    code: str = "",
    retry_after_s: float | None = None,
    until: datetime | None = None,
    whole_app: bool = False,
) -> ClippingError:
    """The error of this kind; it bears ``kind``, ``code``, ``until`` and ``whole_app``.

    :param sentence: For the person who reads it; without secrets.
    :param code: The platform's own, for the log.
    :param until: With ``quota_until``: when the window ends, None when nobody knows.
    :param whole_app: Whether it holds for all accounts of this app, not only for this one.
    """
    error = _ERRORS[kind](sentence, kind=kind, code=code, until=until, whole_app=whole_app)
    if retry_after_s is not None:
        error.__dict__["retry_after_s"] = retry_after_s
    return error


def unarmed(error: ClippingError, receipt: Receipt) -> ClippingError:
    """The same error, of something that provably is not public: the post goes on from ``receipt``.

    What follows from the error then follows for that receipt, which is not ``ARMED``.
    """
    error.__dict__["unarmed"] = receipt
    return error


def unsent(error: ClippingError) -> ClippingError:
    """The same error, of a request of which nothing was sent: the way to its platform was shut."""
    error.__dict__["unsent"] = True
    return error


def is_unsent(error: ClippingError) -> bool:
    """Whether it is certain that nothing of the request was sent."""
    return bool(getattr(error, "unsent", False))


def kind_of(error: ClippingError) -> FailureKind:
    """What kind an error of a step is; one that no platform made is a reason to try again later."""
    kind = getattr(error, "kind", None)
    return kind if isinstance(kind, FailureKind) else FailureKind.RETRY_BACKOFF
