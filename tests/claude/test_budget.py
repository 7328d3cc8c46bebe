"""A client's month: a warning at four fifths, a stop at the whole."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from clipping.claude import Entry, Reply, Usage
from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.claude.batches import BatchDoor
from clipping.claude.budget import dollars, warn_when_near
from clipping.errors import BudgetSpent, ServiceUnavailable
from tests.claude.asked import FakeClock, a_question
from tests.support.books import FakeBooks
from tests.support.claude import FakeClaude

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)


def _spend(books: FakeBooks, usd: str, at: datetime = NOVEMBER) -> None:
    name = f"msg_{len(books.ledger)}"
    reply = Reply(text="", stop_reason="end_turn", usage=Usage(), model="m", request_id="r")
    entry = Entry(
        client=books.client,
        purpose="scout",
        model="m",
        usage=Usage(),
        cost_usd=Decimal(usd),
        request_id="r",
        message_id=name,
        batch=False,
        at=at,
    )
    books.book(entry, name, reply)


def test_nothing_is_asked_once_the_budget_is_spent(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    books.budget = Decimal(60)
    _spend(books, "59.999999")
    door.ask([a_question()])
    _spend(books, "0.000001")
    with pytest.raises(BudgetSpent, match=r"acme has spent \$60.00 of the \$60.00 .* 2026-11: "):
        door.ask([a_question("another")])
    assert len(claude.prompts) == 1
    assert door.ask([a_question()])[0].from_cache, "what was answered before costs nothing"


def test_a_budget_of_nothing_asks_nothing(door: DirectDoor, books: FakeBooks) -> None:
    books.budget = Decimal(0)
    with pytest.raises(BudgetSpent):
        door.ask([a_question()])


def test_each_month_has_its_own_budget(
    door: DirectDoor, books: FakeBooks, clock: FakeClock
) -> None:
    books.budget = Decimal(60)
    _spend(books, "60", datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    _spend(books, "60", datetime(2026, 12, 1, tzinfo=UTC))
    assert door.ask([a_question()])


def test_a_batch_is_not_sent_that_could_cost_more_than_is_left(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    books.budget = Decimal("0.0004")
    claude.batches.ends_after_s = 0
    batch_door.ask([a_question(max_tokens=1000)])
    with pytest.raises(BudgetSpent, match="this takes up to"):
        batch_door.ask([a_question("another", max_tokens=2000)])
    assert len(claude.batches.made) == 1
    assert books.open == {}, "nothing is left waiting"


def test_what_is_under_way_in_batches_counts_as_spent(
    api: Api, door: DirectDoor, books: FakeBooks, clock: FakeClock
) -> None:
    _spend(books, "0.0199")
    books.budget = Decimal("0.0203")
    with pytest.raises(ServiceUnavailable, match="still at a batch"):
        BatchDoor(api, books, patience_s=0, clock=clock.clock).ask([a_question()])
    assert books.reserved_usd() > 0
    books.budget = Decimal("0.02")
    with pytest.raises(BudgetSpent, match="in batches under way"):
        door.ask([a_question("now")])


def test_the_log_warns_once_when_four_fifths_are_spent(
    books: FakeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    books.budget = Decimal(10)
    with caplog.at_level(logging.WARNING):
        for usd in ("7.9", "0.1", "0.1", "1.9"):
            _spend(books, usd)
            warn_when_near(books, NOVEMBER, Decimal(usd))
    (said,) = caplog.messages
    assert said == "acme has spent $8.00 of the $10.00 for Claude in 2026-11"


def test_a_client_without_a_budget_is_never_warned(
    books: FakeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    _spend(books, "1000")
    warn_when_near(books, NOVEMBER, Decimal(1000))
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "$0.00"), ("0.000123", "$0.000123"), ("0.01", "$0.01"), ("1234.567", "$1234.57")],
)
def test_dollars_are_told_with_as_many_digits_as_it_takes(amount: str, said: str) -> None:
    assert dollars(Decimal(amount)) == said
