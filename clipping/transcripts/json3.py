"""YouTube's json3 captions: events of segments, each segment with an offset of its own.

The format is not documented; this follows what yt-dlp saves with ``--sub-format json3``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from clipping.errors import UnreadableCaptions

_FULL_CONFIDENCE = 255


@dataclass(frozen=True)
class Event:
    """A caption; ``timed`` is None when only the whole of it has times."""

    start_ms: int
    end_ms: int
    text: str
    timed: tuple[tuple[str, int | None, float | None], ...] | None


def parse(text: str, file_name: str) -> list[Event]:
    """Events with words, in the order of the file.

    :raises UnreadableCaptions: Not JSON, or JSON of another kind.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableCaptions(
            f"{file_name} looks like JSON, and is damaged or incomplete."
        ) from error
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise UnreadableCaptions(f"{file_name} is JSON, but not YouTube's json3 captions.")
    raw = [event for event in events if isinstance(event, dict) and _segments(event)]
    try:
        word_timed = any("tOffsetMs" in segment for event in raw for segment in _segments(event))
        return [_event(event, word_timed) for event in raw]
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableCaptions(f"{file_name} holds times that are not numbers.") from error


def _segments(event: dict[str, Any]) -> list[dict[str, Any]]:
    found = event.get("segs")
    if not isinstance(found, list):
        return []
    return [
        segment
        for segment in found
        if isinstance(segment, dict) and isinstance(segment.get("utf8"), str)
    ]


def _event(event: dict[str, Any], word_timed: bool) -> Event:
    start = max(0, int(event.get("tStartMs", 0)))
    end = start + max(1, int(event.get("dDurationMs", 0)))
    segments = _segments(event)
    text = "".join(segment["utf8"] for segment in segments)
    if not word_timed or event.get("aAppend"):
        return Event(start, end, text if text.strip() else "", None)
    timed = tuple(
        (segment["utf8"], start + int(segment.get("tOffsetMs", 0)), _confidence(segment))
        for segment in segments
        if segment["utf8"].strip()
    )
    return Event(start, end, text, timed)


def _confidence(segment: dict[str, Any]) -> float | None:
    """YouTube writes 0 where it does not tell."""
    value = segment.get("acAsrConf")
    return min(1.0, value / _FULL_CONFIDENCE) if isinstance(value, int) and value > 0 else None
