"""What a client's own people see: their clips, what was decided, and where each goes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.queries.naming import called
from clipping.db.queries.verdicts import VERDICT, verdict_of
from clipping.db.tables import (
    AccountRow,
    ClientRow,
    ClipRow,
    DraftRow,
    MomentRow,
    PostRow,
    SourceRow,
    VerdictRow,
)
from clipping.models import ClipState, EditorialPolicy, PlatformName, PostState, Verdict

ClipKey = tuple[datetime, str]
COMING = (
    PostState.PLANNED,
    PostState.RESERVED,
    PostState.SUBMITTING,
    PostState.PROCESSING,
    PostState.UNKNOWN,
    PostState.HELD,
)
"""Of these a clip is to be posted, as far as anybody outside has to know."""


@dataclass(frozen=True)
class OwnClip:
    """A clip without anything that only its makers need."""

    clip_id: str
    client: str
    hook: str
    file_name: str
    duration_ms: int
    made_at: datetime
    held: bool
    """Whether one of us has to look at it first."""
    wants_approval: bool
    verdict: Verdict | None
    replaced: bool = False
    """Whether another version of it is there in its place."""

    @property
    def key(self) -> ClipKey:
        """Where the page after this clip begins."""
        return self.made_at, self.clip_id


@dataclass(frozen=True)
class OwnPost:
    """Where a clip is posted, or will be."""

    clip_id: str
    platform: PlatformName
    handle: str
    timezone: str
    at: datetime
    """When it went out, or is due."""
    is_posted: bool
    url: str


@dataclass(frozen=True)
class Posted:
    """So many posts of a day on a platform."""

    day: date
    platform: PlatformName
    posts: int


def own_clips(
    session: Session,
    limit: int,
    client: str | None = None,
    after: ClipKey | None = None,
    clip_id: str | None = None,
) -> list[OwnClip]:
    """Finished clips, the newest first.

    :param after: Only those behind this one.
    :param clip_id: Only this one.
    """
    made_at, known_as = col(ClipRow.rendered_at), col(ClipRow.clip_id)
    wants = func.coalesce(
        col(ClientRow.editorial_policy)["approval"].as_string(), EditorialPolicy().approval
    )
    wanted = (
        select(
            known_as,
            col(ClientRow.name),
            func.coalesce(called(col(ClipRow.plan)), ""),
            col(SourceRow.file_name),
            func.coalesce(col(MomentRow.end_ms) - col(MomentRow.start_ms), 0),
            made_at,
            col(ClipRow.state) == ClipState.HELD.value,
            wants == "required",
            col(ClipRow.superseded_by).is_not(None),
            *VERDICT,
        )
        .join(ClientRow, col(ClientRow.client_id) == col(ClipRow.client_id))
        .join(SourceRow, col(SourceRow.source_id) == col(ClipRow.source_id))
        .outerjoin(MomentRow, col(MomentRow.moment_id) == col(ClipRow.moment_id))
        .outerjoin(VerdictRow, col(VerdictRow.clip_id) == known_as)
        .where(col(ClipRow.state) != ClipState.FAILED_PROOF.value)
        .order_by(made_at.desc(), known_as.desc())
        .limit(limit)
    )
    if client is not None:
        wanted = wanted.where(col(ClipRow.client_id) == client_id(client))
    if clip_id is not None:
        wanted = wanted.where(known_as == clip_id)
    if after is not None:
        wanted = wanted.where(
            or_(made_at < after[0], and_(made_at == after[0], known_as < after[1]))
        )
    return [_own_clip(*row) for row in session.execute(wanted).all()]


def _own_clip(
    clip_id: str,
    client: str,
    hook: str,
    file_name: str,
    duration_ms: int,
    made_at: datetime,
    held: bool,
    wants_approval: bool,
    replaced: bool,
    *verdict: Any,
) -> OwnClip:
    decided = verdict_of(clip_id, *verdict)
    return OwnClip(
        clip_id,
        client,
        hook,
        file_name,
        duration_ms,
        made_at,
        held,
        wants_approval,
        decided,
        replaced,
    )


def own_posts(session: Session, clip_ids: Collection[str]) -> list[OwnPost]:
    """Where these clips are public, or will be; in the order of their times."""
    at = func.coalesce(col(PostRow.posted_at), col(PostRow.due_at))
    posted = col(PostRow.state) == PostState.POSTED.value
    rows = session.execute(
        select(
            col(PostRow.clip_id),
            col(PostRow.platform),
            col(AccountRow.handle),
            col(AccountRow.timezone),
            at,
            posted,
            func.coalesce(col(PostRow.receipt)["url"].as_string(), ""),
        )
        .join(AccountRow, col(AccountRow.account_id) == col(PostRow.account_id))
        .where(
            col(PostRow.clip_id).in_(clip_ids),
            or_(
                and_(posted, col(PostRow.gone) == ""),
                col(PostRow.state).in_([state.value for state in COMING]),
            ),
        )
        .order_by(at)
    )
    return [OwnPost(row[0], PlatformName(row[1]), *row[2:]) for row in rows]


def caption_of(session: Session, clip_id: str) -> str:
    """What is written beside a clip; empty where nothing is yet."""
    found = session.execute(
        select(col(DraftRow.draft)["caption"].as_string())
        .join(ClipRow, col(ClipRow.moment_id) == col(DraftRow.moment_id))
        .where(col(ClipRow.clip_id) == clip_id)
        .limit(1)
    ).first()
    return str(found[0] or "") if found else ""


def posted_by_day(
    session: Session, since: datetime, until: datetime, client: str | None = None
) -> list[Posted]:
    """How many posts went out, by day in UTC and platform."""
    day = func.date(func.timezone("UTC", col(PostRow.posted_at)))
    wanted = select(day, col(PostRow.platform), func.count()).where(
        col(PostRow.state) == PostState.POSTED.value,
        col(PostRow.posted_at) >= since,
        col(PostRow.posted_at) < until,
    )
    if client is not None:
        wanted = wanted.where(col(PostRow.client_id) == client_id(client))
    rows = session.execute(wanted.group_by(day, col(PostRow.platform)))
    return [Posted(row[0], PlatformName(row[1]), int(row[2])) for row in rows]


def coming_posts(
    session: Session, now: datetime, within: timedelta, client: str | None = None
) -> int:
    """How many posts are due within a time from now."""
    wanted = select(func.count()).where(
        col(PostRow.state).in_([state.value for state in COMING]),
        col(PostRow.due_at) >= now,
        col(PostRow.due_at) < now + within,
    )
    if client is not None:
        wanted = wanted.where(col(PostRow.client_id) == client_id(client))
    return int(session.execute(wanted).scalar_one())
