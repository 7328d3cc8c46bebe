"""A clip with what it was cut from, as values: no row and no session leaves whoever asks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Hold, Moment, Release, RenderedClip, SourceVideo, unsettled


@dataclass(frozen=True)
class ClipCard:
    """A clip with what it was cut from; ``moment`` is None when its detection was replaced."""

    clip: RenderedClip
    source: SourceVideo
    moment: Moment | None
    releases: tuple[Release, ...] = ()

    @property
    def waits_for(self) -> tuple[Hold, ...]:
        """What nobody has agreed to yet."""
        return () if self.moment is None else unsettled(self.moment.holds, self.releases)

    @property
    def hook(self) -> str:
        """The line that sells the clip."""
        if self.clip.plan.hook is not None:
            return self.clip.plan.hook.text
        if self.moment is None:
            return self.clip.clip_id
        return self.moment.hook or self.moment.title

    @property
    def score(self) -> int | None:
        """0..100, None when it is not known any more."""
        return None if self.moment is None else self.moment.score


def card(session: Session, clip_id: str) -> ClipCard | None:
    """The clip with that id, None when there is none."""
    try:
        clip = queries.clips.get_clip(session, clip_id)
    except Rejected:
        return None
    source = queries.sources.get_source(session, clip.source_id)
    releases = queries.releases.releases_of(session, clip.moment_id)
    return ClipCard(clip, source, _moment(session, clip.moment_id), releases)


def _moment(session: Session, moment_id: str) -> Moment | None:
    try:
        return queries.detections.get_moment(session, moment_id)[1]
    except Rejected:
        return None
