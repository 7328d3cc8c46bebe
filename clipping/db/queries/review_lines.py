"""The queue of clips that a person has to look at, the best first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select, true
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.queries.naming import called
from clipping.db.queries.waiting import OUT, TO_COME, has_post
from clipping.db.tables import AccountRow, ClientRow, ClipRow, MomentRow
from clipping.models import ClipState, EditorialPolicy, PlatformName


class WaitsFor(StrEnum):
    """What a clip needs of a person."""

    APPROVAL = "approval"
    RELEASE = "release"


@dataclass(frozen=True)
class ReviewChoice:
    """Which clips are gone through."""

    client: str | None = None
    waits_for: WaitsFor = WaitsFor.APPROVAL


ReviewKey = tuple[str, int, str]
"""Client, score, clip: behind it a page begins."""


@dataclass(frozen=True)
class ReviewLine:
    """A clip in the queue."""

    clip_id: str
    client: str
    score: int
    hook: str
    """What it shows; of one without, its title."""
    reason: str
    seconds: float
    rendered_at: datetime

    @property
    def key(self) -> ReviewKey:
        """Its place."""
        return self.client, self.score, self.clip_id


def waiting_page(
    session: Session, choice: ReviewChoice, most: int, after: ReviewKey | None = None
) -> list[ReviewLine]:
    """By clients, of each the best first; behind ``after`` where it is given.

    Those that somebody has decided about wait for nobody, nor do those that are out by now, or may
    be, unless another post of them is to come.
    """
    found = _waiting(choice, after, most).lateral("waiting")
    span = found.c.plan["span"]
    wanted = (
        select(
            found.c.clip_id,
            col(ClientRow.name),
            found.c.score,
            called(found.c.plan),
            col(MomentRow.reason),
            (span["end_ms"].as_integer() - span["start_ms"].as_integer()) / 1000.0,
            found.c.rendered_at,
        )
        .select_from(ClientRow)
        .join(found, true())
        .join(MomentRow, col(MomentRow.moment_id) == found.c.moment_id)
        .where(*_clients(choice, after))
        .order_by(col(ClientRow.name), found.c.score.desc(), found.c.clip_id)
        .limit(most)
    )
    return [
        ReviewLine(clip_id, client, score, hook, reason, float(seconds), at)
        for clip_id, client, score, hook, reason, seconds, at in session.execute(wanted).all()
    ]


def count_waiting(session: Session, choice: ReviewChoice, most: int) -> int:
    """How many there are, ``most`` of each client at most."""
    found = _waiting(choice, None, most).lateral("waiting")
    wanted = (
        select(func.count())
        .select_from(ClientRow)
        .join(found, true())
        .where(*_clients(choice, None))
    )
    return int(session.execute(wanted).scalar_one())


def _waiting(choice: ReviewChoice, after: ReviewKey | None, most: int) -> Select[Any]:
    """Of one client of the statement around it, in the order of ``ix_clips_waiting``."""
    score, clip = col(ClipRow.score), col(ClipRow.clip_id)
    state = ClipState.HELD if choice.waits_for is WaitsFor.RELEASE else ClipState.READY
    wanted = select(
        clip, score, col(ClipRow.moment_id), col(ClipRow.rendered_at), col(ClipRow.plan)
    ).where(
        col(ClipRow.client_id) == col(ClientRow.client_id),
        col(ClipRow.state) == state.value,
        ~cast(Any, ClipRow.decided),
    )
    if choice.waits_for is WaitsFor.APPROVAL:
        wanted = wanted.where(_is_to_come())
    if after is not None:
        name, points, clip_id = after
        begun = col(ClientRow.name) == name
        wanted = wanted.where(
            # The first of both is where the index is entered.
            score <= case((begun, literal(points)), else_=literal(100)),
            or_(not_(begun), score < points, and_(score == points, clip > clip_id)),
        )
    return wanted.order_by(score.desc(), clip).limit(most).correlate(ClientRow)


def _is_to_come() -> ColumnElement[bool]:
    return or_(not_(has_post(OUT)), has_post(TO_COME))


def _wants_approval() -> ColumnElement[bool]:
    wants = col(ClientRow.editorial_policy)["approval"].as_string()
    return func.coalesce(wants, EditorialPolicy().approval) != "not_needed"


def _clients(choice: ReviewChoice, after: ReviewKey | None) -> list[ColumnElement[Any]]:
    conditions: list[ColumnElement[Any]] = []
    if choice.client is not None:
        conditions.append(col(ClientRow.client_id) == client_id(choice.client))
    if choice.waits_for is WaitsFor.APPROVAL:
        conditions.append(_wants_approval())
    if after is not None:
        conditions.append(col(ClientRow.name) >= after[0])
    return conditions


@dataclass(frozen=True)
class Waiting:
    """A clip of the queue, as it is led to."""

    clip_id: str
    client: str
    waits_for: WaitsFor


def waiting_of(session: Session, clip_id: str) -> Waiting | None:
    """What a clip waits for; None where it is not in the queue."""
    found = session.execute(_queued().where(col(ClipRow.clip_id) == clip_id)).first()
    return None if found is None else _as_waiting(*found)


def waiting_of_sources(session: Session, source_ids: Collection[str]) -> dict[str, Waiting]:
    """Of each of these sources the best clip that waits, those to approve first."""
    source = col(ClipRow.source_id)
    rows = session.execute(
        _queued()
        .add_columns(source)
        .where(source.in_(source_ids))
        .distinct(source)
        # Of the two states what is ready comes last by its name.
        .order_by(
            source, col(ClipRow.state).desc(), col(ClipRow.score).desc(), col(ClipRow.clip_id)
        )
    )
    return {source_id: _as_waiting(*row) for *row, source_id in rows}


def _queued() -> Select[Any]:
    """All that :func:`waiting_page` lists, for either choice."""
    to_approve = and_(col(ClipRow.state) == ClipState.READY.value, _wants_approval(), _is_to_come())
    return (
        select(col(ClipRow.clip_id), col(ClientRow.name), col(ClipRow.state))
        .join(ClientRow, col(ClientRow.client_id) == col(ClipRow.client_id))
        .where(
            ~cast(Any, ClipRow.decided),
            or_(col(ClipRow.state) == ClipState.HELD.value, to_approve),
        )
    )


def _as_waiting(clip_id: str, client: str, state: str) -> Waiting:
    held = state == ClipState.HELD.value
    return Waiting(clip_id, client, WaitsFor.RELEASE if held else WaitsFor.APPROVAL)


def platforms_of(session: Session, client: str) -> list[PlatformName]:
    """Where a client has accounts."""
    found = session.execute(
        select(col(AccountRow.platform))
        .where(col(AccountRow.client_id) == client_id(client))
        .distinct()
    ).scalars()
    known = set(found)
    return [platform for platform in PlatformName if platform.value in known]
