"""What a reply costs, and that nothing is free."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from clipping.claude import Block
from clipping.claude.prices import PRICES, READ_ON, cost_usd, likely_usd, most_usd, price
from clipping.claude.question import Usage
from clipping.errors import NeedsPerson
from tests.claude.asked import a_question

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("model", "usage", "usd"),
    [
        ("claude-haiku-5-5", Usage(input_tokens=100_000), "0.01"),
        ("claude-haiku-5-5", Usage(input_tokens=100_001), "0.0500005"),
        # The length of the whole prompt decides, and for all kinds of tokens.
        ("claude-haiku-5-5", Usage(input_tokens=1, cache_read_tokens=100_000), "0.0050005"),
        ("claude-haiku-5-5", Usage(cache_read_tokens=100_000), "0.001"),
        ("claude-haiku-5-5", Usage(output_tokens=MILLION), "0.50"),
        ("claude-sonnet-5-5", Usage(cache_write_5m_tokens=MILLION), "2.50"),
        ("claude-sonnet-5-5", Usage(cache_write_1h_tokens=MILLION), "4"),
        ("claude-sonnet-5-5", Usage(cache_read_tokens=MILLION), "0.10"),
        ("claude-opus-5-5", Usage(input_tokens=MILLION, output_tokens=MILLION), "24"),
        ("claude-opus-5-5-20261101", Usage(input_tokens=MILLION), "4"),
        ("claude-opus-5-5", Usage(), "0"),
    ],
)
def test_each_kind_of_token_has_its_price(model: str, usage: Usage, usd: str) -> None:
    assert cost_usd(model, usage, READ_ON, batch=False) == Decimal(usd)
    assert cost_usd(model, usage, READ_ON, batch=True) == Decimal(usd) / 2


def test_a_price_holds_from_its_day_on() -> None:
    read = Usage(cache_read_tokens=MILLION)
    before, after = date(2026, 10, 6), date(2026, 10, 7)
    assert cost_usd("claude-sonnet-5-5", read, before, batch=False) == Decimal("0.20")
    assert cost_usd("claude-sonnet-5-5", read, after, batch=False) == Decimal("0.10")


def test_a_model_without_a_price_is_refused_and_not_free() -> None:
    with pytest.raises(NeedsPerson, match=r"no price for the model claude-new-9.*haiku-5-5"):
        cost_usd("claude-new-9", Usage(), READ_ON, batch=False)


@pytest.mark.parametrize("model", PRICES)
def test_every_model_has_a_price_on_every_day_for_every_length(model: str) -> None:
    for day in (date(2020, 1, 1), READ_ON, date(2100, 1, 1)):
        for length in (0, 100_000, 1_000_000):
            found = price(model, day, length)
            assert 0 < found.cache_read < found.input < found.output
            assert found.input < found.cache_write_5m < found.cache_write_1h


def test_the_most_that_a_question_costs_is_what_its_longest_answer_does() -> None:
    short, long = a_question("a" * 3000), a_question("a" * 3000, max_tokens=2000)
    grown = most_usd(long, READ_ON, batch=False) - most_usd(short, READ_ON, batch=False)
    assert grown == 1000 * Decimal("0.5") / MILLION
    assert most_usd(long, READ_ON, batch=True) == most_usd(long, READ_ON, batch=False) / 2
    assert (
        most_usd(short, READ_ON, batch=False) > 1000 * (Decimal("0.2") + Decimal("0.5")) / MILLION
    )


def test_what_questions_will_cost_counts_a_shared_beginning_once() -> None:
    rules = Block(text="r" * 30_000, cached=True)
    asked = [a_question("t" * 300, system=(rules,)) for _ in range(3)]
    alone = likely_usd(asked[:1], READ_ON, batch=False)
    together = likely_usd(asked, READ_ON, batch=False)
    assert alone < together < alone * Decimal("1.5")
    assert likely_usd(asked, READ_ON, batch=True) == together / 2
    assert alone < most_usd(asked[0], READ_ON, batch=False)
    assert likely_usd([], READ_ON, batch=False) == 0


def test_a_short_beginning_is_not_taken_for_cached() -> None:
    marked = a_question(system=(Block(text="r" * 300, cached=True),))
    plain = a_question(system=(Block(text="r" * 300),))
    for number in (1, 2):
        likely = likely_usd([marked] * number, READ_ON, batch=False)
        assert likely == likely_usd([plain] * number, READ_ON, batch=False)
