"""Transactions of a Prefect server on SQLite take turns, in place of breaking each other off.

Prefect begins them without the lock for writing and asks for it at their first write. Whatever was
written since their first read then ends them at once ("database is locked", which the API answers
with 503), and who waits for the lock meanwhile can wait for a minute, and all others with it (seen
on 3.8, with two workers and a run every two seconds). With the lock from the beginning each waits
for those before, which takes milliseconds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.server.database.configurations import AioSqliteConfiguration
    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


def take_turns() -> None:
    """Have the transactions of this process's Prefect server begin with the lock for writing."""
    from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration

    begin = AioSqliteConfiguration.begin_transaction

    @asynccontextmanager
    async def begin_with_the_lock(
        self: AioSqliteConfiguration, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncIterator[AsyncSessionTransaction]:
        # Whatever was asked for: Prefect asks for it in a few places only.
        async with begin(self, session, with_for_update=True) as transaction:
            # SQLAlchemy begins with the first statement.
            await session.connection()
            # Prefect reads by a second session while a first one writes, and tasks that are begun
            # meanwhile inherit the mode: with the lock they would wait for us, and we for them.
            token = SQLITE_BEGIN_MODE.set("DEFERRED")
            try:
                yield transaction
            finally:
                SQLITE_BEGIN_MODE.reset(token)

    AioSqliteConfiguration.begin_transaction = begin_with_the_lock  # type: ignore[method-assign]
