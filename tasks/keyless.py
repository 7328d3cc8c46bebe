"""What does not go on because no key of the vault opens it, said before a run fails of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.errors import VaultLocked
from clipping.models import Account, PostingMethod
from clipping.platforms.standing import BY_VAULT
from clipping.vault import LateVault, Vault
from tasks.workplace import db_session

SUBJECT: Final = "key"


def missing_key() -> str:
    """What to do about the vault's keys, while accounts are posted to that need one; else empty."""
    with db_session() as session:
        accounts = queries.accounts.accounts(session)
        methods = {one.account_id: one.method for one in accounts}
        locked = locked_accounts(session, LateVault(), methods)
    first = next((one for one in accounts if one.account_id in locked), None)
    if first is None:
        return ""
    name = f"{first.platform} @{first.handle}"
    alone = len(locked) == 1
    who = f"The account {name}" if alone else f"{len(locked)} accounts, {name} among them,"
    return f"{who} cannot be posted to. {locked[first.account_id]}"


def locked_accounts(
    session: Session, vault: Vault, methods: Mapping[str, PostingMethod]
) -> dict[str, VaultLocked]:
    """The accounts that the vault has no key for, and why, by their ids.

    :param methods: How each account that is asked about is posted to.
    """
    wanted = [account_id for account_id, method in methods.items() if method in BY_VAULT]
    if not wanted:
        return {}
    try:
        # Also where nothing is sealed yet: what a post is called on its way will be.
        _ = vault.fingerprints
    except VaultLocked as error:
        return dict.fromkeys(wanted, error)
    found = {}
    for account_id, kept in queries.tokens.sealed_of(session, wanted).items():
        if locks := [lock for one in kept if (lock := vault.lock_of(*one))]:
            found[account_id] = locks[0]
    return found


def lock_of(session: Session, vault: Vault, account: Account) -> VaultLocked | None:
    """Why the vault has no key for an account; None where it has one, or none is needed."""
    return locked_accounts(session, vault, {account.account_id: account.method}).get(
        account.account_id
    )
