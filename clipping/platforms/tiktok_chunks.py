"""How a file is cut for TikTok's upload.

Content Posting API, media transfer guide (2026-08): the count is floor(size / chunk); a chunk has 5
to 64 MB, the last one up to 128 MB because it takes the remainder; a file below 5 MB is one chunk,
one above 64 MB several; at most 1000. "MB" is not said to be decimal or binary: every figure here
is within the rules either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEGABYTE_BYTES: Final = 1_000_000
_WHOLE_BELOW_MB: Final = 64
_CHUNK_MB: Final = 20
"""At least two for the smallest file that is cut, and 200 for the largest that TikTok takes."""


@dataclass(frozen=True)
class ChunkPlan:
    """A file of ``size_bytes`` in ``count`` chunks; the last one takes the remainder."""

    size_bytes: int
    chunk_bytes: int
    count: int

    def end_of_chunk_at(self, first: int) -> int:
        """Where the chunk ends that the byte ``first`` lies in."""
        number = min(first // self.chunk_bytes, self.count - 1)
        return self.size_bytes if number == self.count - 1 else (number + 1) * self.chunk_bytes

    def is_last(self, first: int) -> bool:
        """Whether the chunk with this byte completes the file."""
        return self.end_of_chunk_at(first) == self.size_bytes


def chunk_plan(size_bytes: int, megabyte_bytes: int = MEGABYTE_BYTES) -> ChunkPlan:
    """The chunks of a file of at least one byte.

    :param megabyte_bytes: A smaller one scales the rule down to the files of a rehearsal.
    """
    chunk_bytes = _CHUNK_MB * megabyte_bytes
    if size_bytes < _WHOLE_BELOW_MB * megabyte_bytes:
        return ChunkPlan(size_bytes, size_bytes, 1)
    return ChunkPlan(size_bytes, chunk_bytes, size_bytes // chunk_bytes)
