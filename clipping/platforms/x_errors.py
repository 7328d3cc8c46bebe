"""What X's refusals mean: two styles of body, codes of two versions, and sentences.

Source: docs.x.com, "response codes and errors" and OpenAPI 2.167 (2026-08-22). Lines marked *seen*
are in no documentation; other publishers met them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from clipping.errors import ClippingError
from clipping.platforms.failures import UNANSWERED, FailureKind, failure

_LONGEST_CODE: Final = 60
UNREACHABLE: Final = "X cannot be reached, or fails just now."
DUPLICATE: Final = "duplicate"
"""The code of the error for a post that X says it has already."""


class Rule(NamedTuple):
    """What an answer means in which any of these markers is found."""

    kind: FailureKind
    sentence: str
    code: str
    whole_app: bool = False
    problems: tuple[str, ...] = ()
    """Last parts of the problem's type."""
    codes: tuple[int, ...] = ()
    """Of the older style."""
    says: tuple[str, ...] = ()
    """In what is said, in lower case."""
    statuses: tuple[int, ...] = ()


RULES: Final = (
    Rule(
        FailureKind.BILLING,
        "The app's credits at X are used up: buy more, then go on.",
        "credits",
        whole_app=True,
        problems=("credits",),
        says=("creditsdepleted",),
        statuses=(402,),
    ),
    Rule(
        FailureKind.QUOTA_UNTIL,
        "The app's monthly quota at X is used up.",
        "usage-capped",
        whole_app=True,
        problems=("usage-capped",),
    ),
    Rule(
        # That it is out already is a hint, not a fact: somebody has to look.
        FailureKind.UNKNOWN_OUTCOME,
        "X says that it has this post already; whether that is this one is not known.",
        DUPLICATE,
        problems=("duplicate-rules",),  # seen
        codes=(187,),
        says=("duplicate content",),
    ),
    Rule(
        FailureKind.ACCOUNT_BLOCKED,
        "X has suspended this account.",
        "user-suspended",
        problems=("user-suspended",),  # seen
        codes=(64,),
        says=("authentication is suspended",),
    ),
    Rule(
        FailureKind.ACCOUNT_BLOCKED,
        "X has locked this account: its owner has to log in there.",
        "locked",
        codes=(326,),
        says=("temporarily locked",),
    ),
    Rule(
        FailureKind.ACCOUNT_BLOCKED,
        "X does not let this account post.",
        "not-permitted",
        says=("account is not permitted to access this feature",),  # seen
    ),
    Rule(
        FailureKind.APP_MISCONFIGURED,
        "X refuses the app: it is not enrolled, or its plan does not allow this.",
        "client-forbidden",
        whole_app=True,
        problems=("client-forbidden",),
    ),
    Rule(
        FailureKind.APP_MISCONFIGURED,
        "X has suspended the app.",
        "app-suspended",
        whole_app=True,
        problems=("app-suspended",),  # seen
    ),
    Rule(
        FailureKind.PERMANENT_MEDIA,
        "X does not take a video of this length from this account.",
        "too-long",
        says=("longer than 2 minutes", "video longer than"),
    ),
    Rule(
        FailureKind.PERMANENT_MEDIA,
        "X does not take the uploaded video for a post.",
        "media",
        says=("media ids are invalid",),
    ),
    Rule(
        FailureKind.PERMANENT_METADATA,
        "The words are too long for X.",
        "text-too-long",
        codes=(186,),
        says=("needs to be a bit shorter", "text is too long", "text too long"),
    ),
    Rule(
        FailureKind.PERMANENT_METADATA,
        "X does not take a link in the words.",
        "url",
        says=("contains an invalid url",),
    ),
    Rule(
        FailureKind.PERMANENT_METADATA,
        "X takes one cashtag in a post at most.",
        "cashtag",
        says=("one cashtag",),  # seen
    ),
    Rule(
        FailureKind.REAUTH,
        "X does not accept the login: connect the account again.",
        "login",
        problems=("unsupported-authentication",),
        codes=(32, 89),
        says=("unsupported authentication", "invalid_grant", "invalid_request"),
        statuses=(401,),
    ),
    Rule(
        # Seen for bad words, a missing permission and a restricted account alike.
        FailureKind.PERMANENT_METADATA,
        "X does not permit this post and does not say why: look at the account and at the app's"
        " permissions.",
        "not-permitted",
        says=("not permitted to perform this action",),
    ),
)
"""The first that fits counts."""


