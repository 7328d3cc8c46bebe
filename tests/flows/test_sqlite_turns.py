"""Transactions of a Prefect server on SQLite wait for each other."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows.sqlite_turns import take_turns


async def _read_and_write_while_another_writes(folder: Path, patience_s: float) -> list[int]:
    """What is there afterwards.

    :param patience_s: How long the other one may take to be through, once it begins.
    """
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{folder}/prefect.db")
    engine, begins = await database.engine(), asyncio.Event()

    async def write(number: int) -> None:
        session = await database.session(engine)
        begins.set()
        async with session, database.begin_transaction(session):
            await session.execute(text(f"INSERT INTO written VALUES ({number})"))

    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE written (number INTEGER)"))
    session, beside = await database.session(engine), await database.session(engine)
    try:
        async with session, database.begin_transaction(session):
            await session.execute(text("SELECT number FROM written"))
            other = asyncio.create_task(write(2))
            await begins.wait()
            await asyncio.wait([other], timeout=patience_s)
            await session.execute(text("INSERT INTO written VALUES (1)"))
            # As Prefect does where it pauses a queue.
            async with beside, asyncio.timeout(20):
                await beside.execute(text("SELECT number FROM written"))
        await other
        async with engine.connect() as connection:
            return list(await connection.scalars(text("SELECT number FROM written")))
    finally:
        await engine.dispose()


def test_who_reads_and_writes_is_not_broken_off_by_who_writes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = AioSqliteConfiguration.begin_transaction
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", own)
    take_turns()
    assert asyncio.run(_read_and_write_while_another_writes(tmp_path, 0.5)) == [1, 2]


def test_left_to_itself_prefect_breaks_it_off(tmp_path: Path) -> None:
    # Once it does not, there is no more need of turns.
    with pytest.raises(OperationalError, match="database is locked"):
        asyncio.run(_read_and_write_while_another_writes(tmp_path, 30))


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
