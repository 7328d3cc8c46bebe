"""Where engines write down each chunk as they finish it, so that a crash costs one chunk.

An engine is given a notebook and knows nothing of what is behind it; ``tasks`` keeps one per
client in Postgres.
"""

from __future__ import annotations

from typing import Protocol

from clipping.models import ChunkKey, HeardChunk


class Notebook(Protocol):
    """Remembers what was heard."""

    def load(self, key: ChunkKey) -> HeardChunk | None:
        """What was saved under this key, None when nothing was."""

    def save(self, key: ChunkKey, heard: HeardChunk) -> None:
        """Keep it; when this returns, it outlives the process."""


class NoNotebook:
    """Remembers nothing: every chunk is heard anew."""

    def load(self, key: ChunkKey) -> HeardChunk | None:
        """Nothing."""

    def save(self, key: ChunkKey, heard: HeardChunk) -> None:
        """Nothing is kept."""
