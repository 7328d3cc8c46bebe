"""Accounts at a glance: how each stands, what it has posted and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Select,
    String,
    and_,
    column,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy import Text as PlainText
from sqlmodel import Session, col

from clipping.db.columns import UtcTime
from clipping.db.queries.accounts import account_of_row
from clipping.db.queries.clients import client_id
from clipping.db.queries.post_lines import QUEUED
from clipping.db.tables import AccountCheckRow, AccountRow, ClientRow, PostRow
from clipping.models import Account, AccountStatus, PlatformName, PostingMethod, PostState

_DAY: Final = timedelta(hours=24)
_LATE: Final = timedelta(hours=12)
"""So long after its time a post may still go out."""
_BY_TOKEN: Final = (PostingMethod.API.value, PostingMethod.INBOX.value)

AccountKey = tuple[str, str, str, str]


@dataclass(frozen=True)
class Opening:
    """How long we may post to an account."""

    ends_at: datetime | None
    """None where it has no date."""
    renewed: bool
    """Whether it is renewed by itself until then."""


@dataclass(frozen=True)
class AccountLine:
    """An account with what else a page shows of it; nothing secret."""

    account: Account
    opening: Opening | None
    """None where nothing opens it."""
    last_at: datetime | None
    """When its latest post became public."""
    next_at: datetime | None
    """When its next post is due."""
    posted: int
    """Posts of the last 24 hours."""
    why_not: tuple[str, ...]
    """What stood in its way when it was looked at last."""
    checked_at: datetime | None

    @property
    def key(self) -> AccountKey:
        """Where the page after this line begins."""
        one = self.account
        return one.client, one.platform.value, one.handle, one.account_id


@dataclass(frozen=True)
class AccountChoice:
    """Which accounts are listed."""

    client: str | None = None
    platform: PlatformName | None = None
    named: str = ""
    """A part of the handle, in any case."""
    troubled: bool = False
    """Only those that something is known to be in the way of."""
    account_id: str | None = None


def account_page(
    session: Session,
    choice: AccountChoice,
    now: datetime,
    most: int,
    after: AccountKey | None = None,
) -> list[AccountLine]:
    """Accounts in the order of their names; ``after`` is the key of the last one before."""
    shown = _chosen(choice, now, after).limit(most).cte("shown")
    page = select(shown).subquery()
    opening = _opening(select(func.array_agg(shown.c.account_id)).scalar_subquery())
    last, coming = _last(page.c.account_id), _next(page.c.account_id, now)
    lately = _lately(page.c.account_id, now)
    rows = session.execute(
        select(
            AccountRow,
            col(ClientRow.name),
            opening.c.account_id.is_not(None),
            opening.c.ends_at,
            opening.c.renewed,
            last.c.at,
            coming.c.at,
            lately.c.posts,
            col(AccountCheckRow.why_not),
            col(AccountCheckRow.checked_at),
        )
        .select_from(page)
        .join(AccountRow, col(AccountRow.account_id) == page.c.account_id)
        .join(ClientRow, col(ClientRow.client_id) == col(AccountRow.client_id))
        .join(
            AccountCheckRow,
            col(AccountCheckRow.account_id) == page.c.account_id,
            isouter=True,
        )
        .join(opening, opening.c.account_id == page.c.account_id, isouter=True)
        .join(last, true(), isouter=True)
        .join(coming, true(), isouter=True)
        .join(lately, true(), isouter=True)
        .order_by(*_ORDER)
    ).all()
    return [_line(*row) for row in rows]


@dataclass(frozen=True)
class AccountName:
    """What people call an account."""

    platform: PlatformName
    handle: str
    client: str


def account_names(session: Session, account_ids: Collection[str]) -> dict[str, AccountName]:
    """What people call these accounts, by their ids."""
    wanted = [one for one in account_ids if one]
    if not wanted:
        return {}
    rows = session.execute(
        select(
            col(AccountRow.account_id),
            col(AccountRow.platform),
            col(AccountRow.handle),
            col(ClientRow.name),
        )
        .join(ClientRow, col(ClientRow.client_id) == col(AccountRow.client_id))
        .where(col(AccountRow.account_id).in_(wanted))
    )
    return {
        one: AccountName(PlatformName(platform), handle, client)
        for one, platform, handle, client in rows
    }


_ORDER: Final = (
    col(ClientRow.name),
    col(AccountRow.platform),
    col(AccountRow.handle),
    col(AccountRow.account_id),
)


def _chosen(choice: AccountChoice, now: datetime, after: AccountKey | None) -> Select[Any]:
    wanted = (
        select(col(AccountRow.account_id))
        .join(ClientRow, col(ClientRow.client_id) == col(AccountRow.client_id))
        .order_by(*_ORDER)
    )
    if choice.client is not None:
        wanted = wanted.where(col(AccountRow.client_id) == client_id(choice.client))
    if choice.platform is not None:
        wanted = wanted.where(col(AccountRow.platform) == choice.platform.value)
    if choice.named:
        wanted = wanted.where(col(AccountRow.handle).icontains(choice.named, autoescape=True))
    if choice.account_id is not None:
        wanted = wanted.where(col(AccountRow.account_id) == choice.account_id)
    if after is not None:
        wanted = wanted.where(tuple_(*_ORDER) > tuple_(*(literal(part, String) for part in after)))
    if choice.troubled:
        every = _opening(null())
        opened = every.c.account_id == col(AccountRow.account_id)
        wanted = wanted.join(every, opened, isouter=True).where(_troubled(every.c, now))
    return wanted


def _opening(account_ids: Any) -> Any:
    """Until when these accounts are open; all of them without any."""
    return func.clipping.token_dates(account_ids).table_valued(
        column("account_id", PlainText), column("ends_at", UtcTime), column("renewed", Boolean)
    )


def _troubled(opening: Any, now: datetime) -> Any:
    checked = select(col(AccountCheckRow.account_id)).where(
        col(AccountCheckRow.account_id) == col(AccountRow.account_id),
        func.jsonb_array_length(col(AccountCheckRow.why_not)) > 0,
    )
    by_token = col(AccountRow.method).in_(_BY_TOKEN)
    return or_(
        col(AccountRow.status) != AccountStatus.ACTIVE.value,
        col(AccountRow.paused) != "",
        # A column of JSON: what is not there may be null in either of two ways.
        func.coalesce(func.jsonb_typeof(col(AccountRow.consent)), "null") == "null",
        and_(by_token, opening.account_id.is_(None)),
        and_(by_token, opening.ends_at <= now),
        checked.exists(),
    )


def _last(account_id: Any) -> Any:
    return (
        select(func.coalesce(col(PostRow.posted_at), col(PostRow.due_at)).label("at"))
        .where(
            col(PostRow.account_id) == account_id,
            col(PostRow.state) == PostState.POSTED.value,
        )
        .order_by(col(PostRow.due_at).desc())
        .limit(1)
        .lateral("last")
    )


def _next(account_id: Any, now: datetime) -> Any:
    return (
        select(col(PostRow.due_at).label("at"))
        .where(
            col(PostRow.account_id) == account_id,
            col(PostRow.state).in_([state.value for state in QUEUED]),
            col(PostRow.due_at) >= now - _LATE,
        )
        .order_by(col(PostRow.due_at))
        .limit(1)
        .lateral("coming")
    )


def _lately(account_id: Any, now: datetime) -> Any:
    return (
        select(func.count().label("posts"))
        .where(
            col(PostRow.account_id) == account_id,
            # What became public late counts from then on; the index knows when it was due.
            col(PostRow.due_at) >= now - _DAY - _LATE,
            col(PostRow.posted_at) >= now - _DAY,
        )
        .lateral("lately")
    )


def _line(
    row: AccountRow,
    client: str,
    opened: bool,
    ends_at: datetime | None,
    renewed: bool | None,
    last_at: datetime | None,
    next_at: datetime | None,
    posted: int,
    why_not: Sequence[str] | None,
    checked_at: datetime | None,
) -> AccountLine:
    return AccountLine(
        account_of_row(row, client),
        Opening(ends_at, bool(renewed)) if opened else None,
        last_at,
        next_at,
        posted,
        tuple(why_not or ()),
        checked_at,
    )
