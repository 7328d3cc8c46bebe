"""What a month of 62 sources a day costs at the Claude API, told by the ledger.

Each source is another talk of two hours, 40,000 tokens. The detector, its doors, the SDK and the
books in Postgres are the real ones; the API is the fake of the tests, whose answers are as long as
they may be. The same questions are asked once more without batches and without any cache.
``CLIPPER_BENCH_DAYS`` says how many days are worked (1); a month is 30, the rest is reckoned.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.claude_month import BEGINS, PLAIN, SOURCES_A_DAY, THRIFTY
from benchmarks.claude_talks import TOKENS
from benchmarks.measure import Case, Row, run_case
from clipping.claude.budget import dollars, month_of
from clipping.db import migrate, queries
from clipping.db.queries import CostLine
from clipping.db.session import open_session
from tests.support.database import embedded_database

DAYS: Final = int(os.environ.get("CLIPPER_BENCH_DAYS", "1"))
MONTH_DAYS: Final = 30
LIMIT_USD: Final = 60


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    with embedded_database(folder / "database") as url:
        migrate.upgrade(url)
        run = run_case(
            Case("month", "benchmarks.claude_month:month", {"database": url, "days": DAYS})
        )
        with open_session(url) as session:
            thrifty, plain = (
                queries.costs(session, client, month_of(BEGINS)) for client in (THRIFTY, PLAIN)
            )
    worked = f"{_days(DAYS)} of {SOURCES_A_DAY} sources of {TOKENS:,} tokens"
    return [
        Row(worked, f"{run.value['cpu_s']:.1f} CPU-s a source, {run.value['moments']:.1f} moments"),
        *purpose_rows(thrifty),
        *month_rows(thrifty, plain, DAYS),
    ]


def purpose_rows(lines: Sequence[CostLine]) -> list[Row]:
    """What was asked for each purpose, and what that cost."""
    by_purpose = defaultdict[tuple[str, str], list[CostLine]](list)
    for line in lines:
        by_purpose[line.purpose, line.model].append(line)
    return [
        Row(f"{purpose}, {model.removeprefix('claude-')}", _told(found))
        for (purpose, model), found in by_purpose.items()
    ]


def month_rows(thrifty: Sequence[CostLine], plain: Sequence[CostLine], days: int) -> list[Row]:
    """The month with all that saves, which is held to a limit, and the same month without."""
    usd, plain_usd = _month_usd(thrifty, days), _month_usd(plain, days)
    name = _days(MONTH_DAYS)
    if days != MONTH_DAYS:
        name += f", reckoned from {_days(days)}"
    return [
        Row(
            f"{name}: in batches, with caches",
            dollars(usd),
            "1.00",
            f"< ${LIMIT_USD}",
            usd < LIMIT_USD,
        ),
        Row(
            f"{name}: the same without batches and caches",
            dollars(plain_usd),
            f"{plain_usd / usd:.2f}",
        ),
    ]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _month_usd(lines: Sequence[CostLine], days: int) -> Decimal:
    return sum((line.cost_usd for line in lines), Decimal(0)) * MONTH_DAYS / days


def _told(lines: Sequence[CostLine]) -> str:
    used = [line.usage for line in lines]
    written = sum(one.cache_write_1h_tokens + one.cache_write_5m_tokens for one in used)
    return (
        f"{sum(line.calls for line in lines):,} calls, "
        f"{sum(one.input_tokens for one in used):,} tokens asked plain, "
        f"{written:,} written to the cache, {sum(one.cache_read_tokens for one in used):,} read "
        f"from it, {sum(one.output_tokens for one in used):,} answered: "
        f"{dollars(sum((line.cost_usd for line in lines), Decimal(0)))}"
    )
