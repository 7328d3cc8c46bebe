"""Posts as the pages list them: one statement a page, whatever there is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Select,
    String,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlmodel import Session, col

from clipping.db.columns import UtcTime
from clipping.db.queries.clients import client_id
from clipping.db.queries.naming import called
from clipping.db.tables import AccountRow, ClientRow, ClipRow, MomentRow, PostRow
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
    wanted = select(*_COLUMNS)
    if choice.client is not None:
        wanted = wanted.where(col(PostRow.client_id) == client_id(choice.client))
    if choice.account_id is not None:
        wanted = wanted.where(col(PostRow.account_id) == choice.account_id)
    if after is not None:
        at, post_id = after
        key = tuple_(literal(at, UtcTime), literal(post_id, String))
        wanted = wanted.where(tuple_(col(PostRow.due_at), col(PostRow.post_id)) < key)
    return _filled(
        session, _page(wanted, choice.states, most, latest_first=True), latest_first=True
    )


def posts_between(
    session: Session, account_ids: Sequence[str], since: datetime, until: datetime
) -> list[PostLine]:
    """All posts of these accounts that are due between the two times, in their order."""
    if not account_ids:
        return []
    wanted = select(*_COLUMNS).where(
        col(PostRow.account_id).in_(account_ids),
        col(PostRow.due_at) >= since,
        col(PostRow.due_at) < until,
        col(PostRow.state) != PostState.CANCELLED.value,
    )
    return _filled(session, wanted.subquery("page"))


def next_posts(session: Session, since: datetime, until: datetime, most: int) -> list[PostLine]:
    """What goes out first from then on; what is on its way, or held until its time, included."""
    wanted = select(*_COLUMNS).where(col(PostRow.due_at) >= since, col(PostRow.due_at) < until)
    return _filled(session, _page(wanted, QUEUED, most))


def _page(
    wanted: Select[Any],
    states: Sequence[PostState],
    most: int,
    *,
    latest_first: bool = False,
) -> Any:
    """The first so many of these posts, before anything is looked up for them.

    Of each state so many by an index that has them in their order; else all there are of these
    states would be sorted.
    """
    order = _ordered(PostRow.due_at, PostRow.post_id, latest_first)
    if not states:
        return wanted.order_by(*order).limit(most).subquery("page")
    each = [
        wanted.where(col(PostRow.state) == state.value)
        .order_by(*order)
        .limit(most)
        .subquery(state.value)
        for state in states
    ]
    every = union_all(*(select(one) for one in each)).subquery("every")
    again = _ordered(every.c.due_at, every.c.post_id, latest_first)
    return select(every).order_by(*again).limit(most).subquery("page")


def _ordered(due_at: Any, post_id: Any, latest_first: bool) -> list[Any]:
    return [due_at.desc(), post_id.desc()] if latest_first else [due_at, post_id]


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


_COLUMNS: Final[tuple[Any, ...]] = (
    col(PostRow.post_id),
    col(PostRow.client_id),
    col(PostRow.account_id),
    col(PostRow.platform),
    col(PostRow.clip_id),
    col(PostRow.moment_id),
    col(PostRow.state),
    col(PostRow.stage),
    col(PostRow.due_at),
    col(PostRow.posted_at),
    col(PostRow.next_at).is_not(None).label("goes_on"),
    func.coalesce(col(PostRow.failure)["kind"].as_string(), "").label("failure"),
    _told().label("told"),
)


def _filled(session: Session, page: Any, *, latest_first: bool = False) -> list[PostLine]:
    """The lines of a page, with what is said of their clients, accounts and clips."""
    wanted = (
        select(
            page.c.post_id,
            col(ClientRow.name),
            page.c.account_id,
            col(AccountRow.handle),
            page.c.platform,
            col(AccountRow.timezone),
            page.c.clip_id,
            called(col(ClipRow.plan)),
            *(page.c[name] for name in ("state", "stage", "due_at", "posted_at", "goes_on")),
            page.c.failure,
            page.c.told,
        )
        .select_from(page)
        .join(ClientRow, col(ClientRow.client_id) == page.c.client_id)
        .join(AccountRow, col(AccountRow.account_id) == page.c.account_id)
        .join(MomentRow, col(MomentRow.moment_id) == page.c.moment_id)
        # Not every clip whose posts somebody may see is shown to them.
        .outerjoin(ClipRow, col(ClipRow.clip_id) == page.c.clip_id)
        .order_by(*_ordered(page.c.due_at, page.c.post_id, latest_first))
    )
    return [_line(*row) for row in session.execute(wanted).all()]


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
