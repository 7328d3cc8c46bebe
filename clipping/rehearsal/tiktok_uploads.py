"""What a fake TikTok keeps of its accounts and uploads, and its rules for chunks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PUBLIC = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")
PRIVATE = ("FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")


@dataclass
class Creator:
    """An account."""

    open_id: str
    username: str
    private: bool = False
    longest_s: int = 600
    comments_off: bool = False
    duet_off: bool = False
    stitch_off: bool = False
    banned: bool = False
    asked: bool = False
    """Whether creator_info was asked since the last post began."""

    @property
    def levels(self) -> tuple[str, ...]:
        """The privacy levels it is offered."""
        return PRIVATE if self.private else PUBLIC


@dataclass
class Upload:
    """A publication, from its init on."""

    publish_id: str
    account: str
    size: int
    chunk: int
    count: int
    until: datetime
    """When its address stops taking bytes."""
    info: dict[str, Any] = field(default_factory=dict)
    """``post_info`` of a direct post; empty for a draft."""
    inbox: bool = False
    stored: bytearray = field(default_factory=bytearray)
    whole_at: datetime | None = None
    over_at: datetime | None = None
    status: str = "PROCESSING_UPLOAD"
    reason: str = ""
    doom: str = ""
    """The ``fail_reason`` that it will end with; empty for none."""
    public_id: str = ""
    silent: bool = False
    """Its post id is never told."""
    removed: bool = False

    def end_at(self, first: int) -> int:
        """Where a chunk that begins there has to end."""
        return self.size if first >= (self.count - 1) * self.chunk else first + self.chunk


def chunk_fault(size: Any, chunk: Any, count: Any, megabyte: int) -> str:
    """Which rule of the media transfer guide an announced upload breaks; empty for none."""
    if not all(isinstance(one, int) and one > 0 for one in (size, chunk, count)):
        return "sizes and count are positive integers"
    if chunk > size or count != size // chunk:
        return "the count is floor(size / chunk)"
    if count > 1000:
        return "at most 1000 chunks"
    if size < 5 * megabyte and (chunk, count) != (size, 1):
        return "a file below 5 MB is one chunk"
    if size > 64 * megabyte and count == 1:
        return "a file above 64 MB is several chunks"
    if size >= 5 * megabyte and not 5 * megabyte <= chunk <= 64 * megabyte:
        return "a chunk has 5 to 64 MB"
    if size - (count - 1) * chunk > 128 * megabyte:
        return "the last chunk has at most 128 MB"
    return ""


def range_of(header: str) -> tuple[int, int, int] | None:
    """First byte, end and total of a Content-Range; None when it is none."""
    found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", header)
    return (int(found[1]), int(found[2]) + 1, int(found[3])) if found else None
