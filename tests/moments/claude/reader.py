"""A Claude that reads: it answers every question that is asked from the text itself.

For whole pipelines, in process (``FakeDoor(FakeReader())``) or over HTTP
(``FakeClaude(FakeReader().over_http)``). It has a taste, so that planted moments can be found: it
likes questions, figures and strong words, and knows advertising by its words.
"""

from __future__ import annotations

import re
from typing import Any

from clipping.claude import Block, Question
from clipping.copywriting import asking
from clipping.moments.claude.prompting import VERSIONS, prompt
from tests.moments.claude.doors import (
    a_hook,
    a_nominee,
    a_post,
    a_verdict,
    finalists_in,
    numbered,
    told,
)

_ADVERTS = re.compile(
    r"sponsor|subscribe|welcome back|discount|percent off|promo|use code|the link|see you next"
    r"|thanks for watching|hit the bell|in today's video",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\?|never|nobody|everyone|truth|mistake|ago|\d|million|percent|remember|learned|secret"
    r"|(laughter|applause)",
    re.IGNORECASE,
)


class FakeReader:
    """Answers each question in the form that is asked for."""

    def __call__(self, question: Question) -> dict[str, Any]:
        """The answer, as the JSON would hold it."""
        answers = {
            "scout": self._scouted,
            "judge": self._judged,
            "check": self._checked,
            "write": self._written,
        }
        return answers[question.purpose](question)

    def over_http(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request of the API, known by its prompt."""
        return self(as_question(asked))

    def _scouted(self, question: Question) -> dict[str, Any]:
        rows = numbered(question)
        match = re.search(r"A clip has (\d+) to (\d+) words", told(question))
        assert match is not None
        most = int(match[2])
        adverts = {number for number, text in rows if _ADVERTS.search(text)}
        nominees = []
        for place, (number, text) in enumerate(rows):
            if number in adverts or not _STRONG.search(text):
                continue
            run = self._run(rows[place:], adverts, int(0.6 * most))
            nominees.append(
                a_nominee(run[0][0], run[-1][0], score=self._score(run), idea=text[:40])
            )
        best = sorted(nominees, key=lambda one: -one["score"])[:8]
        asides = [{"first": n, "last": n, "kind": "sponsor"} for n in sorted(adverts)]
        return {"nominees": best, "asides": asides[: max(1, len(rows) // 3)]}

    def _run(
        self, rows: list[tuple[int, str]], adverts: set[int], words: int
    ) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        for number, text in rows:
            long = sum(len(said.split()) for _, said in found) + len(text.split()) > words
            if number in adverts or (found and long):
                break
            found.append((number, text))
        return found

    def _score(self, run: list[tuple[int, str]]) -> int:
        """Strong words for the length."""
        hits = sum(len(_STRONG.findall(text)) for _, text in run)
        return min(95, 30 + 60 * hits // max(4, len(run)))

    def _judged(self, question: Question) -> dict[str, Any]:
        texts = dict(numbered(question))
        match = re.search(r"are (\d+) finalists\. .*at most (\d+)\.", told(question))
        assert match is not None
        graded = []
        for finalist, (first, last) in finalists_in(question).items():
            run = [(number, texts[number]) for number in range(first, last + 1)]
            graded.append((self._score(run), finalist, run))
        graded.sort(key=lambda row: (-row[0], row[1]))
        most = int(match[2])
        return {
            "ranked": [self._verdict(*row) for row in graded[:most]],
            "dropped": [
                {"finalist": finalist, "code": "weak", "why": "Others say more.", "flags": []}
                for _, finalist, _ in graded[most:]
            ],
        }

    def _verdict(self, score: int, finalist: int, run: list[tuple[int, str]]) -> dict[str, Any]:
        number, text = run[0]
        opening = " ".join(text.split()[:8]).rstrip(",.;:")
        closing = " ".join(run[-1][1].split()[-7:]).rstrip(",.;:")
        return a_verdict(finalist, number, run[-1][0]) | {
            "viral_score": score,
            "idea": text[:50],
            "reasoning": "It raises something and answers it.",
            "hooks": [
                a_hook(opening, "question" if "?" in text else "claim", [number]),
                a_hook(closing, "stakes", [run[-1][0]]),
            ],
        }

    def _checked(self, question: Question) -> dict[str, Any]:
        numbers = re.findall(r"^hook (\d+):", told(question), re.MULTILINE)
        return {"checks": [{"hook": int(n), "said": True} for n in numbers]}

    def _written(self, question: Question) -> dict[str, Any]:
        """Each clip's first sentence as its title, the others as its caption."""
        posts = []
        for part in re.split(r"^clip ", told(question), flags=re.MULTILINE)[1:]:
            rows = [
                (int(number), text)
                for number, text in re.findall(
                    r"^(\d+) (.+)$", part.partition("\n")[2], re.MULTILINE
                )
            ]
            title = " ".join(rows[0][1].split()[:12]).rstrip(",.;:")
            caption = " ".join(text for _, text in rows[:2])
            posts.append(a_post(int(part.split()[0]), title, caption, said_in=[rows[0][0]]))
        return {"posts": posts}


def as_question(asked: dict[str, Any]) -> Question:
    """A request of the API as the question that was asked."""
    purposes = {prompt(name): name for name in VERSIONS} | {asking.prompt(): "write"}
    return Question(
        purpose=purposes[asked["system"][0]["text"]],
        model=asked["model"],
        system=(),
        user=tuple(Block(text=block["text"]) for block in asked["messages"][0]["content"]),
        schema_={},
        max_tokens=asked["max_tokens"],
    )
