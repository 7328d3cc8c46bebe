"""Clips that a person has to look at before they are posted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, func, not_, or_, select
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.queries.releases import releases_of
from clipping.db.queries.verdicts import is_approved
from clipping.db.tables import ClientRow, ClipRow, MomentRow, PostRow, VerdictRow
from clipping.models import ClipState, Hold, PostState, unsettled


@dataclass(frozen=True)
class WaitingClip:
    """A clip that nobody has approved whose client wants that, or that is held."""

    clip_id: str
    client: str
    score: int
    hook: str
    """Of its moment without one: the title."""
    video_key: str
    holds: tuple[Hold, ...]
    """What somebody has to agree to before; empty where only approval is wanted."""


OUT: Final = (PostState.POSTED, PostState.PROCESSING, PostState.UNKNOWN)
TO_COME: Final = (
    PostState.PLANNED,
    PostState.RESERVED,
    PostState.SUBMITTING,
    PostState.HELD,
)


def has_post(states: Collection[PostState]) -> Any:
    """Whether the clip has a post that stands so."""
    return (
        select(col(PostRow.post_id))
        .where(
            col(PostRow.clip_id) == col(ClipRow.clip_id),
            col(PostRow.state).in_([state.value for state in states]),
        )
        .exists()
    )


def waiting_clips(session: Session, client: str | None, most: int) -> list[WaitingClip]:
    """Clips that passed their proof and wait for a person, of one client or of all.

    By clients, of each the best first. Those that somebody has rejected wait for nobody, nor do
    those that are out by now, or may be, unless another post of them is to come.
    """
    unseen = and_(
        col(ClipRow.state) == ClipState.READY.value,
        func.coalesce(is_approved(), False).is_(False),
        or_(not_(has_post(OUT)), has_post(TO_COME)),
    )
    wanted = (
        select(
            col(ClipRow.clip_id),
            col(ClientRow.name),
            col(ClipRow.video_key),
            col(ClipRow.state),
            col(ClipRow.plan)["hook"]["text"].as_string(),
            MomentRow,
        )
        .join(ClientRow, col(ClientRow.client_id) == col(ClipRow.client_id))
        .join(MomentRow, col(MomentRow.moment_id) == col(ClipRow.moment_id))
        .join(VerdictRow, col(VerdictRow.clip_id) == col(ClipRow.clip_id), isouter=True)
        .where(
            col(VerdictRow.decision).is_(None),
            or_(col(ClipRow.state) == ClipState.HELD.value, unseen),
        )
        .order_by(col(ClientRow.name), col(MomentRow.score).desc(), col(ClipRow.clip_id))
        .limit(most)
    )
    if client is not None:
        wanted = wanted.where(col(ClipRow.client_id) == client_id(client))
    found = []
    for clip_id, name, video_key, state, hook, moment in session.execute(wanted).all():
        holds: tuple[Hold, ...] = ()
        if state == ClipState.HELD.value:
            known = tuple(Hold.model_validate(one) for one in moment.holds)
            holds = unsettled(known, releases_of(session, moment.moment_id))
        found.append(
            WaitingClip(clip_id, name, moment.score, hook or moment.title, video_key, holds)
        )
    return found
