"""What a month of 62 sources a day costs at the Claude API, told by the ledger.

Each source is another talk of two hours, 40,000 tokens. The detector, its doors, the SDK and the
books in Postgres are the real ones; the API is the fake of the tests, whose answers are as long as
they may be. The same questions are asked once more without batches and without any cache. From the
second day on the questions are those of the first, about talks with other words.
``CLIPPER_BENCH_DAYS`` says how many days are worked (1, also parts of one); a month is 30, the rest
is reckoned.
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
from clipping.db.queries.claude import CostLine
from clipping.db.session import open_session
from tests.support.database import embedded_database

SOURCES: Final = round(float(os.environ.get("CLIPPER_BENCH_DAYS", "1")) * SOURCES_A_DAY)
MONTH_SOURCES: Final = 30 * SOURCES_A_DAY
LIMIT_USD: Final = 60


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    with embedded_database(folder / "database") as url:
        migrate.upgrade(url)
        case = Case("month", "benchmarks.claude_month:month", {"database": url, "sources": SOURCES})
        run = run_case(case)
        return rows_of(url, SOURCES, run.cpu_s / SOURCES)


def rows_of(url: str, sources: int, cpu_s: float) -> list[Row]:
    """What the ledger says of so many sources, each of which took so many CPU-seconds."""
    with open_session(url) as session:
        thrifty, plain = (
            queries.claude.costs(session, client, month_of(BEGINS)) for client in (THRIFTY, PLAIN)
        )
    name = f"{sources:,} sources of {TOKENS:,} tokens, {SOURCES_A_DAY} a day"
    return [
        Row(name, f"{cpu_s:.1f} CPU-s a source"),
        *purpose_rows(thrifty),
        *month_rows(thrifty, plain, sources),
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


def month_rows(thrifty: Sequence[CostLine], plain: Sequence[CostLine], sources: int) -> list[Row]:
    """The month with all that saves, which is held to a limit, and the same month without."""
    usd, plain_usd = _month_usd(thrifty, sources), _month_usd(plain, sources)
    name = "30 days"
    if sources != MONTH_SOURCES:
        name += f", reckoned from {sources} of {MONTH_SOURCES:,} sources"
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


def _month_usd(lines: Sequence[CostLine], sources: int) -> Decimal:
    return sum((line.cost_usd for line in lines), Decimal(0)) * MONTH_SOURCES / sources


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
