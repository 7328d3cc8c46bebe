"""Prints of clips that were rendered before there were any, and what they say of pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from clipping.db import queries
from clipping.errors import Rejected, UnreadableMedia
from clipping.likeness import PRINT_VERSION, compare
from clipping.models import ClipDistance, ClipPrint
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
        queries.likeness.save_print(session, clip_id, made)
    return made


def measure_pairs(source_ids: Collection[str]) -> None:
    """Measure the pairs of clips of each source that nobody has measured yet.

    Clips without a print are left out: their pairs are told by the time that they share.
    """
    with db_session() as session:
        wanting = queries.likeness.unmeasured_sources(session, source_ids, PRINT_VERSION)
    for source_id in wanting:
        found = list(_unmeasured(source_id))
        with db_session() as session:
            queries.likeness.save_clip_distances(session, found, PRINT_VERSION)


def _unmeasured(source_id: str) -> Iterator[ClipDistance]:
    """Distances of a source's pairs that are not stored."""
    with db_session() as session:
        clips = queries.likeness.clips_of_sources(session, [source_id], PRINT_VERSION)
        known = {
            frozenset((pair.first, pair.second))
            for pair in queries.likeness.clip_distances(session, [source_id], PRINT_VERSION)
        }
    new = {
        frozenset(pair) for pair in combinations([one.compared.clip_id for one in clips], 2)
    } - known
    # Mostly some clips are new, each to all others: what the others are to one another is known.
    among = {clip_id for pair in known for clip_id in pair}
    fresh = {clip_id for pair in new for clip_id in pair} - among
    if any(fresh.isdisjoint(pair) for pair in new):
        fresh |= {clip_id for pair in new for clip_id in pair}
    for pair in compare([one.compared for one in clips], fresh):
        first, second = pair.one.clip_id, pair.other.clip_id
        if frozenset((first, second)) in new:
            yield ClipDistance(first=first, second=second, distance=pair.distance.combined)
