"""A real Postgres for tests: one embedded server per test process, a clean database per test.

Put ``pytest_plugins = ["tests.support.database"]`` into the root ``conftest.py`` and take
``database_url`` as an argument; ``session`` is an open session on it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlmodel import Session

from clipping.db import embedded, migrate, server
from clipping.db.session import close_pool, open_session
from clipping.db.tables import Row
from clipping.settings import Settings


@contextmanager
def embedded_database(home: Path) -> Iterator[str]:
    """The embedded server of ``home``; with its last user its data goes too."""
    try:
        with embedded.database_url(Settings(home=home, DATABASE_URL=None)) as url:
            yield url
            close_pool(url)
            _forget_emptiers()
    finally:
        remove_data(home)


def remove_data(home: Path) -> None:
    """Delete what the embedded server keeps outside ``home`` when root runs it."""
    if os.geteuid() == 0 and (home / "postgres").is_symlink():
        shutil.rmtree((home / "postgres").readlink().parent)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated database that all tests of this run share; see ``database_url``."""
    home = tmp_path_factory.mktemp("database") / "home"
    with pytest.MonkeyPatch.context() as patch:
        # What tests store need not survive the machine.
        patch.setitem(server.SETTINGS, "fsync", "off")
        with embedded_database(home) as url:
            patch.undo()
            migrate.upgrade(url)
            yield url


@pytest.fixture
def database_url(postgres: str) -> str:
    """The URL of a database with all tables and no rows."""
    remove_rows(postgres)
    return postgres


def remove_rows(url: str) -> None:
    """Empty all tables."""
    try:
        _emptier(url).execute("SELECT pg_temp.remove_rows()")
    except psycopg.OperationalError:
        # A test had the server end all connections.
        _forget_emptiers()
        _emptier(url).execute("SELECT pg_temp.remove_rows()")


_emptiers: dict[str, psycopg.Connection] = {}


def _emptier(url: str) -> psycopg.Connection:
    """A connection that is kept: a new one, which knows no table yet, takes fifty times as long."""
    if url not in _emptiers:
        connection = psycopg.connect(url, autocommit=True, application_name="remove_rows")
        tables = [
            Identifier(table.schema or "", table.name) for table in Row.metadata.sorted_tables
        ]
        # Children first; on a few rows far quicker than TRUNCATE, which makes new files.
        steps = [
            SQL("IF EXISTS (SELECT FROM {0}) THEN DELETE FROM {0}; END IF;").format(table)
            for table in reversed(tables)
        ]
        connection.execute(
            SQL(
                "CREATE FUNCTION pg_temp.remove_rows() RETURNS void LANGUAGE plpgsql"
                " AS $$ BEGIN {} END $$"
            ).format(SQL(" ").join(steps))
        )
        _emptiers[url] = connection
    return _emptiers[url]


def _forget_emptiers() -> None:
    while _emptiers:
        _emptiers.popitem()[1].close()


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """An open session, committed at the end of the test."""
    with open_session(database_url) as opened:
        yield opened
