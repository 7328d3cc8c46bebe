"""A rehearsal's time that several processes read: eight bytes of a file in memory."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from clipping.rehearsal.world import WorldClock

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FORM: Final = struct.Struct("=q")


class SharedClock(WorldClock):
    """The same time in every process that opens the file; one of them lets it pass."""

    def __init__(self, path: Path, now: datetime | None = None) -> None:
        if now is not None:
            path.write_bytes(_FORM.pack((now - _EPOCH) // _MICROSECOND))
        with path.open("r+b") as file:
            self._bytes = mmap.mmap(file.fileno(), _FORM.size)
        super().__init__(self._read())

    def _read(self) -> datetime:
        passed: int = _FORM.unpack_from(self._bytes)[0]
        return _EPOCH + passed * _MICROSECOND

    @property
    def now(self) -> datetime:
        """In UTC."""
        return self._read()

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self.advance_to(self.now + timedelta(seconds=seconds))

    def advance_to(self, at: datetime) -> None:
        """Let time pass until then; a time that is past changes nothing."""
        if at > self.now:
            _FORM.pack_into(self._bytes, 0, (at - _EPOCH) // _MICROSECOND)


class WallClock(WorldClock):
    """Ours, for fakes that stand beside a running product."""

    @property
    def now(self) -> datetime:
        """In UTC."""
        return datetime.now(UTC)
