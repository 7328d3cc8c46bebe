"""Transactions of a Prefect server on SQLite wait for each other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flows.sqlite_turns import take_turns


async def _read_and_write_while_another_writes(folder: Path) -> list[int]:
    """What is there afterwards."""
    database = AioSqliteConfiguration(f"sqlite+aiosqlite:///{folder}/prefect.db")
    engine = await database.engine()

    async def write(number: int) -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            await session.execute(text(f"INSERT INTO written VALUES ({number})"))

    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE written (number INTEGER)"))
    session = await database.session(engine)
    try:
        async with session, database.begin_transaction(session):
            await session.execute(text("SELECT number FROM written"))
            other = asyncio.create_task(write(2))
            await asyncio.wait([other], timeout=0.5)
            await session.execute(text("INSERT INTO written VALUES (1)"))
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
    assert asyncio.run(_read_and_write_while_another_writes(tmp_path)) == [1, 2]


def test_left_to_itself_prefect_breaks_it_off(tmp_path: Path) -> None:
    # Once it does not, there is no more need of turns.
    with pytest.raises(OperationalError, match="database is locked"):
        asyncio.run(_read_and_write_while_another_writes(tmp_path))
