"""Another program's database beside ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from clipping.db import neighbour
from clipping.db.neighbour import make_neighbour
from clipping.errors import NeedsPerson, NotInstalled
from clipping.settings import settings
from flows.server_database import WANTED, prepare

ROLE, DATABASE, PASSWORD = "other_program", "other_data", "secret-of-the-other"


@contextmanager
def _as_other(url: str, database: str) -> Iterator[psycopg.Connection]:
    given = make_conninfo(url, user=ROLE, password=PASSWORD, dbname=database)
    with psycopg.connect(given) as connection:
        yield connection


def test_it_is_made_once_belongs_to_its_role_and_sees_nothing_of_ours(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotInstalled, match="no pg_trgm"):
        make_neighbour(postgres, ROLE, "an earlier one", DATABASE)
    # Any extension that the embedded server has, to see it through.
    monkeypatch.setattr(neighbour, "EXTENSION", "vector")
    for _ in range(2):
        make_neighbour(postgres, ROLE, PASSWORD, DATABASE)
    with _as_other(postgres, DATABASE) as theirs:
        theirs.execute("CREATE TABLE public.mine (id int)")
        found = theirs.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall()
        assert ("vector",) in found
    with (
        _as_other(postgres, "clipper") as ours,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        ours.execute("SELECT 1 FROM clipping.sources")
    with psycopg.connect(postgres) as connection:
        [row] = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolpassword LIKE 'SCRAM-SHA-256$%%' FROM pg_authid "
            "WHERE rolname = %s",
            (ROLE,),
        ).fetchall()
    assert row == (False, False, True)


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        pytest.param("postgresql://a:b@db/clipper", None, "own database in", id="not named"),
        pytest.param(None, "postgresql+asyncpg://p:x@db/prefect", "DATABASE_URL", id="no server"),
        pytest.param(
            "postgresql://a:b@db/clipper",
            "postgresql+asyncpg://p@db/prefect",
            "its password",
            id="no password",
        ),
        pytest.param(
            "postgresql://a:b@db/clipper",
            "postgresql+asyncpg://p:x@db/clipper",
            "another database",
            id="ours",
        ),
    ],
)
def test_what_is_not_named_is_one_sentence(
    ours: str | None, theirs: str | None, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("DATABASE_URL", ours), (WANTED, theirs)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    settings.cache_clear()
    with pytest.raises(NeedsPerson, match=told) as caught:
        prepare()
    assert "x@" not in str(caught.value)
    settings.cache_clear()
