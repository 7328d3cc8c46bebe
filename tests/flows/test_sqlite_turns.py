"""Transactions of a Prefect server on SQLite wait for each other."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import json
import logging
import sqlite3
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from prefect.server.api.server import is_client_retryable_exception
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from flows import sqlite_turns, still_loop
from flows.sqlite_turns import EndingConnection, connect_ending, take_turns


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Transactions of this process take turns."""
    own = AioSqliteConfiguration.begin_transaction
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", own)
    take_turns()
    yield
    event.remove(Engine, "do_connect", connect_ending)


@dataclass
class Table:
    """``written``, of numbers, in a database as a Prefect server opens it."""

    database: AioSqliteConfiguration
    engine: AsyncEngine

    async def session(self) -> AsyncSession:
        """A new one."""
        return await self.database.session(self.engine)

    async def write(self, number: int, begins: asyncio.Event | None = None) -> None:
        """Write it in a transaction; ``begins`` is set right before that."""
        session = await self.session()
        if begins:
            begins.set()
        async with session, self.database.begin_transaction(session):
            await session.execute(text(f"INSERT INTO written VALUES ({number})"))

    async def numbers(self) -> list[int]:
        """What was written."""
        async with self.engine.connect() as connection:
            return list(await connection.scalars(text("SELECT number FROM written")))


@contextlib.asynccontextmanager
async def _a_table(folder: Path) -> AsyncIterator[Table]:
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{folder}/prefect.db")
    engine = await database.engine()
    try:
        async with engine.connect() as connection:
            await connection.execute(text("CREATE TABLE written (number INTEGER)"))
        yield Table(database, engine)
    finally:
        await engine.dispose()


async def _read_and_write_while_another_writes(folder: Path, patience_s: float) -> list[int]:
    """What is there afterwards.

    :param patience_s: How long the other one may take to be through, once it begins.
    """
    async with _a_table(folder) as table:
        begins = asyncio.Event()
        session, beside = await table.session(), await table.session()
        async with session, table.database.begin_transaction(session):
            await session.execute(text("SELECT number FROM written"))
            other = asyncio.create_task(table.write(2, begins))
            await begins.wait()
            await asyncio.wait([other], timeout=patience_s)
            await session.execute(text("INSERT INTO written VALUES (1)"))
            # As Prefect does where it pauses a queue.
            async with beside, asyncio.timeout(20):
                await beside.execute(text("SELECT number FROM written"))
        await other
        return await table.numbers()


@pytest.mark.usefixtures("turns")
def test_who_reads_and_writes_is_not_broken_off_by_who_writes_meanwhile(tmp_path: Path) -> None:
    assert asyncio.run(_read_and_write_while_another_writes(tmp_path, 0.5)) == [1, 2]


def test_left_to_itself_prefect_breaks_it_off(tmp_path: Path) -> None:
    # Once it does not, there is no more need of turns.
    with pytest.raises(OperationalError, match="database is locked"):
        asyncio.run(_read_and_write_while_another_writes(tmp_path, 30))


LONG = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 6000000) "


async def _be_cancelled(folder: Path) -> bool:
    """Whether another can write at once after one was cancelled while it wrote and read."""
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{folder}/prefect.db")
    engine, wrote = await database.engine(), asyncio.Event()

    async def write() -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            await session.execute(text("INSERT INTO written VALUES (1)"))
            wrote.set()
            await session.execute(text(f"{LONG} SELECT count(*) FROM n"))

    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE written (number INTEGER)"))
    # As late as it may come.
    gc.disable()
    try:
        task = asyncio.create_task(write())
        await wrote.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        beside = sqlite3.connect(folder / "prefect.db", timeout=2, isolation_level=None)
        with contextlib.closing(beside):
            beside.execute("BEGIN IMMEDIATE")
            return bool(beside.execute("SELECT count(*) FROM written").fetchone() == (0,))
    except sqlite3.OperationalError as error:
        if str(error) != "database is locked":
            raise
        return False
    finally:
        gc.enable()
        await engine.dispose()


