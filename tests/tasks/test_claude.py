"""The door to Claude as tasks open it: books in Postgres, a key from the settings or a block."""

from __future__ import annotations

import dataclasses
import signal
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr
from sqlmodel import select

from blocks.claude import Claude
from clipping.claude import Door, Entry, Reply, Usage
from clipping.claude.api import Api
from clipping.claude.batches import BatchDoor
from clipping.claude.door import Outage
from clipping.db import queries
from clipping.db.session import open_session
from clipping.db.tables import LedgerRow, ReplyRow
from clipping.errors import BudgetSpent, NeedsPerson, ServiceUnavailable
from clipping.models import ClientSettings, Detection
from clipping.moments.claude import ClaudeDetector, detector
from clipping.settings import settings
from tasks.claude import PostgresBooks, has_key, open_door
from tests.claude.asked import FakeClock, a_question
from tests.db.processes import line, python
from tests.moments.claude.doors import footage, silent
from tests.moments.claude.reader import FakeReader
from tests.moments.spoken import speak
from tests.moments.talks import STORY, TALK
from tests.support.claude import FakeClaude, Fault

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
        queries.clients.save_client_settings(session, "acme", spent)
    with open_door("acme") as door, pytest.raises(BudgetSpent):
        _opened(door).ask(QUESTIONS)
    with open_door("umbrella") as door:
        assert len(_opened(door).ask(QUESTIONS)) == 3


def test_a_month_of_thirty_dollars_is_warned_of_and_then_the_local_detector_carries_on(
    claude: FakeClaude,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detector, "listen", silent)
    claude.answering = FakeReader().over_http
    with open_session(database_url) as session:
        allowed = ClientSettings.model_validate({"monthly_budget_usd": "30"})
        queries.clients.save_client_settings(session, "acme", allowed)
    _spend("acme", "23.999")
    assert _chosen(TALK).detector == "claude"
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("acme has spent $24.0")
    _spend("acme", "5.99")
    asked, found = len(claude.prompts), _chosen(STORY)
    assert (found.detector, len(claude.prompts)) == ("local", asked)
    assert found.moments
    assert "of the $30.00 for Claude" in found.notes[0]
    assert f"{_MONTH}, and what is to be asked" in caplog.messages[-1]


_MONTH = f"{datetime.now(UTC):%Y-%m}"


def _chosen(lines: Sequence[str]) -> Detection:
    with open_door("acme") as door:
        given = footage(speak(lines), None)
        return ClaudeDetector().detect(dataclasses.replace(given, door=door))


def _spend(client: str, usd: str) -> None:
    reply = Reply(text="", stop_reason="end_turn", usage=Usage(), model="m", request_id="r")
    entry = Entry(
        client=client,
        purpose="judge",
        model="claude-sonnet-5-5",
        usage=Usage(),
        cost_usd=Decimal(usd),
        request_id="r",
        message_id=f"msg of {usd}",
        batch=True,
        at=datetime.now(UTC),
    )
    PostgresBooks(client).book(entry, usd, reply)


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


_CHILD = """
    import os, signal, sys
    os.environ |= {{"DATABASE_URL": {database!r}, "NO_PROXY": "127.0.0.1"}}
    from pydantic import SecretStr
    from clipping.claude.api import Api
    from clipping.claude.batches import BatchDoor
    from clipping.db import queries
    from clipping.db.session import close_pool, open_session
    from tasks.claude import PostgresBooks
    from tests.claude.asked import a_question

    QUESTIONS = [a_question(f"sentence {{place}}") for place in range(2)]

    def killing(owner, name, steps, at):
        act = getattr(owner, name)
        def step(*given, **named):
            found = act(*given, **named)
            steps.append(name)
            if len(steps) == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return found
        setattr(owner, name, step)

    api = Api(SecretStr({key!r}), url={url!r})

    def run(client, at):
        books, steps = PostgresBooks(client), []
        for owner, names in ((api, ["send"]), (books, ["intend", "sent", "book", "drop"])):
            for name in names:
                killing(owner, name, steps, at)
        # Within the transaction that enters a reply and keeps it.
        killing(queries.claude, "save_entry", steps, at)
        BatchDoor(api, books, patience_s=60, poll_s=0).ask(QUESTIONS)

    # What is imported before a run is forked takes its time once.
    api._client.messages.batches
    with open_session({database!r}) as session:
        queries.claude.reserved_usd(session, "nobody")
    close_pool({database!r})
    for at in map(int, sys.stdin):
        if not (pid := os.fork()):
            run(f"client {{at}}", at)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def test_a_run_that_is_killed_after_any_step_is_finished_by_the_next_one(
    claude: FakeClaude, database_url: str
) -> None:
    claude.batches.ends_after_s = 0
    api = Api(SecretStr(claude.key), url=claude.url)
    code = _CHILD.format(database=database_url, key=claude.key, url=claude.url)
    with python(code) as process:
        for at in range(1, 30):
            clock = FakeClock()
            clock.time = datetime.now(UTC)
            claude.now = lambda clock=clock: clock.time.timestamp()  # type: ignore[misc]
            assert process.stdin is not None
            process.stdin.write(f"{at}\n")
            process.stdin.flush()
            ended = int(line(process))
            books = PostgresBooks(f"client {at}")
            door = BatchDoor(api, books, patience_s=3600, poll_s=300, clock=clock.clock)
            assert len(door.ask(QUESTIONS[:2])) == 2
            # One batch, one bill and one line of the ledger for each question, and nothing waits.
            assert len(claude.batches.made) == at
            with open_session(database_url) as session:
                rows = session.exec(select(LedgerRow).where(LedgerRow.batch)).all()
            assert len(rows) == len(claude.billed) == 2 * at
            assert books.intents() == []
            assert books.account(f"{clock.time:%Y-%m}").reserved_usd == 0
            if ended != -signal.SIGKILL:
                break
    api.close()
    assert (ended, at) == (0, 9), "each step had its turn"


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
