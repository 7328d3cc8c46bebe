"""Where the browser finds the files of clips."""

from __future__ import annotations

from urllib.parse import quote

from dashboard.door.person import origin

# Absolute: Streamlit takes any other for a path of this machine.


def video_url(clip_id: str) -> str:
    """The clip's MP4, for whoever may see it; to everybody else it is not there."""
    return f"{origin()}/media/clips/{quote(clip_id, safe='')}.mp4"


def cover_url(clip_id: str) -> str:
    """The clip's cover, a JPEG."""
    return f"{origin()}/media/covers/{quote(clip_id, safe='')}.jpg"
