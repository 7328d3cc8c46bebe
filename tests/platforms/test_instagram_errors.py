"""Every code that Instagram is known to say, and what it means for a post."""

from __future__ import annotations

import pytest

from clipping.platforms import instagram_errors as errors
from clipping.platforms.failures import FailureKind as K
from clipping.platforms.failures import kind_of

_CODES: list[tuple[int, int, K]] = [
    (-1, 2207001, K.RETRY_BACKOFF),
    (-1, 2207032, K.RETRY_BACKOFF),
    (-2, 2207003, K.RETRY_BACKOFF),
    (1, 0, K.RETRY_BACKOFF),
    (2, 0, K.RETRY_BACKOFF),
    (-2, 2207020, K.RETRY_NEW_CONTAINER),
    (-1, 2207053, K.RETRY_NEW_CONTAINER),
    (24, 2207008, K.RETRY_NEW_CONTAINER),
    (9007, 2207027, K.RETRY_BACKOFF),
    *((code, 0, K.RETRY_AFTER) for code in (4, 17, 32, 341, 613, 80002)),
    (9, 2207042, K.QUOTA_UNTIL),
    (352, 2207026, K.PERMANENT_MEDIA),
    (36003, 2207009, K.PERMANENT_MEDIA),
    (36000, 2207004, K.PERMANENT_MEDIA),
    (36001, 2207005, K.PERMANENT_MEDIA),
    (100, 2207023, K.PERMANENT_MEDIA),
    (1, 2207057, K.PERMANENT_MEDIA),
    (9004, 2207052, K.RETRY_NEW_CONTAINER),
    (36004, 2207010, K.PERMANENT_METADATA),
    *((100, subcode, K.PERMANENT_METADATA) for subcode in (2207035, 2207036, 2207037, 2207040)),
    (4, 2207051, K.ACCOUNT_BLOCKED),
    (25, 2207050, K.ACCOUNT_BLOCKED),
    (368, 0, K.ACCOUNT_BLOCKED),
    *((190, subcode, K.REAUTH) for subcode in (0, 458, 459, 460, 463, 464, 467, 492, 999)),
    (102, 0, K.REAUTH),
    (10, 0, K.REAUTH),
    (200, 0, K.REAUTH),
    (299, 0, K.REAUTH),
    (24, 2207006, K.REAUTH),
    (506, 0, K.PERMANENT_METADATA),
    (100, 33, K.PERMANENT_METADATA),
    (100, 0, K.PERMANENT_METADATA),
    (0, 2207076, K.RETRY_NEW_CONTAINER),
    (0, 2207077, K.RETRY_NEW_CONTAINER),
    (0, 2207081, K.PERMANENT_METADATA),
    (0, 2207082, K.RETRY_NEW_CONTAINER),
    (0, 2207085, K.PERMANENT_MEDIA),
    # Not in the documentation.
    (31337, 0, K.PERMANENT_METADATA),
    (31337, 2209999, K.PERMANENT_METADATA),
]


def _said(code: int, subcode: int, *, passing: bool = False) -> dict[str, object]:
    return {"error": {"code": code, "error_subcode": subcode, "is_transient": passing}}


def test_every_code_means_what_the_table_says() -> None:
    meant = {
        (code, subcode, kind_of(errors.of_answer(400, _said(code, subcode), 0)))
        for code, subcode, _ in _CODES
    }
    assert meant == set(_CODES)
    assert {subcode for _, subcode, _ in _CODES} >= errors.SUBCODES.keys()
    assert {code for code, _, _ in _CODES} >= errors.CODES.keys() - set(range(200, 300))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, K.PERMANENT_METADATA), (429, K.RETRY_AFTER), (401, K.REAUTH), (500, K.RETRY_BACKOFF)],
)
def test_without_a_code_the_status_decides(status: int, kind: K) -> None:
    assert kind_of(errors.of_answer(status, {}, 0)) is kind
    assert kind_of(errors.of_answer(status, {"error": "no"}, 0)) is kind


def test_transient_is_believed_but_not_of_a_blocked_account() -> None:
    assert kind_of(errors.of_answer(400, _said(31337, 0, passing=True), 0)) is K.RETRY_BACKOFF
    assert kind_of(errors.of_answer(400, _said(100, 0, passing=True), 0)) is K.RETRY_BACKOFF
    blocked = errors.of_answer(400, _said(4, 2207051, passing=True), 0)
    assert kind_of(blocked) is K.ACCOUNT_BLOCKED


def test_a_pause_is_the_apps_or_the_accounts() -> None:
    assert errors.of_answer(400, _said(4, 0), 77).__dict__ == {
        "kind": K.RETRY_AFTER,
        "code": "4/0",
        "until": None,
        "whole_app": True,
        "retry_after_s": 77,
    }
    assert not errors.of_answer(400, _said(80002, 0), 77).__dict__["whole_app"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Error: Media upload has failed with error code 2207026", K.PERMANENT_MEDIA),
        ("Error: Media upload has failed with error code 2207001", K.RETRY_NEW_CONTAINER),
        ("Error: Media upload has failed with error code 2207053", K.RETRY_NEW_CONTAINER),
        ("Error: 2207999 is new", K.PERMANENT_METADATA),
        ("", K.RETRY_NEW_CONTAINER),
    ],
)
def test_a_failed_container_is_read_by_the_subcode_in_its_text(text: str, kind: K) -> None:
    assert kind_of(errors.of_status_text(text)) is kind
