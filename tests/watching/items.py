"""Watches and items, small."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from clipping.models import Found, ItemState, Watch, WatchedItem

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def a_watch(place: str = "/videos", **changes: Any) -> Watch:
    values = {"watch_id": "watch_1", "client": "acme", "place": place, "min_seconds": 60}
    return Watch.model_validate(values | changes)


CHANNEL = a_watch("https://www.youtube.com/@acme")
FOLDER = a_watch()


def a_file(name: str = "a.mp4", size: int | None = 1000, changed: int | None = 5) -> Found:
    return Found(
        identity=name, location=f"/videos/{name}", title=name, size_bytes=size, changed_ns=changed
    )


def a_video(name: str = "a", duration_ms: int | None = 90_000) -> Found:
    return Found(
        identity=name, location=f"https://x.com/{name}", title=name, duration_ms=duration_ms
    )


def an_item(found: Found, state: ItemState = ItemState.SEEN, **changes: Any) -> WatchedItem:
    values = {
        **found.model_dump(),
        "watch_id": "watch_1",
        "state": state,
        "unchanged_since": NOW,
    }
    return WatchedItem.model_validate(values | changes)