@pytest.mark.usefixtures("turns")
def test_who_is_cancelled_gives_the_lock_back(tmp_path: Path) -> None:
    assert asyncio.run(_be_cancelled(tmp_path))


def test_left_to_itself_it_is_kept_until_garbage_is_collected(tmp_path: Path) -> None:
    # Once it is not, there is no more need of connections of our own.
    assert not asyncio.run(_be_cancelled(tmp_path))


async def _read_beside_while_many_wait(folder: Path) -> int:
    """How many have written, one of which reads by a second session, as others do meanwhile."""
    async with _a_table(folder) as table:
        session, beside = await table.session(), await table.session()
        async with session, table.database.begin_transaction(session):
            await session.execute(text("INSERT INTO written VALUES (0)"))
            # More than there are connections.
            others = [asyncio.create_task(table.write(number)) for number in range(1, 21)]
            await asyncio.sleep(0.2)
            async with beside, asyncio.timeout(5):
                await beside.execute(text("SELECT number FROM written"))
                # Nor does it wait for itself where it begins.
                inner = await table.session()
                async with inner, table.database.begin_transaction(inner):
                    await inner.execute(text("SELECT number FROM written"))
        await asyncio.gather(*others)
        return len(await table.numbers())


@pytest.mark.usefixtures("turns")
def test_who_waits_for_a_turn_keeps_no_connection(tmp_path: Path) -> None:
    assert asyncio.run(_read_beside_while_many_wait(tmp_path)) == 21


async def _wait_too_long(folder: Path) -> None:
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{folder}/prefect.db")
    engine, begun = await database.engine(), asyncio.Event()

    async def begin() -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            begun.set()
            await asyncio.sleep(1)

    try:
        slow = asyncio.create_task(begin())
        await begun.wait()
        with pytest.raises(OperationalError, match="database is locked") as refused:
            await asyncio.create_task(begin())
        # What the API answers with 503, for which clients ask again.
        assert is_client_retryable_exception(refused.value)
        await slow
        await begin()
    finally:
        await engine.dispose()


Waits = Callable[[float, float, float], None]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """Sets after how long a wait is told of, is over, and is counted on, in seconds."""
    monkeypatch.setattr(logging.getLogger("prefect"), "propagate", True)

    def be(*seconds: float) -> None:
        for name, value in zip(("LONG_S", "PATIENCE_S", "_COUNTED_S"), seconds, strict=True):
            monkeypatch.setattr(sqlite_turns, name, value)

    return be


def _told(caplog: pytest.LogCaptureFixture) -> list[str]:
    lines = [record.getMessage() for record in caplog.records]
    return [line for line in lines if "has waited" in line]


