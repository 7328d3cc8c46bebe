"""``clipper cost`` and a client's budget, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clipping.claude import Entry, Usage
from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import ClientSettings
from clipping.settings import settings
from flows import cli
from flows.costs import MonthOfCosts, summary
from tests.db.test_claude import an_intent
from tests.support.commands import CliRunner


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield database_url
    settings.cache_clear()


def _spend(url: str, usd: str, at: datetime, **changes: Any) -> None:
    values: dict[str, Any] = {
        "client": "acme",
        "purpose": "scout",
        "model": "claude-haiku-5-5",
        "usage": Usage(input_tokens=1000, output_tokens=100, cache_read_tokens=9000),
        "cost_usd": Decimal(usd),
        "request_id": "r",
        "message_id": f"msg_{at.timestamp()}_{usd}",
        "batch": False,
        "at": at,
    }
    with open_session(url) as session:
        queries.claude.save_entry(session, Entry(**{**values, **changes}))


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, [*arguments])
    return done.exit_code, done.output


def test_a_month_is_shown_by_day_and_purpose(place: str) -> None:
    day = datetime(2026, 11, 21, 12, tzinfo=UTC)
    _spend(place, "40", day)
    _spend(place, "2.5", day + timedelta(days=1), purpose="judge", model="claude-sonnet-5-5")
    _spend(place, "0.5", day + timedelta(days=1), batch=True)
    _spend(place, "7", day - timedelta(days=30))
    _run("client", "acme", "--budget", "60")
    code, said = _run("cost", "--client", "acme", "--month", "2026-11")
    assert code == 0
    rows = [line.split() for line in said.splitlines()[1:4]]
    assert rows == [
        ["2026-11-21", "scout", "haiku-5-5", "1", "10,000", "9,000", "100", "$40.00"],
        ["2026-11-22", "judge", "sonnet-5-5", "1", "10,000", "9,000", "100", "$2.50"],
        ["scout", "haiku-5-5", "batch", "1", "10,000", "9,000", "100", "$0.50"],
    ]
    assert said.splitlines()[-1] == "acme has spent $43.00 of $60.00 (72%) on Claude in 2026-11."


def test_what_a_client_decided_is_told_to_programs(place: str) -> None:
    _run("client", "acme", "--budget", "60")
    told = {"client": "acme", "require_rights": False, "monthly_budget_usd": "60"}
    assert json.loads(_run("client", "acme", "--json")[1]) == told


def test_a_month_is_told_to_programs_exactly(place: str) -> None:
    _spend(place, "0.000000005", datetime(2026, 11, 21, tzinfo=UTC))
    with open_session(place) as session:
        queries.claude.save_intents(session, "acme", [an_intent("a")])
    code, said = _run("cost", "--client", "acme", "--month", "2026-11", "--json")
    assert code == 0
    assert json.loads(said) == {
        "client": "acme",
        "month": "2026-11",
        "spent_usd": "0.000000005",
        "budget_usd": None,
        "reserved_usd": "0.25",
        "lines": [
            {
                "day": "2026-11-21",
                "purpose": "scout",
                "model": "claude-haiku-5-5",
                "batch": False,
                "calls": 1,
                "input_tokens": 1000,
                "output_tokens": 100,
                "cache_write_5m_tokens": 0,
                "cache_write_1h_tokens": 0,
                "cache_read_tokens": 9000,
                "cost_usd": "0.000000005",
            }
        ],
    }


def test_this_month_is_shown_unless_another_is_named(place: str) -> None:
    _spend(place, "3", datetime.now(UTC))
    assert "acme has spent $3.00 on Claude in" in _run("cost", "--client", "acme")[1]
    _, said = _run("cost", "--client", "acme", "--month", "2001-01")
    assert said == "acme has spent $0.00 on Claude in 2001-01.\n"


def test_a_client_nobody_has_heard_of_has_no_costs(place: str) -> None:
    _spend(place, "3", datetime.now(UTC))
    code, said = _run("cost", "--client", "acmee")
    assert (code, said) == (3, "There is no client acmee yet. Known are acme.\n")


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "9999-12", "0000-01", "november", "2026-11-01"]
)
def test_what_is_no_month_is_a_wrong_usage(month: str) -> None:
    assert _run("cost", "--month", month)[0] == 2


@pytest.mark.parametrize(
    ("given", "kept", "said"),
    [
        ("60", Decimal(60), "up to $60.00 a month"),
        ("$12.50", Decimal("12.50"), "up to $12.50 a month"),
        ("0", Decimal(0), "up to $0.00 a month"),
        ("none", None, "what it takes"),
    ],
)
def test_a_budget_is_given_kept_and_taken_away(
    place: str, given: str, kept: Decimal | None, said: str
) -> None:
    assert _run("client", "acme", "--require-rights", "--budget", "9")[0] == 0
    code, shown = _run("client", "acme", "--budget", given)
    assert (code, said in shown) == (0, True)
    with open_session(place) as session:
        expected = ClientSettings(require_rights=True, monthly_budget_usd=kept)
        assert queries.clients.client_settings(session, "acme") == expected


@pytest.mark.parametrize("given", ["-1", "nan", "inf", "much", "", "1e12"])
def test_what_is_no_budget_is_a_wrong_usage(given: str) -> None:
    assert _run("client", "acme", f"--budget={given}")[0] == 2


def test_what_is_under_way_is_said() -> None:
    month = MonthOfCosts("acme", "2026-11", (), Decimal(0), Decimal("0.75"))
    assert summary(month) == (
        "acme has spent $0.00 of $0.00 on Claude in 2026-11; up to $0.75 under way."
    )
