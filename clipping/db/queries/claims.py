"""Which posts are due, and whose they are: each is claimed by one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from clipping.db.queries.posts import clients_of, post_of_row
from clipping.db.tables import AccountRow, PostRow
from clipping.errors import NeedsPerson
from clipping.models import PlatformName, Post, PostingMethod, PostState, Stage
from clipping.vault import Vault

CLAIMABLE = (
    PostState.RESERVED,
    PostState.SUBMITTING,
    PostState.PROCESSING,
    PostState.UNKNOWN,
    PostState.HELD,
)

OTHERS_FIRST: Final = timedelta(minutes=2)
"""For so long posts are left to whoever opens their accounts."""


def database_time(session: Session) -> datetime:
    """What time it is for the database, and so for all that share it."""
    said: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return said


def due_stages(
    session: Session, now: datetime, platforms: Collection[PlatformName] | None = None
) -> set[Stage]:
    """How far posts have come that are due and that nobody is at; of all platforms, or of some."""
    wanted = (*_is_due(now), *_on(platforms))
    found = session.exec(select(PostRow.stage).where(*wanted).distinct())
    return {Stage(stage) for stage in found}


def due_accounts(
    session: Session, now: datetime, platforms: Collection[PlatformName] | None = None
) -> dict[str, PostingMethod]:
    """The accounts of posts that are due and that nobody is at, and how each is posted to."""
    found = session.exec(
        select(AccountRow.account_id, AccountRow.method)
        .join(PostRow, col(PostRow.account_id) == col(AccountRow.account_id))
        .where(*_is_due(now), *_on(platforms))
        .distinct()
    )
    return {account_id: PostingMethod(method) for account_id, method in found}


def _is_due(now: datetime) -> tuple[Any, ...]:
    return (
        col(PostRow.next_at) <= now,
        col(PostRow.state).in_([state.value for state in CLAIMABLE]),
        or_(col(PostRow.lease_until).is_(None), col(PostRow.lease_until) < now),
    )


def _on(platforms: Collection[PlatformName] | None) -> tuple[Any, ...]:
    if platforms is None:
        return ()
    return (col(PostRow.platform).in_([platform.value for platform in platforms]),)


def _left(account_ids: Collection[str], now: datetime) -> tuple[Any, ...]:
    if not account_ids:
        return ()
    free_since = func.greatest(PostRow.next_at, PostRow.lease_until)
    return (or_(col(PostRow.account_id).not_in(account_ids), free_since <= now - OTHERS_FIRST),)


def next_due_at(session: Session) -> datetime | None:
    """When the next post is due, or its lease ends; None while no post waits for its time."""
    found: datetime | None = session.exec(
        select(func.min(func.greatest(PostRow.next_at, PostRow.lease_until))).where(
            col(PostRow.next_at).is_not(None),
            col(PostRow.state).in_([state.value for state in CLAIMABLE]),
        )
    ).one()
    return found


def wake_left(session: Session, now: datetime) -> None:
    """Posts that wait for somebody and that nothing looks at any more are due.

    Earlier versions left packages so: whoever takes one up reminds of it, or ends the waiting.
    """
    session.execute(
        update(PostRow)
        .where(
            col(PostRow.state) == PostState.PROCESSING.value,
            col(PostRow.next_at).is_(None),
        )
        .values(next_at=now)
    )


def claim_posts(
    session: Session,
    open_vault: Callable[[], Vault],
    who: str,
    now: datetime,
    lease: timedelta,
    *,
    most: int,
    stages: Collection[Stage] = tuple(Stage),
    platforms: Collection[PlatformName] | None = None,
    unreadable: Callable[[Post, NeedsPerson], None] | None = None,
    locked: Collection[str] = (),
) -> list[Post]:
    """Posts that are due and that nobody is at, the longest due first; they are ``who``'s now.

    :param open_vault: Called when there are any: who posts nothing needs none. It may be one that
        has no key, as only a handle needs that.
    :param stages: Only those that have come so far.
    :param platforms: Only those on these; on all unless given.
    :param unreadable: Told of each that no key of the vault opens, without its handle; the others
        are claimed all the same. Without it such a one is an error.
    :param locked: Accounts that the vault does not open. Their posts are claimed only once nobody
        else has taken them for :data:`OTHERS_FIRST`.
    """
    due = (
        select(PostRow.post_id)
        .where(
            *_is_due(now),
            *_on(platforms),
            *_left(locked, now),
            col(PostRow.stage).in_([stage.value for stage in stages]),
        )
        .order_by(col(PostRow.next_at), col(PostRow.post_id))
        .limit(most)
        .with_for_update(skip_locked=True)
        # Chosen once: of a subquery Postgres may choose anew for each row, in all more than most.
        .cte("due")
        .prefix_with("MATERIALIZED")
    )
    claimed = list(
        session.execute(
            update(PostRow)
            .where(col(PostRow.post_id).in_(select(due.c.post_id)))
            .values(leased_by=who, lease_until=now + lease)
            .returning(PostRow)
            .execution_options(synchronize_session=False)
        ).scalars()
    )
    if not claimed:
        return []
    vault, names, found = open_vault(), clients_of(session, claimed), []
    for row in claimed:
        try:
            found.append(post_of_row(row, names[row.client_id], vault))
        except NeedsPerson as error:
            if unreadable is None:
                raise
            unreadable(post_of_row(row, names[row.client_id], None), error)
    return sorted(found, key=lambda post: post.next_at or now)


def extend_leases(session: Session, who: str, post_ids: Collection[str], until: datetime) -> None:
    """Whoever is still alive keeps those of these posts that it has."""
    session.execute(
        update(PostRow)
        .where(col(PostRow.leased_by) == who, col(PostRow.post_id).in_(post_ids))
        .values(lease_until=until)
    )
