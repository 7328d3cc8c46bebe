"""A row of every table, for each of some clients: whatever tables there are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, Table, insert
from sqlmodel import Session

from clipping.db.columns import Sealed
from clipping.db.queries.clients import client_id
from clipping.db.tables import Row

Keys = dict[str, tuple[Any, ...]]
"""The primary key of the row in each table."""

_NUMBERS: Mapping[str, int] = {"start_ms": 0, "position": 0, "end_ms": 1000}
_BY_TYPE: Mapping[type, Any] = {
    int: 1,
    float: 0.5,
    bool: True,
    bytes: b"x",
    Decimal: Decimal("0.5"),
    datetime: datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
    date: date(2026, 11, 26),
    time: time(9, 0),
    dict: {},  # of JSON
    object: {},
}


def fill(session: Session, client: str) -> Keys:
    """Make a row of each table, all of them of the one client."""
    made: dict[str, dict[str, Any]] = {}
    keys: Keys = {}
    for table in Row.metadata.sorted_tables:
        values = {
            column.name: _value(table, column, client, made)
            for column in table.columns
            if column.identity is None and (not column.nullable or column.foreign_keys)
        }
        done = session.execute(insert(table).values(values).returning(*table.primary_key)).one()
        # With the numbers that Postgres gives itself.
        made[table.name] = values | dict(zip(table.primary_key.columns.keys(), done, strict=True))
        keys[table.name] = tuple(done)
    return keys


def _value(
    table: Table, column: Column[Any], client: str, made: Mapping[str, Mapping[str, Any]]
) -> Any:
    if table.name == "clients":
        known = {"client_id": client_id(client), "name": client}
        if column.name in known:
            return known[column.name]
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    for check in table.constraints:
        if isinstance(check, CheckConstraint):
            allowed = re.match(rf"{column.name} IN \('([^']+)'", str(check.sqltext))
            if allowed:
                return allowed[1]
    if column.name.endswith("sha256"):
        return hashlib.sha256(f"{client} {column.name}".encode()).hexdigest()
    if isinstance(column.type, Sealed):
        return "gAAAAA"
    kind = getattr(column.type, "impl", column.type).python_type
    if kind is str:
        return f"{client} {column.name}"
    return _NUMBERS.get(column.name, _BY_TYPE[kind])