@pytest.mark.usefixtures("turns")
def test_who_waits_too_long_is_told_and_the_log_names_who_has_the_turn(
    tmp_path: Path, waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    waits(0.1, 0.3, 0.05)
    asyncio.run(_wait_too_long(tmp_path))
    (said,) = _told(caplog)
    expected = (
        "A transaction has waited 0.1 s for its turn, which another has that works, at: sleep ("
    )
    assert said.startswith(expected)
    assert f"< begin ({__file__}:" in said


async def _wait_while_all_stand_still(folder: Path) -> list[int]:
    async with _a_table(folder) as table:
        begun = asyncio.Event()

        async def write_slowly() -> None:
            session = await table.session()
            async with session, table.database.begin_transaction(session):
                begun.set()
                await asyncio.sleep(0.3)
                await session.execute(text("INSERT INTO written VALUES (0)"))

        slow = asyncio.create_task(write_slowly())
        await begun.wait()
        others = [asyncio.create_task(table.write(number)) for number in range(1, 4)]
        await asyncio.sleep(0.2)
        # As long as they have patience, and half of it again.
        time.sleep(6)
        others.append(asyncio.create_task(table.write(4)))
        await asyncio.gather(slow, *others)
        return await table.numbers()


@pytest.mark.usefixtures("turns")
def test_time_in_which_all_stand_still_is_not_counted(
    tmp_path: Path, waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    waits(3.0, 4.0, 0.5)
    # Nor does anybody lose his place, or blame the one who has the turn.
    assert asyncio.run(_wait_while_all_stand_still(tmp_path)) == [0, 1, 2, 3, 4]
    assert _told(caplog) == []


async def _write_twice(folder: Path) -> None:
    async with _a_table(folder) as table:
        await table.write(1)
        await table.write(2)


@pytest.mark.usefixtures("turns")
def test_a_loop_that_has_turns_is_looked_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[asyncio.AbstractEventLoop] = []
    monkeypatch.setattr(still_loop, "watch", watched.append)
    asyncio.run(_write_twice(tmp_path))
    assert len(watched) == 1


async def _come_in_order(folder: Path) -> list[int]:
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{folder}/prefect.db")
    engine, came = await database.engine(), []

    async def begin(number: int) -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            came.append(number)
            await asyncio.sleep(0.3 if number == 0 else 0)

    try:
        tasks = []
        for number in range(4):
            tasks.append(asyncio.create_task(begin(number)))
            await asyncio.sleep(0.1)
        await asyncio.gather(*tasks)
    finally:
        await engine.dispose()
    return came


@pytest.mark.usefixtures("turns")
def test_they_come_in_order_however_long_they_wait(tmp_path: Path, waits: Waits) -> None:
    waits(0.1, 60.0, 0.05)
    assert asyncio.run(_come_in_order(tmp_path)) == [0, 1, 2, 3]


@pytest.mark.parametrize("by", ["connection", "cursor"])
def test_what_a_closed_connection_had_begun_is_ended(tmp_path: Path, by: str) -> None:
    file = tmp_path / "some.db"
    connection = EndingConnection(file, isolation_level=None)
    connection.execute("CREATE TABLE written (number INTEGER)")
    executor = connection if by == "connection" else connection.cursor()
    # It has the lock until its rows are read.
    made = executor.execute("INSERT INTO written VALUES (1), (2) RETURNING number")
    made.fetchone()
    connection.close()
    connection.close()
    with contextlib.closing(sqlite3.connect(file, timeout=0.1)) as beside:
        beside.execute("INSERT INTO written VALUES (3)")
    del made


def _ask(api: dict[str, str], method: str, path: str, body: Any) -> Any:
    """Once; a server at rest takes milliseconds, and one that waits for itself a minute."""
    password = base64.b64encode(api["PREFECT_API_AUTH_STRING"].encode()).decode()
    request = urllib.request.Request(
        f"{api['PREFECT_API_URL']}/{path}",
        method=method,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Basic {password}"},
    )
    with urllib.request.urlopen(request, timeout=40) as reply:
        said = reply.read()
    return json.loads(said) if said else None


def test_a_server_takes_what_many_write_at_once(prefect_api: dict[str, str]) -> None:
    flow = _ask(prefect_api, "POST", "flows/", {"name": "some-flow"})["id"]

    def begin(_: int) -> int:
        body = {"flow_id": flow, "state": {"type": "PENDING"}}
        try:
            made = _ask(prefect_api, "POST", "flow_runs/", body)["id"]
            state = {"type": "COMPLETED"}
            _ask(prefect_api, "POST", f"flow_runs/{made}/set_state", {"state": state})
        except HTTPError as error:
            return error.code
        return 200

    with ThreadPoolExecutor(8) as many:
        assert set(many.map(begin, range(40))) == {200}


def test_a_queue_can_be_paused(prefect_api: dict[str, str]) -> None:
    _ask(prefect_api, "POST", "work_pools/", {"name": "some-pool", "type": "process"})
    queue = "work_pools/some-pool/queues/default"
    _ask(prefect_api, "PATCH", queue, {"is_paused": True})
    _ask(prefect_api, "DELETE", "work_pools/some-pool", {})
