"""Bringing a database to the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection, text

from clipping.db.locks import stage_lock
from clipping.db.session import connect_options, engine, libpq_url, place, translated
from clipping.db.tables import SCHEMA
from clipping.errors import NeedsPerson

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
VERSION_TABLE = "alembic_version"


def upgrade(url: str) -> None:
    """Run the migrations that the database lacks; a few milliseconds when it lacks none.

    Two callers at once are safe: one migrates, the other waits. Each migration is whole or not
    there at all. Raises NeedsPerson when the database was made by a newer program.
    """
    known = revisions()
    if current(url) == known[-1]:
        return
    with migrating(url) as connection:
        found = current(url)
        if found == known[-1]:
            return
        if found is not None and found not in known:
            raise NeedsPerson(
                f"The {place(url)} was made by a newer version of this program "
                f"(revision {found}); update the program."
            )
        _run_alembic(connection)


def revisions() -> list[str]:
    """All revisions from the first to the newest: files are named ``<revision>_<subject>.py``."""
    return sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))


def current(url: str) -> str | None:
    """The revision of the database, None when it has no tables of ours."""
    plain = libpq_url(url)
    table = Identifier(SCHEMA, VERSION_TABLE)
    with translated(url), psycopg.connect(plain, **connect_options(plain)) as connection:
        # Asked first, because a failed query would stand in the server's log as an error.
        known = connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.{VERSION_TABLE}"])
        if known.fetchone() == (None,):
            return None
        row = connection.execute(SQL("SELECT version_num FROM {}").format(table)).fetchone()
    return None if row is None else str(row[0])


@contextmanager
def migrating(url: str) -> Iterator[Connection]:
    """A connection on which nobody else migrates; the schema that holds everything is there."""
    with (
        stage_lock(url, "migrations"),
        translated(url),
        engine(url).connect() as connection,
    ):
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        connection.commit()
        yield connection


def upgrade_to(url: str, revision: str) -> None:
    """Bring an empty database to just this revision, whichever it has.

    :raises NeedsPerson: It is not empty any more.
    """
    with migrating(url) as connection:
        if current(url) == revision:
            return
        # Without rows nothing is lost, and not every migration can be taken back.
        _refuse_rows(connection)
        connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        connection.commit()
        _run_alembic(connection, revision)


def _refuse_rows(connection: Connection) -> None:
    """Nobody can add any either, until the transaction ends."""
    told = text("SELECT tablename FROM pg_tables WHERE schemaname = :name AND tablename <> :own")
    tables = connection.execute(told, {"name": SCHEMA, "own": VERSION_TABLE}).scalars().all()
    for table in tables:
        named = f'{SCHEMA}."{table}"'
        connection.execute(text(f"LOCK TABLE {named} IN ACCESS EXCLUSIVE MODE"))
        # The name is the catalogue's own.
        if connection.execute(text(f"SELECT 1 FROM {named} LIMIT 1")).first():  # noqa: S608
            raise NeedsPerson(
                f"The database is not empty any more ({table}): whatever writes to it has to end."
            )


def _run_alembic(connection: Connection, revision: str = "head") -> None:
    # Imported here: it takes longer than everything else when there is nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
