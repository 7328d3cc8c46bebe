"""Which questions have the same answer."""

from __future__ import annotations

from typing import Any

import pytest

from clipping.claude import Block
from tests.claude.asked import a_question


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "judge"},
        {"user": (Block(text="1 Hello there.", cached=True),)},
    ],
)
def test_what_does_not_change_the_answer_does_not_change_the_fingerprint(
    changes: dict[str, Any],
) -> None:
    assert a_question(**changes).fingerprint() == a_question().fingerprint()


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "claude-sonnet-5-5"},
        {"system": ()},
        {"system": (Block(text="You choose"), Block(text=" moments."))},
        {"user": (Block(text="1 Hello there!"),)},
        {"user": (Block(text="\ud800"),)},
        {"schema_": {"type": "object", "properties": {}, "additionalProperties": False}},
        {"max_tokens": 1001},
        {"effort": "high"},
        {"attempt": 2},
    ],
)
def test_what_may_change_the_answer_changes_the_fingerprint(changes: dict[str, Any]) -> None:
    assert a_question(**changes).fingerprint() != a_question().fingerprint()
