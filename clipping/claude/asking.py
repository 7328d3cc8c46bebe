"""The door that asks now: each question is a call of its own, several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from clipping.claude.api import Api
from clipping.claude.budget import Budget
from clipping.claude.calling import Clock, Line
from clipping.claude.door import Books
from clipping.claude.prices import most_usd
from clipping.claude.question import Block, Question, Reply

AT_ONCE = 4
"""Questions side by side."""


class DirectDoor:
    """A :class:`~clipping.claude.door.Door` that has its replies within minutes.

    :param patience_s: How long a question waits for an API that is down before it is given up.
    """

    def __init__(
        self,
        api: Api,
        books: Books,
        *,
        patience_s: float = 120.0,
        at_once: int = AT_ONCE,
        clock: Clock | None = None,
    ) -> None:
        self._api = api
        self._books = books
        self._budget = Budget(books)
        self._clock = clock or Clock()
        self._line = Line(books, patience_s, self._clock)
        self._at_once = at_once

    def ask(self, questions: Sequence[Question]) -> list[Reply]:
        """One reply per question; see :class:`~clipping.claude.door.Door`."""
        wanted = {question.fingerprint(): question for question in questions}
        replies = dict[str, Reply]()
        for fingerprint in wanted:
            found = self._books.find(fingerprint)
            if found is not None:
                replies[fingerprint] = found.replace(from_cache=True)
        missing = [(key, question) for key, question in wanted.items() if key not in replies]
        if missing:
            replies |= self._ask_all(missing)
        return [replies[question.fingerprint()] for question in questions]

    def _ask_all(self, missing: list[tuple[str, Question]]) -> dict[str, Reply]:
        """The first alone when others share its beginning: they then find it in the cache."""
        alone = 1 if any(block.cached for block in _blocks(missing[0][1])) else 0
        replies = {key: self._ask(key, question) for key, question in missing[:alone]}
        with ThreadPoolExecutor(self._at_once) as pool:
            asked = {
                key: pool.submit(self._ask, key, question) for key, question in missing[alone:]
            }
            try:
                return replies | {key: one.result() for key, one in asked.items()}
            except BaseException:
                # Those under way are paid for: they are waited for and booked.
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _ask(self, fingerprint: str, question: Question) -> Reply:
        now = self._clock.now()
        with self._budget.room_for(most_usd(question, now.date(), batch=False), now):
            reply = self._line.call(lambda: self._api.ask(question))
            self._budget.book(question, fingerprint, reply, self._clock.now())
        return reply


def _blocks(question: Question) -> tuple[Block, ...]:
    return (*question.system, *question.user)
