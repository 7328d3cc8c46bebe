"""Time in the engine is integer milliseconds; spans are half-open."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class TimeSpan(BaseModel):
    """A half-open stretch of time, ``start_ms <= t < end_ms``, never empty or negative."""

    model_config = ConfigDict(frozen=True)

    start_ms: int
    end_ms: int

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start_ms < 0 or self.end_ms <= self.start_ms:
            raise ValueError(f"not a span of time: {self.start_ms}..{self.end_ms} ms")
        return self

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds, at least 1."""
        return self.end_ms - self.start_ms

    def overlap_ms(self, other: TimeSpan) -> int:
        """How many milliseconds the two spans share; 0 when they only touch."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))

    def contains(self, at_ms: int) -> bool:
        """Whether the instant lies inside; the end does not."""
        return self.start_ms <= at_ms < self.end_ms

    def shifted(self, by_ms: int) -> TimeSpan:
        """The same length, moved by ``by_ms``; the start may not become negative."""
        return TimeSpan(start_ms=self.start_ms + by_ms, end_ms=self.end_ms + by_ms)

    def __str__(self) -> str:
        return f"{timecode(self.start_ms)}-{timecode(self.end_ms)}"


def timecode(ms: int) -> str:
    """``m:ss.mmm``, or ``h:mm:ss.mmm`` from one hour on."""
    seconds, milli = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}.{milli:03d}"
    return f"{minutes}:{seconds:02d}.{milli:03d}"


def seconds_text(ms: int) -> str:
    """Exact decimal seconds, the form ffmpeg's options take: ``20370`` is ``20.370``."""
    sign = "-" if ms < 0 else ""
    return f"{sign}{abs(ms) // 1000}.{abs(ms) % 1000:03d}"