@dataclass(frozen=True)
class _Said:
    problem: str
    codes: tuple[int, ...]
    text: str
    """All that is said, in lower case."""


def refusal(
    status: int, content: bytes, headers: Mapping[str, str], *, now: datetime, armed: bool = False
) -> ClippingError:
    """The error for an answer of 400 or more, or for one of 200 that holds errors alone.

    :param headers: By lower-case name.
    :param armed: Whether the request could have made the post public.
    """
    said = _read(content)
    code = said.problem or ",".join(str(one) for one in said.codes) or str(status)
    if status >= 500:
        return server_failed(armed, code[:_LONGEST_CODE])
    rule = next((one for one in RULES if _fits(one, status, said)), None)
    unsure = armed and (status < 400 or status in UNANSWERED)
    if unsure and (rule is None or rule.code != DUPLICATE):
        # An answer that is no refusal, and names no post all the same.
        return server_failed(armed, code[:_LONGEST_CODE])
    if rule is not None:
        return failure(rule.kind, rule.sentence, code=rule.code, whole_app=rule.whole_app)
    if status == 429 or 88 in said.codes:
        return _rate(headers, now)
    if "service unavailable" in said.text:
        return server_failed(armed, code[:_LONGEST_CODE])
    # A code that nobody knows stops this post alone, and is never tried again.
    return failure(
        FailureKind.PERMANENT_METADATA,
        f"X does not take this post ({status}).",
        code=code[:_LONGEST_CODE],
    )


def server_failed(armed: bool, code: str = "") -> ClippingError:
    """The error for a cut connection, silence, or a failure of X's own."""
    if armed:
        return failure(
            FailureKind.UNKNOWN_OUTCOME,
            "X did not say whether it took the post; whether it is public is not known.",
            code=code,
        )
    return failure(FailureKind.RETRY_BACKOFF, UNREACHABLE, code=code)


def processing_failed(error: Mapping[str, Any]) -> ClippingError:
    """The error for ``processing_info.error``; its names are in old documentation only."""
    name = str(error.get("name", ""))[:_LONGEST_CODE]
    if "internal" in name.casefold():
        return failure(
            FailureKind.RETRY_NEW_CONTAINER, "X failed while it prepared the video.", code=name
        )
    return failure(
        FailureKind.PERMANENT_MEDIA, "X cannot use the video file.", code=name or "processing"
    )


def _fits(rule: Rule, status: int, said: _Said) -> bool:
    return (
        status in rule.statuses
        or said.problem in rule.problems
        or not set(rule.codes).isdisjoint(said.codes)
        or any(words in said.text for words in rule.says)
    )


def _rate(headers: Mapping[str, str], now: datetime) -> ClippingError:
    """A pause of minutes, unless one of the counts of a day is what ran out."""
    for whose, whole_app in (("user", False), ("app", True)):
        if headers.get(f"x-{whose}-limit-24hour-remaining") == "0":
            return failure(
                FailureKind.QUOTA_UNTIL,
                f"The {'app' if whole_app else 'account'} may post nothing more on X today.",
                code=f"{whose}-24hour",
                until=_at(headers.get(f"x-{whose}-limit-24hour-reset", "")),
                whole_app=whole_app,
            )
    resets_at = _at(headers.get("x-rate-limit-reset", ""))
    wait_s = None if resets_at is None else max(1.0, (resets_at - now).total_seconds())
    return failure(
        FailureKind.RETRY_AFTER, "X asks for a pause.", code="rate", retry_after_s=wait_s
    )


def _at(unix: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(unix), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _read(content: bytes) -> _Said:
    try:
        body: Any = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return _Said("", (), "")
    listed = body.get("errors")
    errors = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    problem = next((one["type"] for one in (body, *errors) if isinstance(one.get("type"), str)), "")
    codes = tuple(one["code"] for one in errors if isinstance(one.get("code"), int))
    texts = [
        str(one[name])
        for one in (body, *errors)
        for name in ("title", "detail", "message", "error")
        if name in one
    ]
    return _Said(problem.rpartition("/")[2], codes, "\n".join(texts).casefold())
