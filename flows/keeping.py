"""Which account is to be connected, and how it is kept: with what was set of it before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clipping.errors import Rejected
from clipping.models import (
    Account,
    AccountStatus,
    Connected,
    PlatformName,
    PostingMethod,
    Tokens,
)

if TYPE_CHECKING:
    from pydantic import SecretStr
    from sqlmodel import Session


@dataclass(frozen=True)
class Wanted:
    """Which account is to be connected, and how."""

    platform: PlatformName
    client: str
    handle: str = ""
    """Empty for whichever its owner chooses."""
    login_path: str | None = None
    """None for what was set before; else, of Instagram, ``facebook``."""
    method: PostingMethod | None = None
    """None for what was set before, else ``api``."""
    app: str | None = None
    """None for what was set before, else the one of the settings."""
    measuring: bool = True

    @property
    def posting(self) -> PostingMethod:
        """The method that the scopes have to do for."""
        return self.method or PostingMethod.API

    def like(self, known: Account) -> Wanted:
        """The same, with what was set before where nothing is said."""
        return replace(
            self,
            login_path=known.login_path if self.login_path is None else self.login_path,
            method=self.method or known.method,
            app=known.app if self.app is None else self.app,
        )

    def account(self, handle: str, user_id: str = "") -> Account:
        """The account as it begins."""
        from clipping.db import queries

        path = "facebook" if self.platform is PlatformName.INSTAGRAM else ""
        return Account(
            account_id=queries.accounts.account_id(self.client, self.platform, handle),
            client=self.client,
            platform=self.platform,
            handle=handle,
            platform_user_id=user_id,
            login_path=path if self.login_path is None else self.login_path,
            method=self.posting,
            app=self.app or "",
        )


def as_before(wanted: Wanted) -> tuple[Wanted, SecretStr | None]:
    """What is wanted, with what was set before where nothing is said, and the one way out."""
    from clipping.db import queries
    from clipping.vault import open_vault
    from tasks.workplace import db_session

    with db_session() as session:
        known = named(session, wanted)
        if known is None:
            return wanted, None
        return wanted.like(known), queries.tokens.proxy_of(session, open_vault(), known.account_id)


def named(session: Session, wanted: Wanted) -> Account | None:
    """The client's account that has the name by now; None without a name."""
    from clipping.db import queries

    found = queries.accounts.accounts(session, wanted.client, wanted.platform)
    return next((one for one in found if one.handle.lower() == wanted.handle.lower()), None)


def keep(wanted: Wanted, found: Connected, kind: str) -> Account:
    """Keep an account with its tokens; one that was there keeps all that was set.

    :param kind: Of the event: ``connected`` or ``added``.
    :raises Rejected: It is another client's, or its tokens do not do for how it is posted to.
    """
    from clipping.db import queries
    from clipping.vault import open_vault
    from tasks.workplace import db_session

    with db_session() as session:
        account_id = _known(session, wanted, found).account_id
        # Whoever renews its tokens just now is waited for, and only then the account is locked
        # and read: what was decided meanwhile, as a consent that was withdrawn, has to stay.
        queries.tokens.lock_tokens(session, account_id)
        queries.accounts.find_account(session, account_id, lock=True)
        account = _known(session, wanted, found)
        _refuse_unfit(account, found.tokens)
        queries.accounts.save_account(session, account)
        queries.tokens.save_tokens(session, open_vault(), account.account_id, found.tokens)
        queries.accounts.note_event(session, account.account_id, kind, after=account.handle)
        if account.status is AccountStatus.REAUTHORISE:
            queries.accounts.change_status(
                session, account.account_id, AccountStatus.ACTIVE, "Its owner connected it again."
            )
    return account


def _refuse_unfit(account: Account, tokens: Tokens) -> None:
    """Refuse tokens that do not do for how the account was posted to before."""
    from clipping.platforms.oauth import OAUTH
    from clipping.platforms.standing import to_connect

    server = OAUTH[account.platform, account.login_path]
    missing = server.missing(tokens.scopes, account.method) if tokens.scopes else ()
    if missing:
        raise Rejected(
            f"Nothing was connected, because @{account.handle} is posted to by {account.method}, "
            f"and {', '.join(missing)} was not asked for: {to_connect(account)}"
        )


def _known(session: Session, wanted: Wanted, found: Connected) -> Account:
    """The account as it is to be kept: with what was set of it before."""
    from clipping.db import queries

    new = wanted.account(found.handle, found.platform_user_id)
    by_id = queries.accounts.account_of_user(session, wanted.platform, found.platform_user_id)
    by_name = named(session, replace(wanted, handle=found.handle))
    known = by_id or by_name
    if known is None or known.handle.lower() != found.handle.lower():
        refuse_anothers(session, new)
    if known is None:
        return new.replace(account_id=free_id(session, new))
    if known.client != wanted.client:
        raise _another_clients(found.handle)
    if by_name is not None and (by_name.account_id != known.account_id or by_id is None):
        _refuse_other(by_name, found)
    return known.replace(
        handle=found.handle,
        platform_user_id=found.platform_user_id or known.platform_user_id,
        login_path=new.login_path,
        app=new.app,
        method=wanted.method or known.method,
    )


def _refuse_other(named_so: Account, found: Connected) -> None:
    """Go on only when the account that has the name here can be the one that was found."""
    if not _same_user(named_so, found):
        raise Rejected(
            f"@{found.handle} is another account than the one that we know by this name: give that "
            f"one its new name first, with clipper accounts set {named_so.account_id} handle=..."
        )


def free_id(session: Session, account: Account) -> str:
    """The id of an account that nobody knows yet: of its name, where no other one began with it."""
    from clipping.db import queries

    made, number = account.account_id, 1
    while queries.accounts.find_account(session, made) is not None:
        # One that was first known by this name, and has another one by now.
        number += 1
        apart = f"{account.handle} {number}"
        made = queries.accounts.account_id(account.client, account.platform, apart)
    return made


def refuse_anothers(session: Session, account: Account) -> None:
    """Go on only when no other client has the account, by whatever method.

    :raises Rejected: One has.
    """
    from clipping.db import queries

    user_id = account.platform_user_id
    if queries.accounts.is_anothers(
        session, account.client, account.platform, account.handle, user_id
    ):
        raise _another_clients(account.handle)


def _another_clients(handle: str) -> Rejected:
    return Rejected(f"@{handle} belongs to another client: an account is posted to for one only.")


def _same_user(known: Account, found: Connected) -> bool:
    return known.platform_user_id in ("", found.platform_user_id)
