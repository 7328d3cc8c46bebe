"""Sources at a glance: how far each has come and how much of it there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, select

from clipping.db.queries.clients import client_id
from clipping.db.queries.sources import sources_of
from clipping.db.tables import (
    ClipRow,
    DetectionMomentRow,
    DetectionRow,
    RejectionRow,
    SourceRow,
    TranscriptRow,
)
from clipping.models import VARIATION, ClipState, SourceVideo

SourceKey = tuple[datetime, str]
"""When it was found, source: behind it a page begins."""


class Stage(StrEnum):
    """How far a source has come."""

    INGESTED = "ingested"
    TRANSCRIBED = "transcribed"
    DETECTED = "moments found"
    NOTHING = "nothing to clip"
    CLIPPED = "clipped"


@dataclass(frozen=True)
class SourceOverview:
    """A source and how much of it there is; counts are of the newest transcript and detection."""

    source: SourceVideo
    located_at: datetime
    """When it was ingested or found again last."""
    words: int | None
    moments: int | None
    rejections: int
    ready: int
    held: int
    failed: int

    @property
    def key(self) -> SourceKey:
        """Where the page after this source begins."""
        return self.located_at, self.source.source_id

    @property
    def stage(self) -> Stage:
        """The last stage that was finished."""
        if self.ready or self.held or self.failed:
            return Stage.CLIPPED
        if self.moments is not None:
            return Stage.DETECTED if self.moments else Stage.NOTHING
        return Stage.INGESTED if self.words is None else Stage.TRANSCRIBED


def recent_sources(
    session: Session, client: str | None, limit: int, after: SourceKey | None = None
) -> list[SourceOverview]:
    """The sources that were ingested or found again last, of one client or of all.

    :param after: Only those behind this one.
    """
    located_at, source_id = col(SourceRow.located_at), col(SourceRow.source_id)
    wanted = select(SourceRow.source_id)
    if client is not None:
        wanted = wanted.where(col(SourceRow.client_id) == client_id(client))
    if after is not None:
        wanted = wanted.where(tuple_(located_at, source_id) < after)
    wanted = wanted.order_by(located_at.desc(), source_id.desc()).limit(limit)
    return overviews(session, session.exec(wanted).all())


def overviews(session: Session, ids: Sequence[str]) -> list[SourceOverview]:
    """These sources, in the same order; as many statements for fifty as for one."""
    sources = sources_of(session, ids)
    words = _word_counts(session, ids)
    detections = _newest_detections(session, ids)
    moments = _counted(session, DetectionMomentRow, list(detections.values()))
    rejections = _counted(session, RejectionRow, list(detections.values()))
    clips = _clip_counts(session, ids)
    overviews = []
    for source_id in ids:
        detection, (source, located_at) = detections.get(source_id), sources[source_id]
        overviews.append(
            SourceOverview(
                source=source,
                located_at=located_at,
                words=words.get(source_id),
                moments=None if detection is None else moments.get(detection, 0),
                rejections=rejections.get(detection or "", 0),
                ready=clips.get((source_id, ClipState.READY.value), 0),
                held=clips.get((source_id, ClipState.HELD.value), 0),
                failed=clips.get((source_id, ClipState.FAILED_PROOF.value), 0),
            )
        )
    return overviews


def _word_counts(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Of the newest transcript: the last one of a source wins in the dict."""
    return dict(
        session.exec(
            select(TranscriptRow.source_id, TranscriptRow.word_count)
            .where(col(TranscriptRow.source_id).in_(ids))
            .order_by(col(TranscriptRow.saved_at))
        ).all()
    )


def _newest_detections(session: Session, ids: Sequence[str]) -> dict[str, str]:
    return dict(
        session.exec(
            select(DetectionRow.source_id, DetectionRow.detection_id)
            .where(col(DetectionRow.source_id).in_(ids), DetectionRow.detector != VARIATION)
            .order_by(col(DetectionRow.saved_at))
        ).all()
    )


def _counted(
    session: Session, table: type[DetectionMomentRow | RejectionRow], detections: list[str]
) -> dict[str, int]:
    return dict(
        session.exec(
            select(table.detection_id, func.count())
            .where(col(table.detection_id).in_(detections))
            .group_by(table.detection_id)
        ).all()
    )


def _clip_counts(session: Session, ids: Sequence[str]) -> dict[tuple[str, str], int]:
    rows = session.exec(
        select(ClipRow.source_id, ClipRow.state, func.count())
        .where(col(ClipRow.source_id).in_(ids))
        .group_by(ClipRow.source_id, ClipRow.state)
    ).all()
    return {(source_id, state): count for source_id, state, count in rows}
