"""What all tables share: the schema, the names of constraints, and how rows belong together."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, MetaData, Numeric, func
from sqlmodel import SQLModel

SCHEMA = "clipping"
"""Not the name of the embedded server's user: Alembic sees a schema that bears the user's name as
the default one, and would compare the tables with nothing."""

DOLLARS = Numeric(18, 9)
"""The cheapest token of a model costs half of 10^-8 dollars."""

SAVED_AT: dict[str, Any] = {"server_default": func.clock_timestamp()}


class Row(SQLModel):
    """Base of all rows; its metadata knows the names of constraints before any table is made."""

    metadata: ClassVar[MetaData] = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )


def one_of(column: str, values: type[StrEnum]) -> str:
    """The check that a column holds one of the values."""
    return f"{column} IN ({', '.join(repr(state.value) for state in values)})"


def belongs_to(
    table: str, column: str, *, cascade: bool = True, parent_column: str = ""
) -> ForeignKeyConstraint:
    """The row is of the one in ``table`` with the same ``column``, and goes with it.

    :param parent_column: Its name there, where that is another.
    """
    return ForeignKeyConstraint(
        [column],
        [f"{SCHEMA}.{table}.{parent_column or column}"],
        ondelete="CASCADE" if cascade else None,
    )
