"""Accounts, what their owners agreed to, and what happened to them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import func, literal, or_, update
from sqlmodel import Session, col, select

from clipping.db.columns import storable
from clipping.db.queries.clients import client_id, save_client
from clipping.db.queries.upsert import save_row
from clipping.db.tables import AccountEventRow, AccountRow, ClientRow
from clipping.errors import Rejected
from clipping.models import (
    Account,
    AccountEvent,
    AccountStatus,
    Disclosure,
    PlatformName,
    make_id,
)

_OURS = {"client_id", "proxy", "added_at"}
LOGGED_IN: Final = "logged in"
"""The kind of the event that an account's owner was seen to be logged in in its browser."""
_CHANGED_APART = ("status", "paused", "added_at")
"""By the functions that write an event as well."""


def account_id(client: str, platform: PlatformName, handle: str) -> str:
    """The id of a client's account that was first known by this handle."""
    return make_id("account", storable(client), platform.value, storable(handle).lower())


def save_account(session: Session, account: Account) -> None:
    """Keep the account; of one that is known, its status and its pause stay as they are."""
    values: dict[str, Any] = {
        **account.model_dump(exclude={"client", "disclosure", "consent"}),
        "client_id": save_client(session, account.client),
        "disclosure": account.disclosure.model_dump(mode="json"),
        "consent": None if account.consent is None else account.consent.model_dump(mode="json"),
    }
    save_row(session, AccountRow, values, found_by=("account_id",), keep=_CHANGED_APART)


def accounts(
    session: Session, client: str | None = None, platform: PlatformName | None = None
) -> list[Account]:
    """All accounts, or those of a client or a platform, in the order of their names."""
    wanted = (
        select(AccountRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(AccountRow.client_id))
        .order_by(ClientRow.name, col(AccountRow.platform), col(AccountRow.handle))
    )
    if client is not None:
        wanted = wanted.where(AccountRow.client_id == client_id(client))
    if platform is not None:
        wanted = wanted.where(AccountRow.platform == platform.value)
    return [account_of_row(row, name) for row, name in session.exec(wanted).all()]


def find_account(session: Session, account_id: str, *, lock: bool = False) -> Account | None:
    """The account, or None; with ``lock`` nobody else changes it until the transaction ends."""
    wanted = (
        select(AccountRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(AccountRow.client_id))
        .where(AccountRow.account_id == account_id)
        .execution_options(populate_existing=True)
    )
    found = session.exec(wanted.with_for_update(of=AccountRow) if lock else wanted).first()
    return None if found is None else account_of_row(*found)


def get_account(session: Session, account_id: str, *, lock: bool = False) -> Account:
    """The account.

    :raises Rejected: There is none.
    """
    found = find_account(session, account_id, lock=lock)
    if found is None:
        raise Rejected(f"There is no account {account_id}; `clipper accounts list` shows all.")
    return found


def account_of_user(
    session: Session, platform: PlatformName, platform_user_id: str
) -> Account | None:
    """The account that the platform knows by this id, whosever it is here."""
    found = session.exec(
        select(AccountRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(AccountRow.client_id))
        .where(
            AccountRow.platform == platform.value,
            AccountRow.platform_user_id == platform_user_id,
            AccountRow.platform_user_id != "",
        )
    ).first()
    return None if found is None else account_of_row(*found)


def is_anothers(
    session: Session,
    client: str,
    platform: PlatformName,
    handle: str,
    platform_user_id: str = "",
) -> bool:
    """Whether another client has the account of this name, as far as the platform's ids tell.

    Where both are known and differ, it is another account that has taken the name over.
    """
    found = session.exec(
        select(AccountRow.account_id).where(
            AccountRow.client_id != client_id(client),
            AccountRow.platform == platform.value,
            func.lower(AccountRow.handle) == handle.lower(),
            or_(
                literal(platform_user_id) == "",
                col(AccountRow.platform_user_id).in_(("", platform_user_id)),
            ),
        )
    )
    return found.first() is not None


def account_of_row(row: AccountRow, client: str) -> Account:
    """The account that a row holds; ``client`` is the name of whose it is."""
    return Account.model_validate({**row.model_dump(exclude=_OURS), "client": client})


def change_status(
    session: Session,
    account_id: str,
    status: AccountStatus,
    reason: str,
    *,
    at: datetime | None = None,
) -> bool:
    """Note what the platform's answers say of the account; whether that is something new.

    What is graver stays: an account that is banned is not asked for a new consent instead.

    :param reason: One sentence, without secrets.
    """
    before = get_account(session, account_id, lock=True).status
    if before is status or not before.gives_way_to(status):
        return False
    _change(session, account_id, status=status.value)
    note_event(session, account_id, "status", before, status, reason, at=at)
    return True


def note_first_post(session: Session, account_id: str, day: date) -> None:
    """From this local day on the account's warm-up counts; a day that is known stays."""
    session.execute(
        update(AccountRow)
        .where(col(AccountRow.account_id) == account_id, col(AccountRow.first_post_on).is_(None))
        .values(first_post_on=day)
    )


def pause_account(session: Session, account_id: str, reason: str) -> bool:
    """Let nothing be posted until somebody resumes the account; whether it was not paused."""
    before = get_account(session, account_id, lock=True).paused
    _change(session, account_id, paused=reason)
    if before != reason:
        note_event(session, account_id, "paused", before, reason, reason)
    return not before


def set_disclosure(session: Session, account_id: str, disclosure: Disclosure) -> None:
    """What viewers are told by the account's posts that are planned from now on."""
    _change(session, account_id, disclosure=disclosure.model_dump(mode="json"))


def resume_account(session: Session, account_id: str) -> bool:
    """Take a pause back; whether there was one."""
    before = get_account(session, account_id, lock=True).paused
    if before:
        _change(session, account_id, paused="")
        note_event(session, account_id, "resumed", before)
    return bool(before)


def _change(session: Session, account_id: str, **values: Any) -> None:
    session.execute(
        update(AccountRow).where(col(AccountRow.account_id) == account_id).values(**values)
    )


def note_event(
    session: Session,
    account_id: str,
    kind: str,
    before: str = "",
    after: str = "",
    reason: str = "",
    *,
    at: datetime | None = None,
) -> None:
    """Write down that something happened to the account.

    :param at: Now unless given.
    """
    event = AccountEvent(
        account_id=account_id,
        at=at or datetime.now(UTC),
        kind=kind,
        before=before,
        after=after,
        reason=reason,
    )
    session.add(AccountEventRow(**event.model_dump()))
    session.flush()


def account_events(session: Session, account_id: str) -> list[AccountEvent]:
    """All that happened to the account, in order."""
    rows = session.exec(
        select(AccountEventRow)
        .where(AccountEventRow.account_id == account_id)
        .order_by(col(AccountEventRow.event_id))
    )
    return [AccountEvent.model_validate(row.model_dump(exclude={"event_id"})) for row in rows]
