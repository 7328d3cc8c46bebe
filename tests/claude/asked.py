"""Questions as detectors ask them, small, and a clock."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from clipping.claude import Block, Question
from clipping.claude.calling import Clock

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"sentence": {"type": "integer"}},
    "required": ["sentence"],
    "additionalProperties": False,
}
RULES = "Choose the sentence that a stranger would share. " * 120
"""Longer than the least that the API keeps in its cache."""


def a_question(text: str = "1 Hello there.", **changes: Any) -> Question:
    values: dict[str, Any] = {
        "purpose": "scout",
        "model": "claude-haiku-5-5",
        "system": (Block(text="You choose moments."),),
        "user": (Block(text=text),),
        "schema_": SCHEMA,
        "max_tokens": 1000,
    }
    return Question(**{**values, **changes})


def with_rules(text: str = "1 Hello there.", **changes: Any) -> Question:
    """One whose beginning others share."""
    return a_question(text, system=(Block(text=RULES, cached=True),), **changes)


class FakeClock:
    """Stands still until somebody sleeps."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.slept: list[float] = []
        self.clock = Clock(now=lambda: self.time, sleep=self._sleep)
        self._turn = threading.Lock()

    def _sleep(self, seconds: float) -> None:
        with self._turn:
            self.slept.append(seconds)
            self.time += timedelta(seconds=seconds)
