"""What does not go on because the vault has no key, said before a run fails of it."""

from __future__ import annotations

from typing import Final

from clipping.db import queries
from clipping.errors import VaultLocked
from clipping.platforms.standing import BY_TOKEN
from clipping.vault import open_vault
from tasks.workplace import db_session

SUBJECT: Final = "key"


def missing_key() -> str:
    """What to do about the vault's keys, while accounts are posted to that need one; else empty."""
    try:
        open_vault()
    except VaultLocked as error:
        why = str(error)
    else:
        return ""
    with db_session() as session:
        count = sum(one.method in BY_TOKEN for one in queries.accounts.accounts(session))
    if not count:
        return ""
    many = "The account that is" if count == 1 else f"The {count} accounts that are"
    return f"{many} posted to through an API cannot be opened. {why}"
