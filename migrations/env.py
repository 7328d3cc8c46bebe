"""Called by Alembic: by the program with a connection, by the `alembic` command without."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection

from clipping.db.columns import Text, UtcTime
from clipping.db.embedded import database_url
from clipping.db.migrate import VERSION_TABLE, migrating, revisions
from clipping.db.tables import SCHEMA, Row
from clipping.settings import settings


def number_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """0001, 0002, ...: the program takes the last file name for the newest revision."""
    for script in directives:
        script.rev_id = f"{len(revisions()) + 1:04d}"


def render_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Migrations say what the server stores; how Python treats it can change without them."""
    if kind == "type" and isinstance(item, Text):
        return "sa.Text()"
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


OPTIONS: dict[str, Any] = {
    "target_metadata": Row.metadata,
    "version_table": VERSION_TABLE,
    "version_table_schema": SCHEMA,
    "include_schemas": True,
    "include_name": lambda name, kind, _parents: kind != "schema" or name == SCHEMA,
    "process_revision_directives": number_revision,
    "render_item": render_type,
    "compare_server_default": True,
}


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def print_sql() -> None:
    context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
elif context.is_offline_mode():
    print_sql()
else:
    with database_url(settings()) as url, migrating(url) as connection:
        migrate(connection)
