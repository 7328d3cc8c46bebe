"""The archive's ledger in the database: which files it has, and what they have to be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from sqlmodel import Session

from clipping.db import queries


class RowLedger:
    """Implements :class:`clipping.storage.Ledger`.

    :param session: Opens a transaction; tasks and the dashboard each have their own way.
    """

    def __init__(self, session: Callable[[], AbstractContextManager[Session]]) -> None:
        self._session = session

    def sha256_of(self, key: str) -> str | None:
        """By the archive's row, else by that of the source or clip whose file it is."""
        with self._session() as session:
            return queries.keeping.content_of(session, key)

    def is_archived(self, key: str) -> bool:
        """Whether there is a row of it, and it was not dropped since."""
        with self._session() as session:
            return queries.keeping.is_archived(session, key)

    def note_back(self, key: str) -> None:
        """It is in the store again."""
        with self._session() as session:
            queries.keeping.note_back(session, key, datetime.now(UTC))

    def note_deleted(self, key: str) -> None:
        """Its row goes."""
        with self._session() as session:
            queries.keeping.forget_archived(session, key)
