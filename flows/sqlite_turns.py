"""Transactions of a Prefect server on SQLite take turns, in place of breaking each other off.

Prefect begins them without the lock for writing and asks for it at their first write. Whatever was
written since their first read then ends them at once ("database is locked", which the API answers
with 503), and who waits for the lock meanwhile can wait for a minute, and all others with it (seen
on 3.8, with two workers and a run every two seconds). With the lock from the beginning each waits
for those before, which takes milliseconds.

They wait for their turn before they take one of the 15 connections, so that who has the lock finds
one for what it reads beside it, and so does who only reads.

Who is cancelled amid a transaction must not keep the lock. The server closes such a connection, but
SQLite keeps it, lock and all, as long as one of its statements is there, which was until Python
next looked for garbage: all who write stood still for that long.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from flows import still_loop

if TYPE_CHECKING:
    from prefect.server.database.configurations import AioSqliteConfiguration
    from sqlalchemy.engine import Dialect
    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

LONG_S: Final = 10.0
"""After so long a wait the log names who has the turn."""

PATIENCE_S: Final = 60.0
"""As long as Prefect lets a connection wait for the lock."""

_COUNTED_S: Final = 1.0
"""What is waited is counted by so much."""


class EndingConnection(sqlite3.Connection):
    """One whose statements end with it, and so its locks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """As of any connection."""
        made = super().cursor(*args, **kwargs)
        self._cursors.add(made)
        return made

    # Python's own make a cursor past ours.
    def execute(self, *args: Any) -> sqlite3.Cursor:
        """As of any connection."""
        made: sqlite3.Cursor = self.cursor()
        return made.execute(*args)

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        """As of any connection."""
        made: sqlite3.Cursor = self.cursor()
        return made.executemany(*args)

    def executescript(self, *args: Any) -> sqlite3.Cursor:
        """As of any connection."""
        made: sqlite3.Cursor = self.cursor()
        return made.executescript(*args)

    def close(self) -> None:
        """End its statements, and then itself."""
        for cursor in list(self._cursors):
            cursor.close()
        # It may be closed again, when no cursor can be.
        self._cursors.clear()
        super().close()


class _Turns:
    """Of the transactions of one event loop, in the order in which they come."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._whose: asyncio.Task[Any] | None = None
        self.has_begun = False
        self.is_told = False
        """Whether the log names who has the turn."""

    @property
    def is_mine(self) -> bool:
        """Whether the running task has the turn."""
        return self._whose is not None and self._whose is asyncio.current_task()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for it.

        :raises sqlalchemy.exc.OperationalError: As SQLite's own, after :data:`PATIENCE_S`.
        """
        await self._wait()
        self._whose = asyncio.current_task()
        self.has_begun = self.is_told = False
        try:
            yield
        finally:
            self._whose = None
            self._lock.release()

    async def _wait(self) -> None:
        loop, waited = asyncio.get_running_loop(), 0.0
        counting: asyncio.TimerHandle

        def count() -> None:
            # No clock's time: while the whole server stands still nobody before us gets through.
            nonlocal waited, counting
            waited += _COUNTED_S
            if waited >= LONG_S and self._whose and not self.is_told:
                self._tell(waited)
            if waited >= PATIENCE_S:
                limit.reschedule(loop.time())
            else:
                counting = loop.call_later(_COUNTED_S, count)

        counting = loop.call_later(_COUNTED_S, count)
        try:
            async with asyncio.timeout(None) as limit:
                await self._lock.acquire()
        except TimeoutError:
            from sqlalchemy.exc import OperationalError

            locked = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", None, locked) from None
        finally:
            counting.cancel()

    def _tell(self, waited: float) -> None:
        from prefect.logging import get_logger

        self.is_told = True
        get_logger("server.turns").warning(
            "A transaction has waited %.1f s for its turn, which another has that %s, at: %s",
            waited,
            "works" if self.has_begun else "waits for the lock",
            " < ".join(reversed(list(_places(self._whose)))),
        )


def _places(task: asyncio.Task[Any] | None) -> Iterator[str]:
    """Of the code that it is in, from the outside."""
    at: Any = task.get_coro() if task else None
    while frame := getattr(at, "cr_frame", None):
        yield still_loop.place(frame)
        at = at.cr_await


# A server has one event loop.
_turns: dict[asyncio.AbstractEventLoop, _Turns] = {}


def connect_ending(dialect: Dialect, _record: Any, _: Any, arguments: dict[str, Any]) -> None:
    """Have SQLAlchemy connect to SQLite by an :class:`EndingConnection`."""
    if dialect.name == "sqlite":
        arguments["factory"] = EndingConnection


def take_turns() -> None:
    """Have this process's Prefect server begin transactions with the lock for writing, in turn.

    A connection that is closed gives it back. When the server stands still its log says where.
    """
    from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    begin = AioSqliteConfiguration.begin_transaction

    @contextmanager
    def with_the_lock() -> Iterator[None]:
        # Not for longer: who is begun meanwhile, or reads by a second session, inherits the mode,
        # would wait for us, and we for them.
        token = SQLITE_BEGIN_MODE.set("IMMEDIATE")
        try:
            yield
        finally:
            SQLITE_BEGIN_MODE.reset(token)

    @asynccontextmanager
    async def begin_in_turn(
        self: AioSqliteConfiguration, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncIterator[AsyncSessionTransaction]:
        loop = asyncio.get_running_loop()
        if (turns := _turns.get(loop)) is None:
            turns = _turns[loop] = _Turns()
            still_loop.watch(loop)
        if turns.is_mine:
            # Within another, for which it would wait. It may read, as Prefect's do where ours have
            # no lock yet; what it wrote would wait for the lock.
            async with begin(self, session, with_for_update) as transaction:
                yield transaction
            return
        async with turns.turn(), begin(self, session) as transaction:
            with with_the_lock():
                # SQLAlchemy begins with the first statement.
                await session.connection()
            turns.has_begun = True
            yield transaction

    AioSqliteConfiguration.begin_transaction = begin_in_turn  # type: ignore[method-assign]
    event.listen(Engine, "do_connect", connect_ending)
