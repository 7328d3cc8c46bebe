"""The ledger, replies, batches and outages in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from clipping.claude import Entry, Reply, Usage
from clipping.claude.door import Intent, Outage
from clipping.db import queries
from clipping.errors import Broken
from clipping.models import ClientSettings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
USED = Usage(
    input_tokens=1,
    output_tokens=2,
    cache_write_5m_tokens=3,
    cache_write_1h_tokens=4,
    cache_read_tokens=2**40,
)
REPLY = Reply(
    text='{"sentence": "\\u0000 \ud800"}',
    stop_reason="end_turn",
    usage=USED,
    model="claude-haiku-5-5",
    request_id="req_1",
    message_id="msg_1",
)


def an_entry(name: str = "msg_1", **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "client": "acme",
        "purpose": "scout",
        "model": "claude-haiku-5-5",
        "usage": USED,
        "cost_usd": Decimal("0.000000005"),
        "request_id": "req_1",
        "message_id": name,
        "batch": False,
        "at": NOW,
    }
    return Entry(**{**values, **changes})


def an_intent(name: str, **changes: Any) -> Intent:
    values: dict[str, Any] = {
        "custom_id": name,
        "fingerprint": f"print of {name}",
        "purpose": "scout",
        "model": "claude-haiku-5-5",
        "submission": "first",
        "most_usd": Decimal("0.25"),
        "begun_at": NOW,
    }
    return Intent(**{**values, **changes})


def test_a_reply_comes_back_for_thirty_days_to_its_own_client(session: Session) -> None:
    kept = REPLY.replace(text="said")
    queries.claude.save_reply(session, "acme", "f", kept)
    now = datetime.now(UTC)
    assert queries.claude.find_reply(session, "acme", "f", now) == kept
    assert queries.claude.find_reply(session, "acme", "f", now + timedelta(days=29)) == kept
    assert queries.claude.find_reply(session, "acme", "f", now + timedelta(days=31)) is None
    assert queries.claude.find_reply(session, "umbrella", "f", now) is None
    assert queries.claude.find_reply(session, "acme", "g", now) is None


def test_a_later_reply_takes_the_place_of_an_earlier_one(session: Session) -> None:
    for said in ("first", "second"):
        queries.claude.save_reply(session, "acme", "f", REPLY.replace(text=said))
        session.expire_all()
        found = queries.claude.find_reply(session, "acme", "f", datetime.now(UTC))
        assert found is not None
        assert found.text == said


def test_what_postgres_cannot_hold_does_not_lose_a_reply(session: Session) -> None:
    queries.claude.save_reply(session, "acme", "f", REPLY)
    assert queries.claude.find_reply(session, "acme", "f", datetime.now(UTC)) is not None


def test_old_replies_and_batches_are_let_go(session: Session) -> None:
    queries.claude.save_reply(session, "acme", "f", REPLY.replace(text="said"))
    queries.claude.save_intents(session, "acme", [an_intent("done"), an_intent("waits")])
    queries.claude.note_batch(session, "first", "msgbatch_1")
    queries.claude.settle_intents(session, ["done"])
    later = datetime.now(UTC) + timedelta(days=29)
    queries.claude.forget_old_replies(session, later)
    assert queries.claude.find_reply(session, "acme", "f", later) is not None
    queries.claude.forget_old_replies(session, later + timedelta(days=60))
    session.expire_all()
    assert queries.claude.find_reply(session, "acme", "f", datetime.now(UTC)) is None
    assert [one.custom_id for one in queries.claude.open_intents(session, "acme")] == ["waits"]


def test_the_ledger_is_exact_and_has_each_reply_once(session: Session) -> None:
    for entry in (an_entry(), an_entry(cost_usd=Decimal(9)), an_entry("msg_2")):
        queries.claude.save_entry(session, entry)
    assert queries.claude.spent_usd(session, "acme", "2026-11") == Decimal("0.00000001")


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), "2026-11"),
        (datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC), "2026-11"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2026-12"),
        (datetime.fromisoformat("2026-12-01T00:30:00+02:00"), "2026-11"),
        (datetime(2024, 2, 29, tzinfo=UTC), "2024-02"),
    ],
)
def test_a_reply_belongs_to_its_month_in_utc(session: Session, at: datetime, month: str) -> None:
    queries.claude.save_entry(session, an_entry(at=at))
    assert queries.claude.spent_usd(session, "acme", month) > 0
    for other in ("2026-10", "2026-11", "2026-12", "2027-01", "2024-02", "2024-03"):
        if other != month:
            assert queries.claude.spent_usd(session, "acme", other) == 0
    assert queries.claude.spent_usd(session, "umbrella", month) == 0


def test_costs_are_told_by_day_purpose_model_and_way_of_asking(session: Session) -> None:
    session.execute(text("SET LOCAL TIME ZONE 'Asia/Tokyo'"))
    late = datetime(2026, 11, 22, 23, tzinfo=UTC)
    entries = [
        an_entry("a", cost_usd=Decimal(1)),
        an_entry("b", cost_usd=Decimal(2), at=late),
        an_entry("c", cost_usd=Decimal(4), batch=True),
        an_entry("d", cost_usd=Decimal(8), purpose="judge", model="claude-sonnet-5-5"),
        an_entry("e", cost_usd=Decimal(16), at=NOW - timedelta(days=1)),
        an_entry("f", cost_usd=Decimal(32), at=NOW - timedelta(days=30)),
        an_entry("g", cost_usd=Decimal(64), client="umbrella"),
    ]
    for entry in entries:
        queries.claude.save_entry(session, entry)
    lines = queries.claude.costs(session, "acme", "2026-11")
    told = [(one.day, one.purpose, one.batch, one.calls, int(one.cost_usd)) for one in lines]
    assert told == [
        (date(2026, 11, 21), "scout", False, 1, 16),
        (date(2026, 11, 22), "judge", False, 1, 8),
        (date(2026, 11, 22), "scout", False, 2, 3),
        (date(2026, 11, 22), "scout", True, 1, 4),
    ]
    assert lines[2].usage.cache_read_tokens == 2**41
    assert queries.claude.costs(session, "nobody", "2026-11") == []


def test_intents_are_open_until_they_are_settled_and_count_as_reserved(session: Session) -> None:
    ours = [an_intent("a"), an_intent("b"), an_intent("c", submission="second")]
    queries.claude.save_intents(session, "acme", ours)
    queries.claude.save_intents(session, "umbrella", [an_intent("d", submission="third")])
    queries.claude.save_intents(session, "acme", [])
    assert queries.claude.open_intents(session, "acme") == ours
    queries.claude.note_batch(session, "first", "msgbatch_1")
    queries.claude.note_batch(session, "third", "msgbatch_2")
    queries.claude.settle_intents(session, ["a"])
    session.expire_all()
    sent = ours[1].replace(batch_id="msgbatch_1")
    assert queries.claude.open_intents(session, "acme") == [sent, ours[2]]
    assert queries.claude.reserved_usd(session, "acme") == Decimal("0.5")
    assert queries.claude.reserved_usd(session, "nobody") == 0
    assert queries.claude.batch_ids(session) == {"msgbatch_1", "msgbatch_2"}


def test_an_outage_is_known_to_all_and_changed_by_one_at_a_time(session: Session) -> None:
    assert queries.health.outage(session, "claude") == Outage()
    down = Outage(failures=5, closed_until=NOW)
    assert queries.health.outage(session, "claude", lambda _before: down) == down
    seen = list[Outage]()

    def look(before: Outage) -> Outage:
        seen.append(before)
        return before.replace(failures=before.failures + 1)

    assert queries.health.outage(session, "claude", look).failures == 6
    assert seen == [down]
    session.expire_all()
    assert queries.health.outage(session, "claude") == down.replace(failures=6)
    assert queries.health.outage(session, "another") == Outage()


def test_a_client_has_no_budget_until_it_is_given_one(session: Session) -> None:
    assert queries.clients.client_settings(session, "acme").monthly_budget_usd is None
    for budget in (Decimal(60), Decimal(0), None):
        queries.clients.save_client_settings(
            session, "acme", ClientSettings(monthly_budget_usd=budget)
        )
        session.expire_all()
        assert queries.clients.client_settings(session, "acme").monthly_budget_usd == budget


def test_no_cost_is_below_nothing(database_url: str) -> None:
    from clipping.db.session import open_session

    with (
        pytest.raises(Broken, match="ck_ledger_cost_usd"),
        open_session(database_url) as session,
    ):
        queries.claude.save_entry(session, an_entry(cost_usd=Decimal(-1)))
