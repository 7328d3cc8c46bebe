"""A client's month: a warning at four fifths, a stop at the whole."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from clipping.claude import Entry, Reply, Usage
from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.claude.batches import BatchDoor
from clipping.claude.budget import dollars
from clipping.claude.prices import most_usd
from clipping.errors import BudgetSpent, ServiceUnavailable
from tests.claude.asked import FakeClock, a_question
from tests.support.books import FakeBooks
from tests.support.claude import FakeClaude, Fault

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


def test_nothing_is_asked_that_could_take_the_month_over_its_budget(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    most = most_usd(a_question(), NOVEMBER.date(), batch=False)
    books.budget = Decimal(60)
    _spend(books, str(60 - most))
    door.ask([a_question()])
    with pytest.raises(
        BudgetSpent, match=r"acme has spent \$60.00 of the \$60.00 .* 2026-11, and "
    ):
        door.ask([a_question("another")])
    assert len(claude.prompts) == 1
    assert books.account("2026-11").spent_usd <= 60
    assert door.ask([a_question()])[0].from_cache, "what was answered before costs nothing"


def test_questions_side_by_side_do_not_spend_the_same_dollars(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    most = most_usd(a_question(), NOVEMBER.date(), batch=False)
    books.budget = most * 2
    done = threading.Event()
    claude.fail(*[Fault(wait=done)] * 4)
    with ThreadPoolExecutor(1) as pool:
        questions = [a_question(f"1 Hello ther{letter}.") for letter in "abcd"]
        asked = pool.submit(DirectDoor(api, books, clock=clock.clock).ask, questions)
        while len(claude.prompts) < 2:
            pass
        done.set()
        with pytest.raises(BudgetSpent, match="more under way"):
            asked.result()
    assert len(books.ledger) == 2


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
    with pytest.raises(BudgetSpent, match="takes up to"):
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
    assert books.account("2026-11").reserved_usd > 0
    books.budget = Decimal("0.02")
    with pytest.raises(BudgetSpent, match="more under way"):
        door.ask([a_question("now")])


def test_the_log_warns_once_when_four_fifths_are_spent(
    door: DirectDoor, books: FakeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    books.budget = Decimal(10)
    _spend(books, "7.99")
    with caplog.at_level(logging.WARNING, "clipping"):
        door.ask([a_question("0")])
        assert caplog.messages == []
        _spend(books, "0.01")
        for number in range(1, 4):
            door.ask([a_question(str(number))])
    assert caplog.messages == ["acme has spent $8.00 of the $10.00 for Claude in 2026-11"]


def test_the_call_that_reaches_four_fifths_is_warned_of(
    door: DirectDoor, books: FakeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    books.budget = Decimal(10)
    _spend(books, "7.999999")
    with caplog.at_level(logging.WARNING, "clipping"):
        door.ask([a_question()])
    assert len(caplog.messages) == 1


def test_a_client_without_a_budget_is_never_warned(
    door: DirectDoor, books: FakeBooks, caplog: pytest.LogCaptureFixture
) -> None:
    _spend(books, "1000")
    door.ask([a_question()])
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "$0.00"), ("0.000123", "$0.000123"), ("0.01", "$0.01"), ("1234.567", "$1234.57")],
)
def test_dollars_are_told_with_as_many_digits_as_it_takes(amount: str, said: str) -> None:
    assert dollars(Decimal(amount)) == said
