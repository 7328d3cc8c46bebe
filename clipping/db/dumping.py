"""Postgres's own programs for a dump and back: ``pg_dump``, ``pg_restore``, ``psql``.

A dump holds rows only. What holds them (tables, roles, rules of rows) the migrations make, at the
revision at which it was dumped, so a dump goes into any server whatever its users are called.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from clipping.db.binaries import binaries
from clipping.db.cluster import failure
from clipping.db.migrate import VERSION_TABLE
from clipping.db.session import connect_options, libpq_url, place, translated
from clipping.db.tables.base import SCHEMA
from clipping.errors import ClippingError, NeedsPerson

_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
"""Parts of an address that libpq takes from the environment: arguments are seen by everybody."""
_DATA = re.compile(rf"^\d+; \d+ \d+ TABLE DATA {SCHEMA} (\S+) ", re.MULTILINE)


class Snapshot:
    """The database as it is at one moment, for counting and for a dump of just that.

    :ivar rows: How many each table has.
    """

    def __init__(self, name: str, rows: dict[str, int]) -> None:
        self.name = name
        self.rows = rows


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """Hold one moment of the database while the block runs."""
    plain = libpq_url(url)
    with translated(url), psycopg.connect(plain, **connect_options(plain)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield Snapshot(str(row[0]), _rows(connection))


def row_counts(url: str) -> dict[str, int]:
    """How many rows each table of ours has; nothing where there are no tables."""
    plain = libpq_url(url)
    with translated(url), psycopg.connect(plain, **connect_options(plain)) as connection:
        return _rows(connection)


def _rows(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> %s ORDER BY 1",
        [SCHEMA, VERSION_TABLE],
    ).fetchall()
    counts = {}
    for (name,) in found:
        table = Identifier(SCHEMA, str(name))
        row = connection.execute(SQL("SELECT count(*) FROM {}").format(table)).fetchone()
        counts[str(name)] = int(str(row[0])) if row else 0
    return counts


def dump(url: str, moment: Snapshot, file: Path) -> None:
    """Write all rows of the moment to a new file.

    :raises ServiceUnavailable: The server went away.
    :raises NeedsPerson: It is newer than our ``pg_dump``, or does not let this user read all.
    :raises DiskFull: The file does not fit.
    """
    wishes = ["--format=custom", "--data-only", f"--schema={SCHEMA}"]
    wishes += [f"--exclude-table={SCHEMA}.{VERSION_TABLE}", f"--snapshot={moment.name}"]
    _run(url, "pg_dump", *wishes, f"--file={file}", "--no-password", what="be dumped")


def tables_in(file: Path) -> set[str]:
    """The tables whose rows a dump holds, as ``pg_restore`` reads it.

    :raises NeedsPerson: It is no dump, or a damaged one.
    """
    done = _call("pg_restore", ["--list", str(file)], {})
    if done.returncode != 0:
        raise NeedsPerson(f"{file.name} is no dump that pg_restore can read.")
    return set(_DATA.findall(done.stdout))


def load(url: str, file: Path, after: str, scratch: Path) -> None:
    """Load a dump into empty tables and run ``after``, all in one transaction.

    :param scratch: A folder of the caller's own, for the statements.
    :raises NeedsPerson: It was not loaded, and why; the database is as it was.
    """
    data, last = scratch / "data.sql", scratch / "after.sql"
    data.touch(mode=0o600)
    done = _call("pg_restore", ["--data-only", f"--file={data}", str(file)], {})
    if done.returncode != 0:
        raise NeedsPerson(f"{file.name} is no dump that pg_restore can read.")
    last.write_text(after, encoding="utf-8")
    wishes = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    wishes += ["--no-password", f"--file={data}", f"--file={last}"]
    _run(url, "psql", *wishes, what="be restored")


def _run(url: str, program: str, *arguments: str, what: str) -> None:
    plain = libpq_url(url)
    # psycopg says in the engine's words why a server cannot be reached; the programs do not.
    with translated(url):
        psycopg.connect(plain, **connect_options(plain)).close()
    done = _call(program, list(arguments), _environment(plain))
    if done.returncode == 0:
        return
    said = done.stderr.replace("psql:", "")
    if "server version mismatch" in said:
        raise NeedsPerson(
            f"The {place(url)} is newer than the programs that come with this one; update it."
        )
    error = failure(f"The {place(url)} could not {what}", said)
    raise error if "could not connect" in said or "disk" in str(error) else _refused(error)


def _refused(error: ClippingError) -> NeedsPerson:
    return NeedsPerson(str(error))


def _environment(plain: str) -> dict[str, str]:
    parts = conninfo_to_dict(plain)
    return {variable: str(parts[name]) for name, variable in _VARIABLES.items() if parts.get(name)}


def _call(
    program: str, arguments: list[str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run(
        [binaries() / program, *arguments],
        env={**kept, "LC_ALL": "C", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
