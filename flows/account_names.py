"""Which account a person means: by its id, its platform and handle, or its handle alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clipping.errors import Rejected
from clipping.models import Account, PlatformName

if TYPE_CHECKING:
    from sqlmodel import Session


def account_named(session: Session, name: str, client: str | None = None) -> Account:
    """The account that is meant.

    :param name: As :func:`named_account` takes it.
    :param client: Whose it is; None for anybody's.
    :raises Rejected: There is none, or several are called so; nobody has heard of the client.
    """
    from clipping.db import queries
    from flows.clients import refuse_unknown

    refuse_unknown(session, client)
    by_id = queries.accounts.find_account(session, name)
    known = queries.accounts.accounts(session, client) if by_id is None else [by_id]
    return named_account(known, name, client)


def account_id_of(name: str, client: str | None = None) -> str:
    """The id of the account that is meant, read in a session of its own.

    :raises Rejected: As :func:`account_named`.
    """
    from tasks.workplace import db_session

    with db_session() as session:
        return account_named(session, name, client).account_id


def named_account(known: Sequence[Account], name: str, client: str | None = None) -> Account:
    """The one of these accounts that is meant.

    :param name: Its id, ``platform:@handle``, or ``@handle`` where only one has that. The sign may
        be left out, and capitals do not count.
    :raises Rejected: None is called so, or several are, which are named.
    """
    found = [one for one in matching(known, name) if client in (None, one.client)]
    if not found:
        whose = f" of {client}" if client is not None else ""
        raise Rejected(f"There is no account {name}{whose}; `clipper accounts list` shows all.")
    if len(found) > 1:
        several = "; ".join(f"{called(one)} of {one.client} is {one.account_id}" for one in found)
        raise Rejected(f"{len(found)} accounts are called {name}: {several}; say which.")
    return found[0]


def matching(known: Sequence[Account], name: str) -> list[Account]:
    """Those of these accounts that are called so.

    :raises Rejected: What stands before the colon is no platform.
    """
    if found := [one for one in known if one.account_id == name]:
        return found
    platform, colon, handle = name.strip().rpartition(":")
    if colon and platform.lower() not in list(PlatformName):
        raise Rejected(f"{platform!r} is no platform: it is one of {', '.join(PlatformName)}.")
    wanted = handle.strip().removeprefix("@").lower()
    return [
        one
        for one in known
        if one.handle.lower() == wanted and (not colon or one.platform == platform.lower())
    ]


def called(account: Account) -> str:
    """The account as commands take it, for people: ``tiktok:@ada``."""
    return f"{account.platform.value}:@{account.handle}"
