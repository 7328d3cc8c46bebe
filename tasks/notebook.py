"""The notebook of engines that take hours: in Postgres, one per client."""

from __future__ import annotations

from dataclasses import dataclass

from clipping.db import queries
from clipping.models import ChunkKey, HeardChunk
from tasks.workplace import db_session


@dataclass(frozen=True)
class PostgresNotebook:
    """What was heard for one client; a chunk is committed when :meth:`save` returns."""

    client: str

    def load(self, key: ChunkKey) -> HeardChunk | None:
        """What any run of this client heard under this key."""
        with db_session() as session:
            return queries.heard.find_heard_chunk(session, self.client, key)

    def save(self, key: ChunkKey, heard: HeardChunk) -> None:
        """Keep it for this client, whichever sources have that sound."""
        with db_session() as session:
            queries.heard.save_heard_chunk(session, self.client, key, heard)
