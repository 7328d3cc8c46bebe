"""Posts as the pages list them: one statement a page, whatever there is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, String, and_, case, func, literal, or_, select, tuple_
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.tables import AccountRow, ClientRow, MomentRow, PostRow
from clipping.models import PlatformName, PostState, Stage

QUEUED: Final = (PostState.RESERVED, PostState.SUBMITTING, PostState.HELD)
"""What is still to go out."""


@dataclass(frozen=True)
class PostLine:
    """A post with what is said of it in one line."""

    post_id: str
    client: str
    account_id: str
    handle: str
    platform: PlatformName
    timezone: str
    clip_id: str
    title: str
    state: PostState
    stage: Stage
    due_at: datetime
    posted_at: datetime | None
    goes_on: bool
    """Whether it is looked at again by itself; else it is over, or waits for a person."""
    failure: str
    """The kind of what went wrong; empty where no platform was asked."""
    told: str
    """Why it stands so, one sentence; empty where there is nothing to say."""

    @property
    def key(self) -> PostKey:
        """Where the page after this line begins."""
        return self.due_at, self.post_id


PostKey = tuple[datetime, str]


@dataclass(frozen=True)
class PostChoice:
    """Which posts are listed."""

    client: str | None = None
    account_id: str | None = None
    states: tuple[PostState, ...] = ()
    """All without one."""


def post_page(
    session: Session, choice: PostChoice, most: int, after: PostKey | None = None
) -> list[PostLine]:
    """The latest posts first; ``after`` is the key of the last line of the page before."""
    wanted = _lines().order_by(col(PostRow.due_at).desc(), col(PostRow.post_id).desc()).limit(most)
    if choice.client is not None:
        wanted = wanted.where(col(PostRow.client_id) == client_id(choice.client))
    if choice.account_id is not None:
        wanted = wanted.where(col(PostRow.account_id) == choice.account_id)
    if choice.states:
        wanted = wanted.where(col(PostRow.state).in_([one.value for one in choice.states]))
    if after is not None:
        key = tuple_(col(PostRow.due_at), col(PostRow.post_id))
        at, post_id = after
        wanted = wanted.where(
            # Told apart from the second part, so that an index is entered at the right place.
            col(PostRow.due_at) <= at,
            key < tuple_(literal(at, PostRow.due_at.type), literal(post_id, String)),  # type: ignore[attr-defined]
        )
    return [_line(*row) for row in session.execute(wanted).all()]


def posts_between(
    session: Session, account_ids: Sequence[str], since: datetime, until: datetime
) -> list[PostLine]:
    """All posts of these accounts that are due between the two times, in their order."""
    if not account_ids:
        return []
    wanted = (
        _lines()
        .where(
            col(PostRow.account_id).in_(account_ids),
            col(PostRow.due_at) >= since,
            col(PostRow.due_at) < until,
            col(PostRow.state) != PostState.CANCELLED.value,
        )
        .order_by(col(PostRow.due_at), col(PostRow.post_id))
    )
    return [_line(*row) for row in session.execute(wanted).all()]


def next_posts(session: Session, since: datetime, until: datetime, most: int) -> list[PostLine]:
    """What goes out first from then on; what is on its way, or held until its time, included."""
    wanted = (
        _lines()
        .where(
            col(PostRow.state).in_([state.value for state in QUEUED]),
            col(PostRow.due_at) >= since,
            col(PostRow.due_at) < until,
        )
        .order_by(col(PostRow.due_at), col(PostRow.post_id))
        .limit(most)
    )
    return [_line(*row) for row in session.execute(wanted).all()]


@dataclass(frozen=True)
class PostCount:
    """So many posts of a client are in a state that a person has to look at."""

    client: str
    state: PostState
    stage: Stage
    told: str
    count: int
    first: datetime
    """When the earliest of them was due."""
    post_id: str
    """Of one of them, as the other two."""
    platform: PlatformName
    handle: str


def troubled_posts(session: Session, since: datetime, most: int) -> list[PostCount]:
    """What nobody but a person can settle, alike ones together: the most unsure first.

    :param since: Of what has failed, from then on; the rest whenever it was due.
    """
    told = _told()
    state, stage = col(PostRow.state), col(PostRow.stage)
    unsettled = or_(
        state == PostState.UNKNOWN.value,
        and_(state == PostState.FAILED.value, col(PostRow.due_at) >= since),
        and_(
            state.in_([PostState.HELD.value, PostState.PROCESSING.value]),
            col(PostRow.next_at).is_(None),
        ),
    )
    first = func.min(col(PostRow.due_at))
    wanted = (
        select(
            col(ClientRow.name),
            state,
            stage,
            told,
            func.count(),
            first,
            func.min(col(PostRow.post_id)),
            func.min(col(PostRow.platform)),
            func.min(col(AccountRow.handle)),
        )
        .join(ClientRow, col(ClientRow.client_id) == col(PostRow.client_id))
        .join(AccountRow, col(AccountRow.account_id) == col(PostRow.account_id))
        .where(
            # First by what the index holds.
            state.in_([one.value for one in _UNSETTLED]),
            unsettled,
        )
        .group_by(col(ClientRow.name), state, stage, told)
        .order_by(
            case({one.value: place for place, one in enumerate(_UNSETTLED)}, value=state), first
        )
        .limit(most)
    )
    return [
        PostCount(
            client, PostState(now), Stage(far), said, count, at, post_id, PlatformName(where), who
        )
        for client, now, far, said, count, at, post_id, where, who in session.execute(wanted).all()
    ]


_UNSETTLED: Final = (
    PostState.UNKNOWN,
    PostState.FAILED,
    PostState.PROCESSING,
    PostState.HELD,
)


def _told() -> Any:
    """Why a post stands so: in the words of its platform, else in ours."""
    return func.coalesce(
        func.nullif(col(PostRow.gone), ""),
        col(PostRow.failure)["sentence"].as_string(),
        col(PostRow.note),
    )


def _lines() -> Select[*tuple[Any, ...]]:
    title = func.coalesce(func.nullif(col(MomentRow.title), ""), col(MomentRow.hook))
    return (
        select(
            col(PostRow.post_id),
            col(ClientRow.name),
            col(PostRow.account_id),
            col(AccountRow.handle),
            col(PostRow.platform),
            col(AccountRow.timezone),
            col(PostRow.clip_id),
            title,
            col(PostRow.state),
            col(PostRow.stage),
            col(PostRow.due_at),
            col(PostRow.posted_at),
            col(PostRow.next_at).is_not(None),
            func.coalesce(col(PostRow.failure)["kind"].as_string(), ""),
            _told(),
        )
        .join(ClientRow, col(ClientRow.client_id) == col(PostRow.client_id))
        .join(AccountRow, col(AccountRow.account_id) == col(PostRow.account_id))
        .join(MomentRow, col(MomentRow.moment_id) == col(PostRow.moment_id))
    )


def _line(
    post_id: str,
    client: str,
    account_id: str,
    handle: str,
    platform: str,
    timezone: str,
    clip_id: str,
    title: str,
    state: str,
    stage: str,
    due_at: datetime,
    posted_at: datetime | None,
    goes_on: bool,
    failure: str,
    told: str,
) -> PostLine:
    return PostLine(
        post_id,
        client,
        account_id,
        handle,
        PlatformName(platform),
        timezone,
        clip_id,
        title,
        PostState(state),
        Stage(stage),
        due_at,
        posted_at,
        goes_on,
        failure,
        told or "",
    )


def states_of(states: Collection[str]) -> tuple[PostState, ...]:
    """The states of these names; others are left out, since names come from addresses."""
    return tuple(state for state in PostState if state.value in states)
