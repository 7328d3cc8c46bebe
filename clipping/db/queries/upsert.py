"""INSERT ... ON CONFLICT for the row classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlmodel import Session

from clipping.db.tables import Row


def save_row(
    session: Session,
    table: type[Row],
    values: Mapping[str, Any],
    *,
    found_by: Sequence[str],
    keep: Sequence[str] = (),
    touch: str | None = None,
) -> None:
    """Insert ``values``, or overwrite the row that agrees in the columns ``found_by``.

    Columns named in ``keep`` stay as they were first written; ``touch`` is set to the time of
    this save. The row stays locked until the transaction ends.
    """
    session.execute(_upsert(table, found_by, keep, touch, values), [dict(values)])


def save_rows(
    session: Session,
    table: type[Row],
    rows: Sequence[Mapping[str, Any]],
    *,
    found_by: Sequence[str],
) -> None:
    """:func:`save_row` for many rows at once; all of them have the same columns."""
    if rows:
        session.execute(
            _upsert(table, found_by, (), None, rows[0]), [dict(values) for values in rows]
        )


def _upsert(
    table: type[Row],
    found_by: Sequence[str],
    keep: Sequence[str],
    touch: str | None,
    values: Mapping[str, Any],
) -> Insert:
    statement = insert(table)
    changes: dict[str, Any] = {
        name: statement.excluded[name] for name in values if name not in {*found_by, *keep}
    }
    if touch is not None:
        changes[touch] = func.clock_timestamp()
    return statement.on_conflict_do_update(index_elements=list(found_by), set_=changes)
