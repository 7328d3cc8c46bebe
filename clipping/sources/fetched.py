"""What links give: a video with its captions, or the list of a channel's videos."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

from clipping.models import Value

_LONGEST_TITLE = 300


class FetchedCaptions(Value):
    """The platform's own captions of a video, in the language that is spoken."""

    path: Path
    kind: Literal["human", "automatic"]
    language: str
    """BCP 47, ``und`` when the site's name for it is none."""


class FetchedLink(Value):
    """A video that was fetched. The files are there as long as the block that yields it."""

    path: Path
    """MP4, MOV, WebM or MKV with picture and sound, named after the title."""
    title: str
    site: str
    """Key of the site; see :class:`clipping.sources.guard.Link`."""
    video_id: str
    """The site's own id of the video: with ``site`` the same for every link to it."""
    webpage_url: str
    uploader: str | None = None
    duration_ms: int | None = None
    """As the site says."""
    published_at: datetime | None = None
    language: str | None = None
    """Of what is spoken, BCP 47, as far as the site says."""
    captions: FetchedCaptions | None = None
    notes: tuple[str, ...] = ()
    """Sentences for the operator: what was missing, and did not stop the download."""


class ChannelEntry(Value):
    """A video as its channel lists it."""

    id: str
    """The site's own id of the video."""
    url: str
    """A link that :func:`clipping.sources.guard.check_link` let through."""
    title: str
    duration_s: float | None = None
    published: datetime | None = None


def plain_title(text: Any) -> str:
    """A title as one line that can be shown anywhere; ``Untitled`` when there is none."""
    line = " ".join(str(text or "").split())
    shown = "".join(character for character in line if character.isprintable())
    return shown[:_LONGEST_TITLE].strip() or "Untitled"


def published_at(said: dict[str, Any]) -> datetime | None:
    """When a video was published: the second, else the day, as far as the site says."""
    try:
        if said.get("published_s") is not None:
            return datetime.fromtimestamp(float(said["published_s"]), UTC)
        if said.get("published_on"):
            day = date.fromisoformat(str(said["published_on"]))
            return datetime.combine(day, time(), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return None


def seconds(value: Any) -> float | None:
    """A length that a site states, None when it is none."""
    length = float(value) if isinstance(value, int | float) else math.nan
    return length if math.isfinite(length) and length > 0 else None
