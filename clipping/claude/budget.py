"""A client's month: what it may cost, and what it has cost."""

from __future__ import annotations

import logging
from datetime import datetime
from decimal import Decimal

from clipping.claude.door import Books
from clipping.errors import BudgetSpent

WARNING_AT = Decimal("0.8")

_log = logging.getLogger(__name__)


def month_of(at: datetime) -> str:
    """``YYYY-MM`` of a time in UTC."""
    return f"{at:%Y-%m}"


def check_budget(books: Books, now: datetime, more_usd: Decimal = Decimal(0)) -> None:
    """Raise BudgetSpent when the client's month is at its budget, or ``more_usd`` lead over it.

    What is under way in batches counts as spent, at the most that it may cost.
    """
    budget = books.budget_usd()
    if budget is None:
        return
    month = month_of(now)
    spent, reserved = books.spent_usd(month), books.reserved_usd()
    if spent + reserved >= budget or spent + reserved + more_usd > budget:
        waits = f" and up to {dollars(reserved)} in batches under way" if reserved else ""
        wants = f"; this takes up to {dollars(more_usd)} more" if more_usd else ""
        raise BudgetSpent(
            f"{books.client} has spent {dollars(spent)}{waits} of the {dollars(budget)} for Claude "
            f"in {month}{wants}: clipper client {books.client} --budget USD allows more."
        )


def warn_when_near(books: Books, now: datetime, cost_usd: Decimal) -> None:
    """Say so in the log when the booking of this cost took the month past four fifths."""
    budget = books.budget_usd()
    if budget is None or not cost_usd:
        return
    month = month_of(now)
    spent = books.spent_usd(month)
    if spent >= budget * WARNING_AT > spent - cost_usd:
        _log.warning(
            "%s has spent %s of the %s for Claude in %s",
            books.client,
            dollars(spent),
            dollars(budget),
            month,
        )


def dollars(amount: Decimal) -> str:
    """``$12.34``; less than a cent with as many digits as it takes."""
    return f"${amount:.2f}" if amount >= Decimal("0.01") or not amount else f"${amount:.6f}"
