"""A client's month: what it may cost, and what it has cost."""

from __future__ import annotations

import logging
from datetime import datetime
from decimal import Decimal

from clipping.claude.door import Account, Books
from clipping.errors import BudgetSpent

WARNING_AT = Decimal("0.8")

_log = logging.getLogger(__name__)


def month_of(at: datetime) -> str:
    """``YYYY-MM`` of a time in UTC."""
    return f"{at:%Y-%m}"


class Budget:
    """Holds a client's questions to its month."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._warned = ""
        """The month of which it was said that it is nearly spent: once is enough for a run."""

    def check(self, now: datetime, more_usd: Decimal = Decimal(0)) -> None:
        """Raise BudgetSpent when the month is at its budget, or ``more_usd`` lead over it.

        What is under way in batches counts as spent, at the most that it may cost.
        """
        account = self.look(now)
        budget, spent, reserved = account.budget_usd, account.spent_usd, account.reserved_usd
        if budget is None:
            return
        if spent + reserved >= budget or spent + reserved + more_usd > budget:
            waits = f" and up to {dollars(reserved)} in batches under way" if reserved else ""
            wants = f"; this takes up to {dollars(more_usd)} more" if more_usd else ""
            client = self._books.client
            raise BudgetSpent(
                f"{client} has spent {dollars(spent)}{waits} of the {dollars(budget)} for Claude "
                f"in {month_of(now)}{wants}: clipper client {client} --budget USD allows more."
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
