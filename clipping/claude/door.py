"""The one door to Claude, and the books in which it remembers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from clipping.claude.question import Question, Reply, Usage
from clipping.models.base import Value


class Door(Protocol):
    """Who wants to ask Claude asks here, for one client."""

    def ask(self, questions: Sequence[Question]) -> list[Reply]:
        """One reply per question, in their order; each is in the ledger before it is here.

        Replies of the last 30 days are given again. When a question fails, the replies of the
        others are kept, so that asking all of them again pays for none of these twice.

        Raises BudgetSpent before a call that could take the client over its month's budget,
        RateLimited or ServiceUnavailable after the door's own tries and while the API is known to
        be down (do not try again soon: ``retry_after_s`` says when), AuthorizationExpired for a key
        that is not accepted, QuotaExhausted for an account without credit, NeedsPerson for a model
        that has no price or that the API does not have, Broken for a question that it does not
        take. An answer of the wrong form, a refusal and a truncated answer are replies, not errors.
        """
        ...


class Entry(Value):
    """A line of the ledger: a reply, and what it cost."""

    client: str
    purpose: str
    model: str
    usage: Usage
    cost_usd: Decimal
    request_id: str
    message_id: str
    """Unique: booked twice, it is there once."""
    batch: bool
    at: datetime


class Intent(Value):
    """A question that is to go out, or went out, in a batch."""

    custom_id: str
    """By which the API's results name it."""
    fingerprint: str
    purpose: str
    model: str
    submission: str
    """What goes out together has the same."""
    most_usd: Decimal
    """What it costs at most; counted as spent until the reply is there."""
    begun_at: datetime
    """When it was about to go out."""
    batch_id: str | None = None
    """The API's; None while nobody knows whether it went out."""


class Account(Value):
    """What a client may spend in a month, and what it has spent."""

    budget_usd: Decimal | None = None
    """None for no limit."""
    spent_usd: Decimal = Decimal(0)
    """Of the month's lines in the ledger."""
    reserved_usd: Decimal = Decimal(0)
    """What questions in batches cost at most that are not answered yet."""


class Outage(Value):
    """What is known of the API's health, by all who ask it."""

    failures: int = 0
    """In a row."""
    closed_until: datetime | None = None
    """Nobody asks before; then one does, as a probe."""


class Books(Protocol):
    """What the door remembers for one client, shared by all processes that work for it.

    Every call is a transaction of its own: what it says is kept, or was not said.
    """

    client: str

    def find(self, fingerprint: str) -> Reply | None:
        """A reply of the last 30 days."""
        ...

    def book(self, entry: Entry, fingerprint: str, reply: Reply, *, custom_id: str = "") -> None:
        """Enter a reply into the ledger, keep it, and settle its intent if it came in a batch; all
        of it or nothing. A reply that is in the ledger is entered no second time."""
        ...

    def account(self, month: str) -> Account:
        """How the client stands in a month, ``YYYY-MM`` in UTC."""
        ...

    def intents(self) -> list[Intent]:
        """Those that are not settled yet."""
        ...

    def intend(self, intents: Sequence[Intent]) -> None:
        """Keep new intents."""
        ...

    def sent(self, submission: str, batch_id: str) -> None:
        """A submission has become a batch."""
        ...

    def drop(self, custom_ids: Sequence[str]) -> None:
        """Settle intents that will not be answered."""
        ...

    def known_batches(self) -> set[str]:
        """Ids of the batches of all clients, as long as the API lists them."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Hold off every other process that sends or collects this client's batches."""
        ...

    def outage(self, change: Callable[[Outage], Outage] | None = None) -> Outage:
        """What is known of the API's health, after a change of it that nobody comes between."""
        ...
