"""How many clips of which lengths a run makes: as it was told, else as its client wants."""

from __future__ import annotations

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import DetectOptions
from tasks.workplace import db_session


def wanted_lengths(
    client: str, count: int | None, min_seconds: int | None, max_seconds: int | None
) -> DetectOptions:
    """The options of a run for a client; None is what the client's policy says.

    A run that names one of the two lengths alone moves the other along, as far as it has to.

    :raises Rejected: The shortest clip is longer than the longest.
    """
    with db_session() as session:
        policy = queries.clients.editorial_policy(session, client)
    shortest = policy.shortest_seconds if min_seconds is None else min_seconds
    longest = policy.longest_seconds if max_seconds is None else max_seconds
    if shortest > longest and max_seconds is None:
        longest = shortest
    elif shortest > longest and min_seconds is None:
        shortest = longest
    if shortest > longest:
        raise Rejected(f"No clip is {shortest} s or longer and {longest} s or shorter.")
    return DetectOptions(
        count=policy.clips_a_source if count is None else count,
        min_ms=shortest * 1000,
        max_ms=longest * 1000,
    )


def lengths_of_transcript(
    transcript_id: str, count: int | None, min_seconds: int | None, max_seconds: int | None
) -> DetectOptions:
    """The same for the client of a transcript's source."""
    with db_session() as session:
        source_id, _ = queries.lineage.get_transcript(session, transcript_id)
        client = queries.sources.get_source(session, source_id).client
    return wanted_lengths(client, count, min_seconds, max_seconds)
