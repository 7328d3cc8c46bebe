"""What a run's page says of its work: whose it is, and the clips that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from clipping.db import queries
from clipping.models import RenderedClip
from tasks.workplace import db_session


@dataclass(frozen=True)
class Subject:
    """What a run is about, as a person calls it."""

    client: str
    title: str


@dataclass(frozen=True)
class ClipLine:
    """A clip in a table."""

    clip_id: str
    title: str
    hook: str
    score: int
    seconds: float
    state: str


def of_source(source_id: str) -> Subject:
    """The client and the file's name; raises Rejected when there is no such source."""
    with db_session() as session:
        source = queries.sources.get_source(session, source_id)
    return Subject(source.client, source.file_name)


def of_transcript(transcript_id: str) -> Subject:
    """Those of its source."""
    with db_session() as session:
        source_id, _ = queries.lineage.get_transcript(session, transcript_id)
    return of_source(source_id)


def of_detection(detection_key: str) -> Subject:
    """Those of its source."""
    with db_session() as session:
        source_id, _, _ = queries.lineage.get_detection(session, detection_key)
    return of_source(source_id)


def of_clip(clip_id: str) -> Subject:
    """Its client, and the title of its moment."""
    with db_session() as session:
        clip = queries.clips.get_clip(session, clip_id)
        _, moment = queries.detections.get_moment(session, clip.moment_id)
    return Subject(clip.client, moment.title)


def clip_lines(clip_ids: Sequence[str]) -> list[ClipLine]:
    """These clips, in their order."""
    with db_session() as session:
        clips = [queries.clips.get_clip(session, clip_id) for clip_id in clip_ids]
        moments = {
            clip.clip_id: queries.detections.get_moment(session, clip.moment_id)[1]
            for clip in clips
        }
    return [
        ClipLine(
            clip_id=clip.clip_id,
            title=moments[clip.clip_id].title,
            hook=clip.plan.hook.text if clip.plan.hook else "",
            score=moments[clip.clip_id].score,
            seconds=_seconds(clip),
            state=clip.state.value,
        )
        for clip in clips
    ]


def _seconds(clip: RenderedClip) -> float:
    return round(float(clip.plan.frames / Fraction(clip.plan.fps)), 1)
