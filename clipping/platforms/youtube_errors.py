"""What YouTube's refusals mean, and what it says of a video that it has processed.

Source: YouTube Data API, ``docs/errors``, ``docs/core_errors`` and ``docs/videos`` (2026-11-04).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from clipping.errors import ClippingError
from clipping.platforms.failures import UNANSWERED, FailureKind, failure

_PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_CHANNEL_WINDOW: Final = timedelta(hours=24)
_LONGEST_CODE: Final = 60


class Meaning(NamedTuple):
    """What the publisher does about a code, and what a person reads."""

    kind: FailureKind
    sentence: str
    whole_app: bool = False


_BUSY: Final = Meaning(FailureKind.RETRY_BACKOFF, "YouTube fails just now.")
_PAUSE: Final = Meaning(FailureKind.RETRY_AFTER, "YouTube asks for a pause.")
_PROJECT_QUOTA: Final = Meaning(
    FailureKind.QUOTA_UNTIL,
    "The app's daily quota at YouTube is used up until midnight Pacific time.",
    whole_app=True,
)
_LOGIN: Final = Meaning(
    FailureKind.REAUTH, "YouTube does not accept the login: connect the channel again."
)
_BLOCKED: Final = "YouTube has suspended or closed this channel."
_REFUSED: Final = "YouTube does not take this post"


def _metadata(what: str) -> Meaning:
    return Meaning(FailureKind.PERMANENT_METADATA, f"YouTube does not take the {what}.")


def _account(sentence: str) -> Meaning:
    return Meaning(FailureKind.ACCOUNT_BLOCKED, sentence)


def _media(sentence: str) -> Meaning:
    return Meaning(FailureKind.PERMANENT_MEDIA, sentence)


REASONS: Final[dict[str, Meaning]] = {
    "internalError": _BUSY,
    "backendError": _BUSY,
    "rateLimitExceeded": _PAUSE,
    "userRateLimitExceeded": _PAUSE,
    "uploadRateLimitExceeded": _PAUSE,
    "quotaExceeded": _PROJECT_QUOTA,
    "dailyLimitExceeded": _PROJECT_QUOTA,
    "uploadLimitExceeded": Meaning(
        FailureKind.QUOTA_UNTIL, "The channel may upload nothing more for 24 hours."
    ),
    "invalidTitle": _metadata("title"),
    "invalidDescription": _metadata("description"),
    "invalidTags": _metadata("tags"),
    "invalidCategoryId": _metadata("category"),
    "invalidPublishAt": _metadata("time of publication"),
    "invalidFilename": _metadata("file name"),
    "invalidVideoMetadata": _metadata("title or description"),
    "invalidRecordingDetails": _metadata("place or date of recording"),
    "defaultLanguageNotSet": _metadata("translations without a language"),
    "mediaBodyRequired": _metadata("post without a video"),
    "forbiddenPrivacySetting": _metadata("privacy setting"),
    "forbiddenLicenseSetting": _metadata("licence"),
    # "You cannot", without a word why: for this post only.
    "forbidden": Meaning(FailureKind.PERMANENT_METADATA, f"{_REFUSED} and does not say why."),
    "authError": _LOGIN,
    "expired": _LOGIN,
    "authorizationRequired": _LOGIN,
    "invalid_grant": _LOGIN,
    "insufficientPermissions": Meaning(
        FailureKind.REAUTH,
        "The login at YouTube does not allow this: connect the channel again, with every scope.",
    ),
    "youtubeSignupRequired": _account("This Google account has no YouTube channel."),
    "authenticatedUserNotChannel": _account("This Google account has no YouTube channel."),
    "authenticatedUserAccountSuspended": _account(_BLOCKED),
    "authenticatedUserAccountClosed": _account(_BLOCKED),
    "channelSuspended": _account(_BLOCKED),
    "channelClosed": _account(_BLOCKED),
    "accessNotConfigured": Meaning(
        FailureKind.APP_MISCONFIGURED,
        "The YouTube Data API is not switched on for this app.",
        whole_app=True,
    ),
}

FAILURES: Final[dict[str, Meaning]] = {
    "conversion": _media("YouTube could not convert the video."),
    "invalidFile": _media("YouTube cannot read the file."),
    "emptyFile": _media("YouTube got an empty file."),
    "tooSmall": _media("The file is too small for YouTube."),
    "codec": _media("YouTube does not know the file's codec."),
    "uploadAborted": _media("YouTube says that the upload was broken off."),
    "uploadFailed": _media("YouTube says that the upload failed."),
    "transcodeFailed": _media("YouTube could not convert the video."),
    "streamingFailed": _media("YouTube could not prepare the video for streaming."),
    "other": _media("YouTube could not process the video."),
}
"""``status.failureReason`` and ``processingDetails.processingFailureReason``."""

REJECTIONS: Final[dict[str, Meaning]] = {
    "copyright": _media("YouTube removed the video over copyright."),
    "inappropriate": _media("YouTube removed the video as inappropriate."),
    "duplicate": _media("YouTube removed the video as a duplicate of another one."),
    "termsOfUse": _media("YouTube removed the video under its terms of use."),
    "length": _media("YouTube removed the video because it is too long for this channel."),
    "claim": _media("YouTube removed the video over a claim of its rights."),
    "trademark": _media("YouTube removed the video over a trademark."),
    "legal": _media("YouTube removed the video over a legal complaint."),
    "uploaderAccountSuspended": _account("YouTube has suspended this channel."),
    "uploaderAccountClosed": _account("This channel was closed."),
}
"""``status.rejectionReason``."""


def refusal(
    status: int, content: bytes, headers: Mapping[str, str], *, now: datetime, armed: bool = False
) -> ClippingError:
    """The error for an answer of 400 or more.

    :param headers: By lower-case name.
    :param armed: Whether the request could have made the video public.
    """
    reason = _reason(content)
    if armed and (status >= 500 or status in UNANSWERED):
        return failure(
            FailureKind.UNKNOWN_OUTCOME,
            "YouTube failed at the last part of the upload; whether it has the video is not known.",
            code=reason or str(status),
        )
    meaning = REASONS.get(reason) or _by_status(status)
    until = None
    if meaning.kind is FailureKind.QUOTA_UNTIL:
        until = _midnight_pacific(now) if meaning.whole_app else now + _CHANNEL_WINDOW
    return failure(
        meaning.kind,
        meaning.sentence,
        code=reason or str(status),
        retry_after_s=_retry_after_s(headers, now),
        until=until,
        whole_app=meaning.whole_app,
    )


def outcome(table: Mapping[str, Meaning], code: str, otherwise: str) -> ClippingError:
    """The error for what YouTube says of a video that it did not take in the end."""
    meaning = table.get(code) or _media(otherwise)
    return failure(meaning.kind, meaning.sentence, code=code)


def _by_status(status: int) -> Meaning:
    if status >= 500:
        return _BUSY
    if status == 429:
        return _PAUSE
    if status == 401:
        return _LOGIN
    # A code that nobody knows stops this post alone, and is never tried again.
    return Meaning(FailureKind.PERMANENT_METADATA, f"{_REFUSED} ({status}).")


def _reason(content: bytes) -> str:
    """``error.errors[0].reason``; of the token endpoint, ``error`` itself."""
    try:
        said: Any = json.loads(content)
    except ValueError:
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    if isinstance(error, str):
        return error[:_LONGEST_CODE]
    listed = error.get("errors") if isinstance(error, dict) else None
    first = listed[0] if isinstance(listed, list) and listed else None
    reason = first.get("reason") if isinstance(first, dict) else None
    return reason[:_LONGEST_CODE] if isinstance(reason, str) else ""


def _midnight_pacific(now: datetime) -> datetime:
    """When the running day ends there; the zone counts, for its day may have 23 or 25 hours."""
    local = now.astimezone(_PACIFIC)
    tomorrow = (local + timedelta(days=1)).date()
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_PACIFIC)
    return midnight.astimezone(now.tzinfo)


def _retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    said = headers.get("retry-after", "")
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (ValueError, TypeError):
        return None
