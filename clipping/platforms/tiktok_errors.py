"""What TikTok's codes mean for a post (error handling and status pages, 2026-11)."""

from __future__ import annotations

import re
from typing import Final

from clipping.errors import ClippingError
from clipping.platforms.failures import FailureKind, failure

_K = FailureKind
_RATE_WINDOW_S: Final = 60.0

CODES: Final[dict[str, tuple[FailureKind, str]]] = {
    "rate_limit_exceeded": (_K.RETRY_AFTER, "TikTok asks for a pause."),
    "internal_error": (_K.RETRY_BACKOFF, "TikTok fails just now."),
    "spam_risk_too_many_posts": (
        _K.QUOTA_UNTIL,
        "This account has posted as often as TikTok lets it within 24 hours.",
    ),
    "reached_active_user_cap": (
        _K.QUOTA_UNTIL,
        "As many accounts as TikTok lets the app post to have posted within 24 hours.",
    ),
    "spam_risk_too_many_pending_share": (
        _K.QUOTA_UNTIL,
        "Five drafts wait in this account's TikTok inbox: its owner has to post or delete some.",
    ),
    "invalid_file_upload": (_K.PERMANENT_MEDIA, "TikTok does not take the file."),
    "invalid_param": (_K.PERMANENT_METADATA, "TikTok does not take what was sent with the post."),
    "invalid_params": (_K.PERMANENT_METADATA, "TikTok does not take what was sent with the post."),
    "privacy_level_option_mismatch": (
        _K.PERMANENT_METADATA,
        "TikTok no longer offers this account the privacy level that its owner chose.",
    ),
    "spam_risk_user_banned_from_posting": (
        _K.ACCOUNT_BLOCKED,
        "TikTok has banned this account from posting.",
    ),
    "access_token_invalid": (_K.REAUTH, "TikTok no longer accepts the account's authorisation."),
    "scope_not_authorized": (_K.REAUTH, "The account's owner has not allowed what this needs."),
    "scope_permission_missed": (_K.REAUTH, "The account's owner has not allowed what this needs."),
    "unaudited_client_can_only_post_to_private_accounts": (
        _K.APP_MISCONFIGURED,
        "TikTok has not audited the app, which may only post to private accounts until then.",
    ),
    "url_ownership_unverified": (
        _K.APP_MISCONFIGURED,
        "TikTok does not know that the address of the file is the app's.",
    ),
    "app_version_check_failed": (
        _K.APP_MISCONFIGURED,
        "TikTok does not let this version of the app post.",
    ),
    "invalid_publish_id": (
        _K.PERMANENT_METADATA,
        "TikTok does not know this publication: look at the account before posting it again.",
    ),
    "token_not_authorized_for_specified_publish_id": (
        _K.REAUTH,
        "The publication belongs to another TikTok account than this authorisation.",
    ),
    "publish_not_cancellable": (
        _K.PERMANENT_METADATA,
        "TikTok can no longer cancel the publication.",
    ),
}
"""Codes of answers."""

REASONS: Final[dict[str, tuple[FailureKind, str]]] = {
    "internal": (_K.RETRY_NEW_CONTAINER, "TikTok failed to publish it."),
    "video_pull_failed": (_K.RETRY_NEW_CONTAINER, "TikTok could not fetch the file."),
    "photo_pull_failed": (_K.RETRY_NEW_CONTAINER, "TikTok could not fetch the file."),
    "file_format_check_failed": (_K.PERMANENT_MEDIA, "TikTok does not take the file's format."),
    "duration_check_failed": (_K.PERMANENT_MEDIA, "TikTok does not take the clip's length."),
    "frame_rate_check_failed": (_K.PERMANENT_MEDIA, "TikTok does not take the frame rate."),
    "picture_size_check_failed": (_K.PERMANENT_MEDIA, "TikTok does not take the picture's size."),
    "spam_risk_text": (_K.PERMANENT_METADATA, "TikTok takes the caption for spam."),
    "spam_risk": (_K.PERMANENT_METADATA, "TikTok takes the post for spam."),
    "spam_risk_too_many_posts": CODES["spam_risk_too_many_posts"],
    "spam_risk_user_banned_from_posting": CODES["spam_risk_user_banned_from_posting"],
    "auth_removed": (
        _K.ACCOUNT_BLOCKED,
        "The account's owner, or TikTok, has withdrawn the authorisation.",
    ),
    "publish_cancelled": (_K.PERMANENT_METADATA, "The publication was cancelled."),
}
"""``fail_reason`` of a publication that has failed: nothing of it is public."""

_OF_THE_APP: Final = {"reached_active_user_cap"}


def of_answer(status: int, code: str, retry_after: str = "") -> ClippingError:
    """The error of an answer that is not ``ok``.

    :param retry_after: The header of this name.
    """
    kind, sentence = CODES.get(code) or _of_status(status, code)
    wait_s = float(retry_after) if retry_after.isdigit() else _RATE_WINDOW_S
    return failure(
        kind,
        sentence,
        code=code or str(status),
        retry_after_s=wait_s if kind is _K.RETRY_AFTER else None,
        whole_app=kind is _K.APP_MISCONFIGURED or code in _OF_THE_APP,
    )


def of_reason(reason: str) -> ClippingError:
    """The error of a publication whose status is ``FAILED``."""
    kind, sentence = REASONS.get(reason) or _unknown(reason)
    return failure(kind, sentence, code=reason)


def _of_status(status: int, code: str) -> tuple[FailureKind, str]:
    if status == 429:
        return CODES["rate_limit_exceeded"]
    if status == 401:
        return CODES["access_token_invalid"]
    if status >= 500:
        return CODES["internal_error"]
    return _unknown(code or f"status {status}")


def _unknown(code: str) -> tuple[FailureKind, str]:
    known = re.sub(r"[^\w .:-]", "", code)[:64] or "no reason"
    return _K.PERMANENT_METADATA, f"TikTok refuses the post for a reason nobody knows: {known}."
