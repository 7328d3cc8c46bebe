"""The costs of a month: worked through both doors into the ledger, and told from it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from benchmarks import claude_month
from benchmarks.claude import month_rows, purpose_rows
from benchmarks.claude_month import BEGINS, PLAIN, THRIFTY
from benchmarks.claude_talks import talk
from clipping.claude import Usage
from clipping.claude.budget import month_of
from clipping.db import queries
from clipping.db.queries.claude import CostLine
from clipping.db.session import open_session
from clipping.settings import settings
from tests.support import claude_protocol


def _line(usd: str, purpose: str = "judge", **usage: int) -> CostLine:
    return CostLine(
        day=BEGINS.date(),
        purpose=purpose,
        model="claude-sonnet-5-5",
        batch=True,
        calls=2,
        usage=Usage(**usage),
        cost_usd=Decimal(usd),
    )


def test_every_source_is_another_talk_and_the_same_each_time() -> None:
    words = talk(1, 0, 1_000)[0].words
    assert talk(1, 0, 1_000)[0].words == words
    assert talk(1, 1, 1_000)[0].words != words


def test_a_month_is_held_to_its_limit_and_told_beside_the_same_without_savings() -> None:
    thrifty, plain = month_rows([_line("3"), _line("0.99")], [_line("9.975")], 124)
    assert (thrifty.figure, thrifty.within) == ("$59.85", True)
    assert "reckoned from 124 of 1,860" in thrifty.name
    assert (plain.figure, plain.ratio, plain.within) == ("$149.62", "2.50", None)
    over, _ = month_rows([_line("60")], [_line("60")], 1860)
    assert (over.figure, over.within) == ("$60.00", False)
    assert "reckoned" not in over.name


def test_tokens_and_dollars_of_a_purpose_are_those_of_all_its_days() -> None:
    lines = [_line("1", input_tokens=1000, cache_read_tokens=5), _line("2", output_tokens=7)]
    judge, scout = purpose_rows([*lines, _line("4", "scout")])
    assert judge.figure.startswith("4 calls, 1,000 tokens asked plain, 0 written to the cache, 5 ")
    assert judge.figure.endswith("7 answered: $3.00")
    assert scout.name.startswith("scout")


def test_days_go_through_both_doors_into_the_ledger(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claude_month, "SOURCES_A_DAY", 2)
    for name in ("DATABASE_URL", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(claude_protocol, "bytes_per_token", 4.0)
    claude_month.month(database_url, sources=4, tokens=2_500)
    settings.cache_clear()
    with open_session(database_url) as session:
        thrifty, plain = (
            queries.claude.costs(session, client, month_of(BEGINS)) for client in (THRIFTY, PLAIN)
        )
    purposes = {"scout", "judge", "check", "write"}
    assert {one.purpose for one in thrifty} == {one.purpose for one in plain} == purposes
    assert all(one.batch for one in thrifty)
    assert not any(one.batch or one.usage.cache_read_tokens for one in plain)
    # One of four sources is looked at twice, which a client that remembers does not pay for.
    assert [sum(one.calls for one in lines) for lines in (thrifty, plain)] == [20, 25]
    # The second day asks what the first did, and nothing of it was asked before.
    assert {one.day.day: one.calls for one in thrifty if one.purpose == "judge"} == {1: 2, 2: 2}
