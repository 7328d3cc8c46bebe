"""What the codes of Instagram's Graph API mean for a post (error codes page, 2026-06-02).

A subcode says more than its code: 4 is throttling, and 4 with 2207051 an account that was blocked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from clipping.errors import ClippingError
from clipping.platforms.failures import FailureKind, failure

_K = FailureKind
Meaning = tuple[FailureKind, str]

_SERVER: Final = (_K.RETRY_BACKOFF, "Instagram fails just now.")
_PAUSE: Final = (_K.RETRY_AFTER, "Instagram asks for a pause.")
_TAGS: Final = (_K.PERMANENT_METADATA, "Instagram does not take the tags of the post.")
_PROCESSING: Final = (_K.RETRY_NEW_CONTAINER, "Instagram could not process the upload.")
_LOGIN: Final = (_K.REAUTH, "Instagram no longer accepts the account's authorisation.")
_MAY_NOT: Final = (_K.REAUTH, "The account's owner has not allowed what this needs.")
FULL: Final = (
    _K.QUOTA_UNTIL,
    "This account has posted as often as Instagram lets it within 24 hours.",
)
NOT_READY: Final = 2207027
MISSING: Final = 2207008

SUBCODES: Final[dict[int, Meaning]] = {
    2207001: _SERVER,
    2207032: _SERVER,
    2207003: (_K.RETRY_BACKOFF, "Instagram could not fetch the file in time."),
    2207020: (_K.RETRY_NEW_CONTAINER, "The upload to Instagram has expired."),
    2207053: (_K.RETRY_NEW_CONTAINER, "The upload to Instagram failed."),
    MISSING: (_K.RETRY_NEW_CONTAINER, "The upload to Instagram is missing or has expired."),
    NOT_READY: (_K.RETRY_BACKOFF, "Instagram has not prepared the upload yet."),
    2207042: FULL,
    2207026: (_K.PERMANENT_MEDIA, "Instagram does not take the file's format."),
    2207009: (_K.PERMANENT_MEDIA, "Instagram does not take the picture's shape."),
    2207004: (_K.PERMANENT_MEDIA, "Instagram finds the picture too large."),
    2207005: (_K.PERMANENT_MEDIA, "Instagram does not take the picture's format."),
    2207023: (_K.PERMANENT_MEDIA, "Instagram does not know this type of media."),
    2207057: (_K.PERMANENT_MEDIA, "The cover lies outside of the clip."),
    2207052: (_K.RETRY_NEW_CONTAINER, "Instagram could not fetch the file from its address."),
    2207010: (_K.PERMANENT_METADATA, "Instagram finds the caption too long."),
    2207035: _TAGS,
    2207036: _TAGS,
    2207037: _TAGS,
    2207040: _TAGS,
    2207051: (
        _K.ACCOUNT_BLOCKED,
        "Instagram takes what this account does for spam and has blocked it from posting.",
    ),
    2207050: (
        _K.ACCOUNT_BLOCKED,
        "Instagram has restricted this account: its owner has to sign in and see why.",
    ),
    2207006: (_K.REAUTH, "Instagram does not have the upload, or does not let us see it."),
    # Not documented; seen by others who publish.
    2207076: _PROCESSING,
    2207077: _PROCESSING,
    2207082: _PROCESSING,
    2207081: (_K.PERMANENT_METADATA, "This account may not post trial Reels."),
    2207085: (_K.PERMANENT_MEDIA, "Instagram cannot transcode the file."),
    458: (_K.REAUTH, "The account's owner has removed the app at Instagram."),
    459: (_K.REAUTH, "The account's owner has to sign in at Instagram and pass a check."),
    460: (_K.REAUTH, "The account's password was changed: it has to be authorised again."),
    463: (_K.REAUTH, "The account's authorisation has expired."),
    464: (_K.REAUTH, "The account's owner has to confirm the account at Instagram."),
    467: _LOGIN,
    492: (_K.REAUTH, "The person who authorised the account may no longer act for its Page."),
}
"""By ``error_subcode``; those of seven digits also stand in the status of a failed container."""

CODES: Final[dict[int, Meaning]] = {
    -1: _SERVER,
    -2: _SERVER,
    1: _SERVER,
    2: _SERVER,
    4: _PAUSE,
    17: _PAUSE,
    32: _PAUSE,
    341: _PAUSE,
    613: _PAUSE,
    80002: _PAUSE,
    9: FULL,
    352: SUBCODES[2207026],
    36000: SUBCODES[2207004],
    36001: SUBCODES[2207005],
    36003: SUBCODES[2207009],
    36004: SUBCODES[2207010],
    9004: SUBCODES[2207052],
    9007: SUBCODES[NOT_READY],
    25: SUBCODES[2207050],
    368: (_K.ACCOUNT_BLOCKED, "Instagram has blocked this account for a while, for its rules."),
    190: _LOGIN,
    102: _LOGIN,
    10: _MAY_NOT,
    **dict.fromkeys(range(200, 300), _MAY_NOT),
    506: (
        _K.PERMANENT_METADATA,
        "Instagram says that this was posted already: look at the account.",
    ),
    100: (_K.PERMANENT_METADATA, "Instagram does not take what was sent with the post."),
}
"""By ``code``, for subcodes that say nothing."""

GONE: Final = (100, 33)
"""Not there, or no longer permitted."""
_IT_IS_GONE: Final = (
    _K.PERMANENT_METADATA,
    "Instagram no longer has it: look at the account before posting it again.",
)
_OF_THE_APP: Final = {4, 341}
_NEVER_PASSING: Final = {_K.RETRY_AFTER, _K.QUOTA_UNTIL, _K.ACCOUNT_BLOCKED}
"""``is_transient`` is believed, but not against these."""


def codes_of(said: Mapping[str, Any]) -> tuple[int, int]:
    """Code and subcode of an answer's error; zeros for none."""
    error = said.get("error")
    found = error if isinstance(error, dict) else {}
    return _number(found.get("code")), _number(found.get("error_subcode"))


