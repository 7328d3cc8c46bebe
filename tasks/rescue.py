"""Rescue: dropped candidates become moments of their detection again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect import task

from clipping.db import queries
from clipping.moments.rescue import rescue
from clipping.rendering.looks import looks_of
from tasks.retry import POLICY
from tasks.rights import check_rights
from tasks.words import policy_of
from tasks.workplace import db_session, only_one


@task(name="bring back candidates", **POLICY)
def bring_back(detection_key: str, numbers: list[int]) -> list[str]:
    """Ids of the moments that dropped candidates have become, now or before.

    :param numbers: Places among the detection's rejections, from 1.
    :raises Rejected: One of them cannot become a clip; then none has become a moment.
    """
    # While the detection is made again, its numbers change.
    with only_one(f"detect:{detection_key}"):
        with db_session() as session:
            source_id, transcript_id, detection = queries.lineage.get_detection(
                session, detection_key
            )
            source = queries.sources.get_source(session, source_id)
            check_rights(session, source)
            _, transcript = queries.lineage.get_transcript(session, transcript_id)
            policy = policy_of(session, source.client)
        found = rescue(
            detection,
            numbers,
            transcript_id,
            transcript,
            source.media.duration_ms,
            policy,
        )
        with db_session() as session:
            queries.rescues.save_rescued(session, detection_key, found, datetime.now(UTC))
    return [moment.moment_id for moment in found]


@task(name="find looks", **POLICY)
def find_looks(detection_key: str) -> list[tuple[str, str, dict[str, Any]]]:
    """(Moment id, transcript id, choices as JSON) of all moments, so that their clips match."""
    with db_session() as session:
        _, transcript_id, detection = queries.lineage.get_detection(session, detection_key)
        clips = {
            moment.moment_id: queries.clips.clips_of_moment(session, moment.moment_id)
            for moment in detection.moments
        }
    return [
        (moment.moment_id, transcript_id, choices.model_dump(mode="json"))
        for moment, choices in zip(
            detection.moments, looks_of(detection.moments, clips), strict=True
        )
    ]
