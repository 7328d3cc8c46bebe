"""Every code that TikTok is known to say, and what it means for a post."""

from __future__ import annotations

import pytest

from clipping.errors import PostRefused
from clipping.platforms import tiktok_errors as errors
from clipping.platforms.failures import FailureKind as K
from clipping.platforms.failures import kind_of

_ANSWERS = [
    (429, "rate_limit_exceeded", K.RETRY_AFTER),
    (500, "internal_error", K.RETRY_BACKOFF),
    (200, "spam_risk_too_many_posts", K.QUOTA_UNTIL),
    (200, "reached_active_user_cap", K.QUOTA_UNTIL),
    (403, "spam_risk_too_many_pending_share", K.QUOTA_UNTIL),
    (400, "invalid_file_upload", K.PERMANENT_MEDIA),
    (400, "invalid_param", K.PERMANENT_METADATA),
    (400, "invalid_params", K.PERMANENT_METADATA),
    (403, "privacy_level_option_mismatch", K.PERMANENT_METADATA),
    (200, "spam_risk_user_banned_from_posting", K.ACCOUNT_BLOCKED),
    (401, "access_token_invalid", K.REAUTH),
    (401, "scope_not_authorized", K.REAUTH),
    (401, "scope_permission_missed", K.REAUTH),
    (403, "unaudited_client_can_only_post_to_private_accounts", K.APP_MISCONFIGURED),
    (403, "url_ownership_unverified", K.APP_MISCONFIGURED),
    (403, "app_version_check_failed", K.APP_MISCONFIGURED),
    (400, "invalid_publish_id", K.PERMANENT_METADATA),
    (401, "token_not_authorized_for_specified_publish_id", K.REAUTH),
    (400, "publish_not_cancellable", K.PERMANENT_METADATA),
    # Not in the documentation: the status decides, and 4xx stops this post alone.
    (429, "", K.RETRY_AFTER),
    (503, "unheard_of", K.RETRY_BACKOFF),
    (401, "unheard_of", K.REAUTH),
    (400, "unheard_of", K.PERMANENT_METADATA),
    (200, "unheard_of", K.PERMANENT_METADATA),
]
_REASONS = [
    ("internal", K.RETRY_NEW_CONTAINER),
    ("video_pull_failed", K.RETRY_NEW_CONTAINER),
    ("photo_pull_failed", K.RETRY_NEW_CONTAINER),
    ("file_format_check_failed", K.PERMANENT_MEDIA),
    ("duration_check_failed", K.PERMANENT_MEDIA),
    ("frame_rate_check_failed", K.PERMANENT_MEDIA),
    ("picture_size_check_failed", K.PERMANENT_MEDIA),
    ("spam_risk_text", K.PERMANENT_METADATA),
    ("spam_risk", K.PERMANENT_METADATA),
    ("spam_risk_too_many_posts", K.QUOTA_UNTIL),
    ("spam_risk_user_banned_from_posting", K.ACCOUNT_BLOCKED),
    ("auth_removed", K.ACCOUNT_BLOCKED),
    ("publish_cancelled", K.PERMANENT_METADATA),
    ("unheard_of", K.PERMANENT_METADATA),
    ("", K.PERMANENT_METADATA),
]


def test_every_code_means_what_the_table_says() -> None:
    found = [
        (status, code, kind_of(errors.of_answer(status, code))) for status, code, _ in _ANSWERS
    ]
    assert found == _ANSWERS
    assert [(reason, kind_of(errors.of_reason(reason))) for reason, _ in _REASONS] == _REASONS
    assert {code for _, code, _ in _ANSWERS} >= errors.CODES.keys()
    assert {reason for reason, _ in _REASONS} >= errors.REASONS.keys()


def test_a_rate_says_how_long_to_wait_and_a_quota_whether_the_app_is_meant() -> None:
    assert errors.of_answer(429, "", "17").__dict__["retry_after_s"] == 17
    assert errors.of_answer(429, "rate_limit_exceeded").__dict__["retry_after_s"] == 60
    assert errors.of_answer(200, "reached_active_user_cap").__dict__["whole_app"]
    assert not errors.of_answer(200, "spam_risk_too_many_posts").__dict__["whole_app"]


@pytest.mark.parametrize("said", ["<b>act.secret</b>" * 20, "line\nline"])
def test_an_unknown_code_is_quoted_shortly_and_without_its_signs(said: str) -> None:
    error = errors.of_reason(said)
    assert isinstance(error, PostRefused)
    assert len(str(error)) < 130
    assert not set(str(error)) & set("<>\n")
