"""Prints of clips that were rendered before there were any."""

from __future__ import annotations

from clipping.db import queries
from clipping.errors import Rejected, UnreadableMedia
from clipping.models import ClipPrint
from clipping.rendering.proof import clip_print
from tasks.workplace import db_session, files_held, media_store


@files_held()
def print_of_clip(clip_id: str, video_key: str) -> ClipPrint | None:
    """The print of a stored clip, made from its file and kept; None when it cannot be read."""
    try:
        made = clip_print(media_store().local_path(video_key))
    except (Rejected, UnreadableMedia):
        return None
    with db_session() as session:
        queries.save_print(session, clip_id, made)
    return made
