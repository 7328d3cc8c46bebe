"""What Claude costs: one table of model ids and prices, with the day from which each holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clipping.claude.question import Question, Usage
from clipping.errors import NeedsPerson

READ_ON = date(2026, 11, 22)
"""When the prices below were last compared with the vendor's price page."""

_PER = Decimal(1_000_000)
_BATCH = Decimal("0.5")
"""What is asked in a batch costs half, whatever kind of token it is."""
_EVER = date(2000, 1, 1)
_BYTES_PER_TOKEN = 3
"""English takes a little more with the tokenizer of the 5.5 models; other writing about this."""
_CACHED_FROM_TOKENS = 4096
"""The API keeps shorter beginnings too, with most models."""
_LIKELY_ANSWER = 1 / 3
"""Of the room that an answer has."""
_DATED = re.compile(r"-\d{8}$")


@dataclass(frozen=True)
class Price:
    """Dollars per million tokens of each kind, from a day on, for prompts up to a length."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal
    since: date = _EVER
    up_to_tokens: int | None = None
    """The longest whole prompt that it holds for; None for any."""


def _price(read_from_the_page: str, since: date = _EVER, up_to_tokens: int | None = None) -> Price:
    entered, answered, minutes, hour, read = map(Decimal, read_from_the_page.split())
    return Price(entered, answered, minutes, hour, read, since, up_to_tokens)


# In each model the newest comes first, and among the equally old the one for shorter prompts.
PRICES: dict[str, tuple[Price, ...]] = {
    # input, output, written to the cache for 5 minutes, for an hour, read from it
    "claude-haiku-5-5": (
        _price("0.10 0.50 0.125 0.20 0.01", up_to_tokens=100_000),
        _price("0.50 2.50 0.625 1.00 0.05"),
    ),
    "claude-sonnet-5-5": (
        _price("2 10 2.50 4 0.10", since=date(2026, 10, 7)),
        _price("2 10 2.50 4 0.20"),
    ),
    "claude-opus-5-5": (_price("4 20 5 8 0.20"),),
    "claude-fable-5-1": (_price("10 50 12.50 20 0.25"),),
    "claude-haiku-4-5": (_price("1 5 1.25 2 0.10"),),
}


def price(model: str, on: date, prompt_tokens: int) -> Price:
    """What holds for a prompt of this length on that day.

    Raises NeedsPerson for a model that is not in the table: nothing is taken to be free.
    """
    known = PRICES.get(model) or PRICES.get(_DATED.sub("", model))
    if known is None:
        raise NeedsPerson(
            f"There is no price for the model {model}: name one of {', '.join(PRICES)}, or add it "
            "to clipping/claude/prices.py."
        )
    return next(
        one
        for one in known
        if one.since <= on and (one.up_to_tokens is None or prompt_tokens <= one.up_to_tokens)
    )


def cost_usd(model: str, usage: Usage, on: date, *, batch: bool) -> Decimal:
    """Dollars for a reply, exactly; raises NeedsPerson for a model without a price."""
    rate = price(model, on, usage.prompt_tokens)
    whole = (
        usage.input_tokens * rate.input
        + usage.output_tokens * rate.output
        + usage.cache_write_5m_tokens * rate.cache_write_5m
        + usage.cache_write_1h_tokens * rate.cache_write_1h
        + usage.cache_read_tokens * rate.cache_read
    )
    return whole / _PER * (_BATCH if batch else 1)


def prompt_tokens(question: Question) -> int:
    """About how many tokens the prompt has, told from its length: rather too many than too few."""
    blocks = (*question.system, *question.user)
    length = sum(len(block.text.encode(errors="surrogatepass")) for block in blocks)
    return -(-(length + len(str(question.schema_))) // _BYTES_PER_TOKEN)


def most_usd(question: Question, on: date, *, batch: bool) -> Decimal:
    """Dollars for a question whose whole prompt is written to the cache and whose answer is as
    long as it may be; raises NeedsPerson for a model without a price."""
    usage = Usage(cache_write_1h_tokens=prompt_tokens(question), output_tokens=question.max_tokens)
    return cost_usd(question.model, usage, on, batch=batch)


def likely_usd(questions: Sequence[Question], on: date, *, batch: bool) -> Decimal:
    """Dollars that questions will cost together, as far as that can be told before.

    A beginning that several share is written to the API's cache once and read from it afterwards,
    where it is long enough for any model; an answer takes a third of its room. Raises NeedsPerson
    for a model without a price.
    """
    written, total = set[str](), Decimal(0)
    for question in questions:
        shared, length = _shared(question)
        kept = length if length >= _CACHED_FROM_TOKENS else 0
        usage = Usage(
            input_tokens=prompt_tokens(question) - kept,
            output_tokens=round(question.max_tokens * _LIKELY_ANSWER),
            cache_read_tokens=kept if shared in written else 0,
            cache_write_1h_tokens=0 if shared in written else kept,
        )
        written.add(shared)
        total += cost_usd(question.model, usage, on, batch=batch)
    return total


def _shared(question: Question) -> tuple[str, int]:
    """The question's beginning up to its last mark for the cache, and about how many tokens."""
    blocks = (*question.system, *question.user)
    marks = [place for place, block in enumerate(blocks, 1) if block.cached]
    text = "\0".join([question.model, *(one.text for one in blocks[: max(marks, default=0)])])
    return text, len(text.encode(errors="surrogatepass")) // _BYTES_PER_TOKEN if marks else 0
