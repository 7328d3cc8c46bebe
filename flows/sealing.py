"""What ``clipper vault rotate`` does."""

from __future__ import annotations

from clipping.db import queries
from clipping.vault import open_vault
from flows import console
from tasks.workplace import database, db_session

_AT_A_TIME = 50
"""Rows in one transaction: whoever renews one of them meanwhile waits for so many."""


def seal_anew() -> bool:
    """Seal all secrets under the newest key and print how many there were; True when all open.

    Each transaction leaves whole rows behind, so this can be killed at any moment and run again.
    """
    vault, done = open_vault(), queries.sealed.Rotated()
    with database():
        for table in queries.sealed.sealed_tables():
            after: tuple[str, ...] | None = None
            while True:
                with db_session() as session:
                    part = queries.sealed.rotate(session, vault, table, after, _AT_A_TIME)
                done += part
                after = part.last
                if after is None:
                    break
    for sentence in done.lost:
        console.errors.print(sentence)
    told = (
        f"{done.sealed_anew} sealed anew, {done.newest_already} under the newest key already, "
        f"{len(done.lost)} cannot be opened."
    )
    console.output.print(told)
    if not done.lost:
        console.output.print(
            "The older keys in CLIPPER_VAULT_KEYS can go once no process uses them."
        )
    return not done.lost
