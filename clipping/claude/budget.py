"""A client's month: what it may cost, and what it has cost."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from threading import Lock

from clipping.claude.door import Account, Books, Entry, Intent
from clipping.claude.prices import cost_usd
from clipping.claude.question import Question, Reply
from clipping.errors import BudgetSpent

WARNING_AT = Decimal("0.8")

_log = logging.getLogger(__name__)


def month_of(at: datetime) -> str:
    """``YYYY-MM`` of a time in UTC."""
    return f"{at:%Y-%m}"


class Budget:
    """Holds a client's questions to its month: what one may cost at most has to be left for it.

    Questions of this door that are under way side by side count; those of another process that
    are asked at the same moment do not.
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._under_way = Decimal(0)
        self._turn = Lock()
        self._warned = ""
        """The month of which it was said that it is nearly spent: once is enough for a run."""

    @contextmanager
    def room_for(self, most_usd: Decimal, now: datetime) -> Iterator[None]:
        """Ask and book in the block; BudgetSpent before it when the month has no room for that.

        What is under way in batches counts as spent, at the most that it may cost.
        """
        with self._turn:
            # Read in turn: what is booked by then was under way until it was.
            account = self.look(now)
            if account.budget_usd is not None:
                self._check(account, account.budget_usd, most_usd, now)
            self._under_way += most_usd
        try:
            yield
        finally:
            with self._turn:
                self._under_way -= most_usd

    def book(
        self,
        asked: Question | Intent,
        fingerprint: str,
        reply: Reply,
        at: datetime,
        *,
        custom_id: str = "",
    ) -> None:
        """Enter and keep a reply before anybody uses it; with ``custom_id`` one of a batch."""
        batch = bool(custom_id)
        entry = Entry(
            client=self._books.client,
            purpose=asked.purpose,
            model=asked.model,
            usage=reply.usage,
            cost_usd=cost_usd(asked.model, reply.usage, at.date(), batch=batch),
            request_id=reply.request_id,
            message_id=reply.message_id,
            batch=batch,
            at=at,
        )
        self._books.book(entry, fingerprint, reply, custom_id=custom_id)
        self.look(at)

    def _check(self, account: Account, budget: Decimal, most_usd: Decimal, now: datetime) -> None:
        waits = account.reserved_usd + self._under_way
        if account.spent_usd + waits + most_usd <= budget:
            return
        client, month = self._books.client, month_of(now)
        under_way = f", with up to {dollars(waits)} more under way" if waits else ""
        raise BudgetSpent(
            f"{client} has spent {dollars(account.spent_usd)} of the {dollars(budget)} for Claude "
            f"in {month}{under_way}, and what is to be asked now takes up to {dollars(most_usd)}: "
            f"clipper client {client} --budget USD allows more."
        )

    def look(self, now: datetime) -> Account:
        """How the client stands; the log warns when four fifths are spent."""
        month = month_of(now)
        account = self._books.account(month)
        budget, spent = account.budget_usd, account.spent_usd
        if budget is not None and spent >= budget * WARNING_AT and self._warned != month:
            self._warned = month
            _log.warning(
                "%s has spent %s of the %s for Claude in %s",
                self._books.client,
                dollars(spent),
                dollars(budget),
                month,
            )
        return account


def dollars(amount: Decimal) -> str:
    """``$12.34``; less than a cent with as many digits as it takes."""
    return f"${amount:.2f}" if amount >= Decimal("0.01") or not amount else f"${amount:.6f}"
