"""The door to Claude as tasks open it: books in Postgres, a key from the settings or a block."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select

from blocks.claude import Claude
from clipping.claude import Door
from clipping.claude.door import Outage
from clipping.db import queries
from clipping.db.session import open_session
from clipping.db.tables import LedgerRow, ReplyRow
from clipping.errors import BudgetSpent, NeedsPerson, ServiceUnavailable
from clipping.models import ClientSettings
from clipping.settings import settings
from tasks.claude import PostgresBooks, has_key, open_door
from tests.claude.asked import a_question
from tests.db.processes import python
from tests.support.claude import FakeClaude, Fault

CREATE = "/v1/messages/batches"
QUESTIONS = [a_question(f"sentence {place}") for place in range(3)]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeClaude]:
    with FakeClaude().serving() as made:
        yield made


@pytest.fixture
def claude(
    server: FakeClaude, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeClaude]:
    server.forget()
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", server.key)
    monkeypatch.setenv("CLIPPER_CLAUDE_URL", server.url)
    monkeypatch.setenv("CLIPPER_CLAUDE_PATIENCE_SECONDS", "0")
    monkeypatch.setenv("CLIPPER_CLAUDE_BATCH_PATIENCE_SECONDS", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings.cache_clear()
    yield server
    settings.cache_clear()


def _opened(door: Door | None) -> Door:
    assert door is not None
    return door


def test_what_was_asked_is_in_the_ledger_and_not_asked_again_by_another_process(
    claude: FakeClaude, database_url: str
) -> None:
    with open_door("acme") as door:
        first = _opened(door).ask(QUESTIONS)
    with open_door("acme") as door:
        again = _opened(door).ask(QUESTIONS)
    assert [one.replace(from_cache=True) for one in first] == again
    with open_session(database_url) as session:
        rows = session.exec(select(LedgerRow)).all()
        assert sorted(row.message_id for row in rows) == sorted(one.message_id for one in first)
        assert sum(row.cost_usd for row in rows) > 0
    with open_door("umbrella") as door:
        assert not _opened(door).ask(QUESTIONS[:1])[0].from_cache, "each client pays for its own"
    assert len(claude.billed) == 4


def test_a_reply_that_is_too_old_is_asked_for_again(claude: FakeClaude, database_url: str) -> None:
    with open_door("acme") as door:
        _opened(door).ask(QUESTIONS[:1])
    with open_session(database_url) as session:
        (row,) = session.exec(select(ReplyRow)).all()
        row.saved_at = datetime.now(UTC) - timedelta(days=30, minutes=1)
    with open_door("acme") as door:
        _opened(door).ask(QUESTIONS[:1])
    assert len(claude.billed) == 2


def test_the_budget_is_the_client_s(claude: FakeClaude, database_url: str) -> None:
    with open_session(database_url) as session:
        spent = ClientSettings.model_validate({"monthly_budget_usd": "0"})
        queries.save_client_settings(session, "acme", spent)
    with open_door("acme") as door, pytest.raises(BudgetSpent):
        _opened(door).ask(QUESTIONS)
    with open_door("umbrella") as door:
        assert len(_opened(door).ask(QUESTIONS)) == 3


def test_an_outage_that_one_client_met_spares_the_others_the_waiting(claude: FakeClaude) -> None:
    claude.fail(*[Fault(529)] * 5)
    for number in range(5):
        with open_door("acme") as door, pytest.raises(ServiceUnavailable):
            _opened(door).ask([a_question(str(number))])
    with open_door("umbrella") as door, pytest.raises(ServiceUnavailable, match="down for a while"):
        _opened(door).ask(QUESTIONS)
    assert len(claude.asked) == 5


def test_processes_that_meet_send_one_batch(claude: FakeClaude) -> None:
    begin = threading.Barrier(3)

    def ask() -> None:
        with open_door("acme", in_batches=True) as door:
            begin.wait(10)
            with pytest.raises(ServiceUnavailable, match="still at a batch"):
                _opened(door).ask(QUESTIONS)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claude.batches.made) == 1
    claude.batches.end_all()
    with open_door("acme", in_batches=True) as door:
        assert len(_opened(door).ask(QUESTIONS)) == 3
    books = PostgresBooks("acme")
    assert books.intents() == []
    assert books.account(f"{datetime.now(UTC):%Y-%m}").reserved_usd == 0
    assert len(claude.billed) == 3


def test_a_run_that_was_killed_while_it_sent_its_batch_is_finished_by_the_next(
    claude: FakeClaude, database_url: str
) -> None:
    done = threading.Event()
    claude.fail(Fault(wait=done), path=CREATE)
    child = f"""
        import os
        os.environ |= {{"DATABASE_URL": {database_url!r}, "ANTHROPIC_API_KEY": {claude.key!r},
            "CLIPPER_CLAUDE_URL": {claude.url!r}, "NO_PROXY": "127.0.0.1"}}
        from tasks.claude import open_door
        from tests.claude.asked import a_question
        with open_door("acme", in_batches=True) as door:
            door.ask([a_question(f"sentence {{place}}") for place in range(3)])
    """
    with python(child) as process:
        deadline = time.monotonic() + 60
        while not claude.batches.made and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
    done.set()
    assert [one.batch_id for one in PostgresBooks("acme").intents()] == [None] * 3
    claude.batches.end_all()
    with open_door("acme", in_batches=True) as door, pytest.raises(ServiceUnavailable):
        # Found in the API's list, by its custom ids.
        _opened(door).ask(QUESTIONS)
    with open_door("acme", in_batches=True) as door:
        assert len(_opened(door).ask(QUESTIONS)) == 3
    assert len(claude.batches.made) == 1
    assert len(claude.billed) == 3


def test_a_machine_without_a_key_has_no_door(
    claude: FakeClaude, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert has_key()
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    settings.cache_clear()
    assert not has_key()
    with open_door("acme") as door:
        assert door is None


def test_the_key_may_lie_in_a_block(claude: FakeClaude, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-of-somebody-else")
    monkeypatch.setenv("CLIPPER_CLAUDE_BLOCK", "main")
    settings.cache_clear()
    monkeypatch.setattr(Claude, "load", lambda _name: Claude(api_key=SecretStr(claude.key)))
    with open_door("acme") as door:
        assert _opened(door).ask(QUESTIONS[:1])

    def none(name: str) -> None:
        raise ValueError(f"Unable to find block document named {name}")

    monkeypatch.setattr(Claude, "load", none)
    with (
        pytest.raises(NeedsPerson, match=r"no block main of the kind claude: .* CLIPPER_CLAUDE_BL"),
        open_door("acme"),
    ):
        pass


def test_an_outage_is_changed_by_one_process_at_a_time(claude: FakeClaude) -> None:
    books = PostgresBooks("acme")

    def count() -> None:
        for _ in range(10):
            books.outage(lambda outage: Outage(failures=outage.failures + 1))

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert books.outage().failures == 30
