"""A database beside ours on the same server, for a program that is to see nothing of ours."""

from __future__ import annotations

import psycopg
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from clipping.db.locks import stage_lock
from clipping.db.session import connect_options, libpq_url, translated
from clipping.errors import NotInstalled

EXTENSION = "pg_trgm"


def make_neighbour(url: str, role: str, password: str, database: str) -> None:
    """Make a role and a database that it owns, or find them; the password becomes this one.

    :param url: Ours, of a role that may make both.
    :raises NotInstalled: The server lacks the extension ``pg_trgm``, which Prefect's tables need.
    """
    with stage_lock(url, f"neighbour:{database}"), translated(url):
        with _connected(url) as connection:
            _make_role(connection, role, password)
            _make_database(connection, role, database)
        with _connected(url, database) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_available_extensions WHERE name = %s", (EXTENSION,)
            )
            if found.fetchone() is None:
                raise NotInstalled(
                    f"This Postgres has no {EXTENSION}, which Prefect's tables need: install its "
                    "contrib package."
                )
            connection.execute(
                SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(EXTENSION))
            )


def _connected(url: str, database: str | None = None) -> Connection:
    # No transaction: a database cannot be made in one.
    plain = libpq_url(url)
    other = make_conninfo(plain, **({"dbname": database} if database else {}))
    return psycopg.connect(other, autocommit=True, **connect_options(plain))


def _make_role(connection: Connection, role: str, password: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    # As a digest: what is sent may be logged by the server.
    digest = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    form = "ALTER ROLE {} LOGIN PASSWORD {}" if exists else "CREATE ROLE {} LOGIN PASSWORD {}"
    connection.execute(SQL(form).format(Identifier(role), Literal(digest)))


def _make_database(connection: Connection, role: str, database: str) -> None:
    exists = connection.execute(
        "SELECT 1 FROM pg_database WHERE datname = %s", (database,)
    ).fetchone()
    if exists is None:
        connection.execute(
            SQL("CREATE DATABASE {} OWNER {}").format(Identifier(database), Identifier(role))
        )
    connection.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(Identifier(database)))