def of_answer(status: int, said: Mapping[str, Any], wait_s: float) -> ClippingError:
    """The error of an answer that refuses.

    :param wait_s: The pause where a pause is asked for.
    """
    code, subcode = codes_of(said)
    error = said.get("error")
    passing = isinstance(error, dict) and error.get("is_transient") is True
    kind, sentence = _meaning(status, code, subcode, passing=passing)
    return failure(
        kind,
        sentence,
        code=f"{code}/{subcode}" if code else str(status),
        retry_after_s=wait_s if kind is _K.RETRY_AFTER else None,
        whole_app=kind is _K.RETRY_AFTER and code in _OF_THE_APP,
    )


def of_status_text(text: str) -> ClippingError:
    """The error of a container whose ``status_code`` is ``ERROR``: nothing of it is public."""
    found = re.search(r"\b22\d{5}\b", text)
    if found is None:
        return failure(*_PROCESSING)
    kind, sentence = SUBCODES.get(int(found[0])) or _unknown(found[0])
    if kind is _K.RETRY_BACKOFF:
        kind = _K.RETRY_NEW_CONTAINER
    return failure(kind, sentence, code=found[0])


def _meaning(status: int, code: int, subcode: int, *, passing: bool) -> Meaning:
    if (code, subcode) == GONE:
        return _IT_IS_GONE
    known = SUBCODES.get(subcode) or CODES.get(code)
    if passing and (known is None or known[0] not in _NEVER_PASSING):
        return _SERVER
    if known is not None:
        return known
    if status == 429:
        return _PAUSE
    if status == 401:
        return _LOGIN
    return _SERVER if status >= 500 else _unknown(f"{code}/{subcode}" if code else str(status))


def _unknown(code: str) -> Meaning:
    return _K.PERMANENT_METADATA, f"Instagram refuses the post for a reason nobody knows: {code}."


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
