"""The door's books in memory, for tests that need no database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from clipping.claude import Entry, Reply
from clipping.claude.budget import month_of
from clipping.claude.door import Account, Intent, Outage


class FakeBooks:
    """Remembers as Postgres does: what a call has said stays, whatever happens next."""

    def __init__(self, client: str = "acme", budget: str | None = None) -> None:
        self.client = client
        self.budget = None if budget is None else Decimal(budget)
        self.replies: dict[str, Reply] = {}
        self.ledger: dict[str, Entry] = {}
        self.open: dict[str, Intent] = {}
        self.batches: set[str] = set()
        self.health = Outage()
        self._turn = threading.RLock()
        self._alone = threading.Lock()

    def find(self, fingerprint: str) -> Reply | None:
        return self.replies.get(fingerprint)

    def book(self, entry: Entry, fingerprint: str, reply: Reply, *, custom_id: str = "") -> None:
        with self._turn:
            self.ledger.setdefault(entry.message_id, entry)
            self.replies[fingerprint] = reply
            self.open.pop(custom_id, None)

    def account(self, month: str) -> Account:
        with self._turn:
            entries = [one for one in self.ledger.values() if month_of(one.at) == month]
            return Account(
                budget_usd=self.budget,
                spent_usd=sum((one.cost_usd for one in entries), Decimal(0)),
                reserved_usd=sum((one.most_usd for one in self.open.values()), Decimal(0)),
            )

    def intents(self) -> list[Intent]:
        return list(self.open.values())

    def intend(self, intents: Sequence[Intent]) -> None:
        self.open |= {one.custom_id: one for one in intents}

    def sent(self, submission: str, batch_id: str) -> None:
        self.batches.add(batch_id)
        for custom_id, one in self.open.items():
            if one.submission == submission:
                self.open[custom_id] = one.replace(batch_id=batch_id)

    def drop(self, custom_ids: Sequence[str]) -> None:
        for custom_id in custom_ids:
            self.open.pop(custom_id, None)

    def known_batches(self) -> set[str]:
        return set(self.batches)

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._alone:
            yield

    def outage(self, change: Callable[[Outage], Outage] | None = None) -> Outage:
        with self._turn:
            if change is not None:
                self.health = change(self.health)
            return self.health
