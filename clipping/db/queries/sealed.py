"""Where sealed secrets lie, and how all of them come under a new key."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Column, Table, select, tuple_, update
from sqlmodel import Session

from clipping.db.columns import Sealed
from clipping.db.tables import Row
from clipping.errors import NeedsPerson
from clipping.vault import Vault


@dataclass(frozen=True)
class Rotated:
    """What became of sealed secrets."""

    sealed_anew: int = 0
    newest_already: int = 0
    lost: tuple[str, ...] = ()
    """Why some cannot be opened, one sentence each."""
    last: tuple[str, ...] | None = None
    """The key of the last row; None at the end of the table."""

    def __add__(self, other: Rotated) -> Rotated:
        return Rotated(
            self.sealed_anew + other.sealed_anew,
            self.newest_already + other.newest_already,
            self.lost + other.lost,
            other.last,
        )


def place(table: str, column: str, row: str) -> str:
    """The place for which the vault seals a secret, and which its messages name."""
    return f"{table}.{column} of {row}"


def sealed_tables() -> list[Table]:
    """All tables that hold sealed secrets."""
    return [table for table in Row.metadata.sorted_tables if _sealed(table)]


def _sealed(table: Table) -> list[Column[str]]:
    return [column for column in table.columns if isinstance(column.type, Sealed)]


def rotate(
    session: Session, vault: Vault, table: Table, after: tuple[str, ...] | None, most: int
) -> Rotated:
    """Seal the next rows of a table under the newest key, ``most`` at a time, locking them.

    Rows that are under it already stay as they are, so whoever was killed begins anew and loses
    nothing. What cannot be opened stays as well, and is told.
    """
    key, columns = list(table.primary_key), _sealed(table)
    wanted = select(*key, *columns).order_by(*key).limit(most).with_for_update()
    if after is not None:
        wanted = wanted.where(tuple_(*key) > after)
    done = Rotated()
    for row in session.execute(wanted).all():
        row_id, values = tuple(row[: len(key)]), row[len(key) :]
        changes: dict[str, str] = {}
        for column, sealed in zip(columns, values, strict=True):
            if sealed is None:
                continue
            try:
                anew = vault.sealed_anew(
                    sealed, place(table.name, column.name, "/".join(map(str, row_id)))
                )
            except NeedsPerson as error:
                done = replace(done, lost=(*done.lost, str(error)))
                continue
            if anew is None:
                done = replace(done, newest_already=done.newest_already + 1)
            else:
                changes[column.name] = anew
        if changes:
            same = [column == value for column, value in zip(key, row_id, strict=True)]
            session.execute(update(table).where(*same).values(changes))
            done = replace(done, sealed_anew=done.sealed_anew + len(changes))
        done = replace(done, last=row_id)
    return done


def sealed_columns() -> list[Column[str]]:
    """All columns that hold sealed secrets."""
    return [column for table in sealed_tables() for column in _sealed(table)]
