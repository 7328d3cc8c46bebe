from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from clipping.platforms.failures import FailureKind as Kind
from clipping.platforms.failures import kind_of
from clipping.platforms.x_errors import DUPLICATE, processing_failed, refusal

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def _problem(kind: str = "", detail: str = "", title: str = "Forbidden") -> dict[str, Any]:
    made = {"title": title, "detail": detail}
    return {**made, "type": f"https://api.x.com/2/problems/{kind}" if kind else "about:blank"}


def _old(code: int, message: str = "") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


CODES = [
    *[(status, _problem(), Kind.RETRY_BACKOFF) for status in (500, 502, 503, 504)],
    (503, _problem(title="Service Unavailable"), Kind.RETRY_BACKOFF),
    (429, _problem(title="Too Many Requests"), Kind.RETRY_AFTER),
    (403, _old(88, "Rate limit exceeded"), Kind.RETRY_AFTER),
    (402, _problem("credits", title="CreditsDepleted"), Kind.BILLING),
    (402, {}, Kind.BILLING),
    (403, _problem("credits"), Kind.BILLING),
    (429, _problem("usage-capped"), Kind.QUOTA_UNTIL),
    (
        403,
        _problem(detail="You are not allowed to create a Tweet with duplicate content."),
        Kind.UNKNOWN_OUTCOME,
    ),
    (403, _old(187, "Status is a duplicate."), Kind.UNKNOWN_OUTCOME),
    (403, _problem("duplicate-rules"), Kind.UNKNOWN_OUTCOME),
    (400, _problem("invalid-request", "Your media IDs are invalid."), Kind.PERMANENT_MEDIA),
    (
        403,
        _problem(detail="This user is not allowed to post a video longer than 2 minutes"),
        Kind.PERMANENT_MEDIA,
    ),
    (400, _problem("invalid-request", "The text is too long."), Kind.PERMANENT_METADATA),
    (403, _old(186, "Tweet needs to be a bit shorter."), Kind.PERMANENT_METADATA),
    (400, _problem(detail="The Tweet contains an invalid URL."), Kind.PERMANENT_METADATA),
    (403, _problem(detail="A maximum of one cashtag is allowed."), Kind.PERMANENT_METADATA),
    (401, _problem(title="Unauthorized"), Kind.REAUTH),
    (401, {}, Kind.REAUTH),
    (400, {"error": "invalid_grant"}, Kind.REAUTH),
    (400, {"error": "invalid_request"}, Kind.REAUTH),
    (403, _problem(title="Unsupported Authentication"), Kind.REAUTH),
    (
        403,
        _problem("user-suspended", "The user used for authentication is suspended"),
        Kind.ACCOUNT_BLOCKED,
    ),
    (403, _old(326, "This account is temporarily locked."), Kind.ACCOUNT_BLOCKED),
    (
        403,
        _problem(detail="Your account is not permitted to access this feature"),
        Kind.ACCOUNT_BLOCKED,
    ),
    (403, _problem("client-forbidden"), Kind.APP_MISCONFIGURED),
    (403, _problem("app-suspended"), Kind.APP_MISCONFIGURED),
    (
        403,
        _problem(detail="You are not permitted to perform this action."),
        Kind.PERMANENT_METADATA,
    ),
    # Nobody knows these: they stop the one post, and are not tried again.
    (400, _problem("something-new", "Something new."), Kind.PERMANENT_METADATA),
    (403, _old(999, "Something new."), Kind.PERMANENT_METADATA),
    (404, {}, Kind.PERMANENT_METADATA),
    (200, {"errors": [{"message": "Something new."}]}, Kind.PERMANENT_METADATA),
]


@pytest.mark.parametrize(("status", "body", "kind"), CODES)
def test_every_code_has_its_class_and_a_sentence(
    status: int, body: dict[str, Any], kind: Kind
) -> None:
    error = refusal(status, json.dumps(body).encode(), {}, now=NOW)
    assert kind_of(error) is kind
    assert str(error).startswith(("X ", "The "))
    assert str(error).endswith(".")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_at_the_point_of_no_return_a_server_error_leaves_the_outcome_unknown(status: int) -> None:
    assert kind_of(refusal(status, b"", {}, now=NOW, armed=True)) is Kind.UNKNOWN_OUTCOME


@pytest.mark.parametrize("status", [200, 201, 307, 408, 409, 425, 499])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"errors": [{"message": "Something new."}]},
        {"errors": [_problem("resource-not-found", "Your media IDs are invalid.")]},
    ],
    ids=["nothing", "unheard of", "a refusal of something"],
)
def test_an_answer_that_refuses_nothing_for_sure_leaves_the_outcome_unknown(
    status: int, body: dict[str, Any]
) -> None:
    error = refusal(status, json.dumps(body).encode(), {}, now=NOW, armed=True)
    assert kind_of(error) is Kind.UNKNOWN_OUTCOME


def test_a_duplicate_is_known_by_its_code_whatever_its_status() -> None:
    for status in (200, 403, 409):
        error = refusal(status, json.dumps(_old(187)).encode(), {}, now=NOW, armed=True)
        assert error.__dict__["code"] == DUPLICATE


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": {}}', b'{"errors": [1]}'])
def test_a_body_that_nobody_knows_is_sorted_by_its_status(body: bytes) -> None:
    assert kind_of(refusal(503, body, {}, now=NOW)) is Kind.RETRY_BACKOFF
    assert kind_of(refusal(418, body, {}, now=NOW)) is Kind.PERMANENT_METADATA


def test_a_pause_lasts_until_the_window_is_reset() -> None:
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(NOW.timestamp()) + 90)}
    error = refusal(429, b"{}", headers, now=NOW)
    assert (kind_of(error), error.__dict__["retry_after_s"]) == (Kind.RETRY_AFTER, 90.0)
    assert "retry_after_s" not in refusal(429, b"{}", {"x-rate-limit-reset": "?"}, now=NOW).__dict__


@pytest.mark.parametrize(("whose", "whole_app"), [("user", False), ("app", True)])
def test_a_used_up_day_is_waited_for_to_its_end(whose: str, whole_app: bool) -> None:
    reset = int(NOW.timestamp()) + 7200
    headers = {
        f"x-{whose}-limit-24hour-remaining": "0",
        f"x-{whose}-limit-24hour-reset": str(reset),
        "x-rate-limit-reset": str(int(NOW.timestamp()) + 90),
    }
    error = refusal(429, b"{}", headers, now=NOW)
    assert kind_of(error) is Kind.QUOTA_UNTIL
    assert error.__dict__["until"] == datetime.fromtimestamp(reset, UTC)
    assert error.__dict__["whole_app"] is whole_app


@pytest.mark.parametrize("name", ["InvalidMedia", "UnsupportedMedia", "SomethingNew", ""])
def test_a_video_that_x_cannot_prepare_is_refused(name: str) -> None:
    error = processing_failed({"code": 1, "name": name})
    assert kind_of(error) is Kind.PERMANENT_MEDIA


def test_a_failure_of_xs_own_while_preparing_begins_anew() -> None:
    assert kind_of(processing_failed({"name": "InternalError"})) is Kind.RETRY_NEW_CONTAINER
