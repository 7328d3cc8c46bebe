"""A fake Claude that answers as fully as it was asked to, for the benchmark of costs.

What it chooses is made from the prompt, as in tests; here the lengths matter. It fills every field
up to what the schema allows, proposes as much as a scout may, and thinks before it answers.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any, Final

from tests.moments.claude.reader import FakeReader
from tests.support import claude_protocol
from tests.support.claude import Answer
from tests.support.claude_protocol import PromptCache

THINKS: Final = {"scout": 150, "judge": 600, "check": 150, "write": 150}
"""Tokens before an answer of little effort; nobody has measured it, so this is a guess."""
FOUND: Final = 0.65
"""Share of the beginnings in the API's cache that a question of a batch finds. Questions of a batch
run side by side, and the vendor names 30 % to 98 %."""
_LEAST_TOKENS: Final = {"claude-haiku-5-5": 4096}
"""Beginnings that are shorter are not kept; 1024 for other models. Nobody has measured it."""


class FakeDesk(FakeReader):
    """Answers a request of the API; see the module."""

    def answer(self, asked: dict[str, Any]) -> Answer:
        """The answer, with the thinking before it."""
        found = self.over_http(asked)
        if "nominees" in found:
            return _thought("scout", _scouted(found, _lines(asked)))
        if "ranked" in found:
            return _thought("judge", _judged(found, _lines(asked)))
        if "posts" in found:
            return _thought("write", _written(found, _lines(asked)))
        return _thought("check", found)


class BusyCache(PromptCache):
    """The API's cache as batches find it: not always."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = Random(seed)

    def usage(self, asked: dict[str, Any], now: float) -> dict[str, Any]:
        """The counters of the prompt's tokens."""
        self.least_tokens = _LEAST_TOKENS.get(asked["model"], 1024)
        if self._chance.random() < FOUND:
            return super().usage(asked, now)
        kept, self._until = self._until, {}
        try:
            return super().usage(asked, now)
        finally:
            self._until = kept | self._until


def _thought(purpose: str, found: dict[str, Any]) -> Answer:
    letters = int(THINKS[purpose] * claude_protocol.bytes_per_token)
    return Answer(json.dumps(found, ensure_ascii=False), thinking="x" * letters)


def _lines(asked: dict[str, Any]) -> dict[int, str]:
    text = "\n".join(block["text"] for block in asked["messages"][0]["content"])
    return {int(n): line for n, line in re.findall(r"^(\d+) (.+)$", text, re.MULTILINE)}


def _words(lines: dict[int, str], first: int, last: int, count: int) -> str:
    """So many words of a run of sentences, from its beginning."""
    said = " ".join(lines[number] for number in range(first, last + 1)).split()
    return " ".join(said[:count])


def _scouted(found: dict[str, Any], lines: dict[int, str]) -> dict[str, Any]:
    for one in found["nominees"]:
        one["idea"] = _words(lines, one["first"], one["last"], 8)
        one["why"] = _words(lines, one["first"], one["last"], 15)
    return found


def _judged(found: dict[str, Any], lines: dict[int, str]) -> dict[str, Any]:
    for one in found["ranked"]:
        first, last = one["first"], one["last"]
        one["setup"] = _words(lines, first, last, 12)
        one["payoff"] = _words(lines, last, last, 12)
        one["idea"] = _words(lines, first, last, 8)
        one["reasoning"] = _words(lines, first, last, 40)
        one["hooks"] = _hooks(lines, first, last)
    for one in found["dropped"]:
        one["why"] = "It raises less than the others do and the ending comes without a turn."
    return found


def _hooks(lines: dict[int, str], first: int, last: int) -> list[dict[str, Any]]:
    """Three hooks of the clip's own words, so that each of them has to be checked."""
    middle = (first + last) // 2
    angles = zip(("question", "claim", "stakes"), (first, middle, last), strict=True)
    return [
        {
            "text": " ".join(lines[number].split()[:7]).rstrip(",.;:?!"),
            "angle": angle,
            "said_in": [number, min(number + 1, last)],
        }
        for angle, number in angles
    ]


def _written(found: dict[str, Any], lines: dict[int, str]) -> dict[str, Any]:
    for one in found["posts"]:
        first, last = one["said_in"][0], max(lines)
        one["title"] = _words(lines, first, last, 12)[:90]
        one["caption"] = _words(lines, first, last, 60)[:250]
        one["hashtags"] = ["interview", "storytelling", "podcastclips", "lessonslearned", "advice"]
    return found
