"""Which refusals of the last step say that the post is as it was before it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from clipping.platforms import x_errors, youtube_errors
from clipping.platforms.failures import FailureKind, failure, is_untaken, untaken

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
_LOGIN = json.dumps(
    {"errors": [{"type": "https://api.twitter.com/2/problems/unsupported-authentication"}]}
).encode()


@pytest.mark.parametrize(
    ("status", "armed", "expected"),
    [
        (403, True, True),
        # Nothing of the post was asked.
        (403, False, False),
        # It may have been taken all the same.
        (200, True, False),
        (503, True, False),
    ],
)
def test_x_has_taken_nothing_only_where_it_refuses_the_post_itself(
    status: int, armed: bool, expected: bool
) -> None:
    error = x_errors.refusal(status, _LOGIN, {}, now=NOW, armed=armed)
    assert is_untaken(error) is expected


@pytest.mark.parametrize(
    ("status", "armed", "expected"), [(401, True, True), (401, False, False), (500, True, False)]
)
def test_youtube_has_taken_nothing_only_where_it_refuses_the_last_part(
    status: int, armed: bool, expected: bool
) -> None:
    error = youtube_errors.refusal(status, b"", {}, now=NOW, armed=armed)
    assert is_untaken(error) is expected


@pytest.mark.parametrize("kind", FailureKind)
def test_only_trouble_of_the_account_or_the_app_takes_a_post_back(kind: FailureKind) -> None:
    holding = ("reauth", "account_blocked", "app_misconfigured", "billing")
    assert is_untaken(untaken(failure(kind, "No."))) is (kind.value in holding)
