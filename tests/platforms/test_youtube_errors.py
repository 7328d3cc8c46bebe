from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from clipping.errors import ClippingError
from clipping.platforms.failures import FailureKind as Kind
from clipping.platforms.failures import kind_of
from clipping.platforms.youtube_errors import refusal
from clipping.platforms.youtube_video import verdict

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def _refused(status: int, reason: str, *, armed: bool = False, **headers: str) -> ClippingError:
    errors = [{"domain": "global", "reason": reason, "message": "why"}] if reason else []
    body = {"error": {"code": status, "message": "why", "errors": errors}}
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return refusal(status, json.dumps(body).encode(), named, now=NOW, armed=armed)


CODES = [
    *[(500, "internalError", Kind.RETRY_BACKOFF), (503, "backendError", Kind.RETRY_BACKOFF)],
    *[(status, "", Kind.RETRY_BACKOFF) for status in (500, 502, 503, 504)],
    *[(status, "rateLimitExceeded", Kind.RETRY_AFTER) for status in (403, 429)],
    *[(status, "userRateLimitExceeded", Kind.RETRY_AFTER) for status in (403, 429)],
    (429, "uploadRateLimitExceeded", Kind.RETRY_AFTER),
    (403, "quotaExceeded", Kind.QUOTA_UNTIL),
    (403, "dailyLimitExceeded", Kind.QUOTA_UNTIL),
    (400, "uploadLimitExceeded", Kind.QUOTA_UNTIL),
    *[
        (400, reason, Kind.PERMANENT_METADATA)
        for reason in (
            *("invalidTitle", "invalidDescription", "invalidTags", "invalidCategoryId"),
            *("invalidPublishAt", "invalidFilename", "invalidVideoMetadata"),
            *("invalidRecordingDetails", "defaultLanguageNotSet", "mediaBodyRequired"),
        )
    ],
    (403, "forbiddenPrivacySetting", Kind.PERMANENT_METADATA),
    (403, "forbiddenLicenseSetting", Kind.PERMANENT_METADATA),
    (403, "forbidden", Kind.PERMANENT_METADATA),
    *[(401, reason, Kind.REAUTH) for reason in ("authError", "expired", "authorizationRequired")],
    (403, "insufficientPermissions", Kind.REAUTH),
    (401, "youtubeSignupRequired", Kind.ACCOUNT_BLOCKED),
    *[
        (403, reason, Kind.ACCOUNT_BLOCKED)
        for reason in (
            *("authenticatedUserAccountSuspended", "authenticatedUserAccountClosed"),
            *("authenticatedUserNotChannel", "channelSuspended", "channelClosed"),
        )
    ],
    (403, "accessNotConfigured", Kind.APP_MISCONFIGURED),
    # Nobody knows these: they stop the one post, and are not tried again.
    (400, "somethingNew", Kind.PERMANENT_METADATA),
    (403, "somethingNew", Kind.PERMANENT_METADATA),
    (404, "videoNotFound", Kind.PERMANENT_METADATA),
    (400, "", Kind.PERMANENT_METADATA),
    (401, "", Kind.REAUTH),
    (429, "", Kind.RETRY_AFTER),
]


@pytest.mark.parametrize(("status", "reason", "kind"), CODES)
def test_every_code_has_its_class_and_a_sentence(status: int, reason: str, kind: Kind) -> None:
    error = _refused(status, reason)
    assert kind_of(error) is kind
    assert str(error).startswith(("YouTube", "The ", "This "))
    assert str(error).endswith(".")


OUTCOMES = [
    *[
        ({"uploadStatus": "failed", "failureReason": reason}, Kind.PERMANENT_MEDIA)
        for reason in (
            *("conversion", "invalidFile", "emptyFile", "tooSmall", "codec", "uploadAborted"),
            "somethingNew",
        )
    ],
    *[
        ({"uploadStatus": "rejected", "rejectionReason": reason}, Kind.PERMANENT_MEDIA)
        for reason in (
            *("copyright", "inappropriate", "duplicate", "termsOfUse", "length", "claim"),
            *("trademark", "legal", "somethingNew"),
        )
    ],
    *[
        ({"uploadStatus": "rejected", "rejectionReason": reason}, Kind.ACCOUNT_BLOCKED)
        for reason in ("uploaderAccountSuspended", "uploaderAccountClosed")
    ],
    ({"uploadStatus": "deleted"}, Kind.PERMANENT_MEDIA),
]


@pytest.mark.parametrize(("status", "kind"), OUTCOMES)
def test_every_outcome_of_a_video_has_its_class(status: dict[str, str], kind: Kind) -> None:
    with pytest.raises(ClippingError) as caught:
        verdict({"status": status}, "public")
    assert kind_of(caught.value) is kind


@pytest.mark.parametrize("state", ["failed", "terminated"])
@pytest.mark.parametrize("reason", ["uploadFailed", "transcodeFailed", "streamingFailed", "other"])
def test_a_video_whose_processing_failed_is_refused(state: str, reason: str) -> None:
    processing = {"processingStatus": state, "processingFailureReason": reason}
    with pytest.raises(ClippingError) as caught:
        verdict({"status": {"uploadStatus": "uploaded"}, "processingDetails": processing}, "public")
    assert kind_of(caught.value) is Kind.PERMANENT_MEDIA


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_at_the_point_of_no_return_a_server_error_leaves_the_outcome_unknown(status: int) -> None:
    assert kind_of(_refused(status, "backendError", armed=True)) is Kind.UNKNOWN_OUTCOME


def test_the_projects_quota_is_back_at_midnight_pacific_and_the_channels_after_a_day() -> None:
    project, channel = _refused(403, "quotaExceeded"), _refused(400, "uploadLimitExceeded")
    assert project.__dict__["until"] == datetime(2026, 11, 27, 8, tzinfo=UTC)
    assert project.__dict__["whole_app"]
    assert channel.__dict__["until"] == NOW + timedelta(hours=24)
    assert not channel.__dict__["whole_app"]


def test_the_day_on_which_clocks_change_has_another_length() -> None:
    body = json.dumps({"error": {"errors": [{"reason": "quotaExceeded"}]}}).encode()
    error = refusal(403, body, {}, now=datetime(2026, 11, 1, 7, 30, tzinfo=UTC))
    assert error.__dict__["until"] == datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("30", 30.0), ("Thu, 26 Nov 2026 09:01:00 GMT", 60.0), ("soon", None), ("", None)],
)
def test_a_pause_is_as_long_as_youtube_says(said: str, seconds: float | None) -> None:
    error = _refused(429, "rateLimitExceeded", retry_after=said)
    assert getattr(error, "retry_after_s", None) == seconds


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": []}', b'{"error": {"errors": [1]}}']
)
def test_a_body_that_nobody_knows_is_sorted_by_its_status(body: bytes) -> None:
    assert kind_of(refusal(503, body, {}, now=NOW)) is Kind.RETRY_BACKOFF
    assert kind_of(refusal(418, body, {}, now=NOW)) is Kind.PERMANENT_METADATA


def test_the_token_endpoints_refusal_asks_for_the_owner() -> None:
    assert kind_of(refusal(400, b'{"error": "invalid_grant"}', {}, now=NOW)) is Kind.REAUTH
