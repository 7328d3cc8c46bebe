"""Sessions on Postgres, and what its errors mean to the caller.

One connection pool per URL and process. A forked child starts with pools of its own, because two
processes on one connection garble each other's replies.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, defer
from sqlmodel import Session

from clipping.db.columns import dump_json, load_json
from clipping.db.embedded import before_stop
from clipping.db.tables import AccountRow, PostRow, Row
from clipping.errors import (
    AuthorizationExpired,
    Broken,
    ClippingError,
    DiskFull,
    NeedsPerson,
    ServiceUnavailable,
)

CONNECT_TIMEOUT_S = 10
_POOL_SIZE = 4
_POOL_WAIT_S = 30

WEB_ROLE = "clipper_web"
"""What the pages read under; the migrations make it, and say what it may read."""

_SECRET: dict[type[Row] | None, tuple[str, ...]] = {AccountRow: ("proxy",), PostRow: ("handle",)}

_engines: dict[str, Engine] = {}
_lock = Lock()


def libpq_url(url: str) -> str:
    """The URL as psycopg takes it; SQLAlchemy's ``postgresql+psycopg://`` and such are accepted.

    Raises NeedsPerson when it is no Postgres URL; the message never repeats the URL, which may
    hold a password.
    """
    scheme, separator, rest = url.strip().partition("://")
    plain = f"postgresql://{rest}"
    if separator and scheme.split("+")[0] in {"postgres", "postgresql"} and _is_sound(plain):
        return plain
    raise NeedsPerson(
        "DATABASE_URL is not the address of a Postgres database; it has to look like "
        "postgresql://user:password@host:5432/name, with / and @ in a password as %2F and %40."
    )


def _is_sound(url: str) -> bool:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return False
    # A / or @ within the password moves its rest to the port, the host or the name, and from
    # there it would get into messages.
    ports = str(parts.get("port") or "").split(",")
    names = str(parts.get("host") or "") + str(parts.get("dbname") or "")
    return "@" not in names and all(port.isdecimal() or not port for port in ports)


def place(url: str) -> str:
    """Where the database is, for messages: never the user or the password."""
    parts = conninfo_to_dict(libpq_url(url))
    host = parts.get("host") or "this machine"
    name = parts.get("dbname") or parts.get("user") or "postgres"
    port = str(parts.get("port") or "").strip(",")
    return f"database {name} at {host}{':' if port else ''}{port}"


def engine(url: str) -> Engine:
    """The engine of this process for ``url``; made on first use, without connecting."""
    with _lock:
        if url not in _engines:
            _engines[url] = _make_engine(libpq_url(url))
        return _engines[url]


def _make_engine(url: str) -> Engine:
    made = create_engine(
        "postgresql+psycopg://",
        pool_pre_ping=True,
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_SIZE,
        pool_timeout=_POOL_WAIT_S,
        use_native_hstore=False,
        json_serializer=dump_json,
        json_deserializer=load_json,
        hide_parameters=True,
    )

    # libpq reads the URL itself: several hosts, sockets and sslmode mean what its manual says.
    @event.listens_for(made, "do_connect")
    def connect(
        _dialect: object, _record: object, _args: object, options: dict[str, Any]
    ) -> psycopg.Connection[Any]:
        return psycopg.connect(url, **connect_options(url), **options)

    return made


def connect_options(url: str) -> dict[str, Any]:
    """Connection options where ``url`` does not give them itself."""
    defaults = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "clipper",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    given = conninfo_to_dict(url)
    return {name: value for name, value in defaults.items() if name not in given}


def close_pool(url: str) -> None:
    """Close the idle connections to ``url`` and forget the pool; a later use makes a new one."""
    with _lock:
        old = _engines.pop(url, None)
    if old is not None:
        old.dispose()


before_stop.append(close_pool)


def _forget_pools_after_fork() -> None:
    global _lock
    _lock = Lock()
    for inherited in _engines.values():
        inherited.dispose(close=False)
    _engines.clear()


os.register_at_fork(after_in_child=_forget_pools_after_fork)


@contextmanager
def open_session(url: str) -> Iterator[Session]:
    """One transaction: committed at the end of the block, rolled back when it raises.

    Raises ServiceUnavailable, DiskFull, AuthorizationExpired, NeedsPerson or Broken for whatever
    Postgres says, inside the block and at its end. Rows must not outlive the block.
    """
    with translated(url), Session(engine(url)) as session, session.begin():
        yield session


@contextmanager
def open_session_as(url: str, user_id: str, *, writes: bool = False) -> Iterator[Session]:
    """The same as somebody who has signed in: no row is there that they may not see.

    Role and person hold for the transaction and end with it, so the next one on the connection
    begins without. Raises NeedsPerson for what the person may not do as well.

    :param writes: Whether rows may be changed; else Postgres refuses it.
    """
    with open_session(url) as session:
        if not writes:
            session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text(f"SET LOCAL ROLE {WEB_ROLE}"))
        session.execute(
            text("SELECT set_config('clipper.user_id', :user_id, true)"), {"user_id": user_id}
        )
        event.listen(session, "do_orm_execute", _leave_secrets_out)
        yield session


def _leave_secrets_out(asked: ORMExecuteState) -> None:
    """Sealed columns, which the role may not read, are not asked for with the rest of a row."""
    if not asked.is_select or asked.is_column_load:
        return
    for told in getattr(asked.statement, "column_descriptions", ()):
        # What is of no table, such as a function's answer, has no entity.
        whole = told["expr"] if told["expr"] is told.get("entity") else None
        kind = None if whole is None else inspect(whole).mapper.class_
        for name in _SECRET.get(kind, ()):
            hidden = defer(getattr(whole, name), raiseload=True)
            asked.statement = asked.statement.options(hidden)


def check_connection(url: str) -> None:
    """Connect and ask for nothing; raises what :func:`open_session` would."""
    plain = libpq_url(url)
    with translated(url), psycopg.connect(plain, **connect_options(plain)) as connection:
        connection.execute("SELECT 1")


def answers(url: str) -> bool:
    """Whether a connection to ``url`` can be made and used now."""
    try:
        check_connection(url)
    except ClippingError:
        return False
    return True


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Errors of psycopg and SQLAlchemy leave the block as ours."""
    try:
        yield
    except PoolTimeout as error:
        raise ServiceUnavailable(
            f"All connections to the {place(url)} have been busy for {_POOL_WAIT_S} seconds."
        ) from error
    except (SQLAlchemyError, psycopg.Error) as error:
        raise translate(error, place(url)) from error


# Whole classes of SQLSTATE (PostgreSQL 18 manual, appendix A) and single codes; codes go first.
_UNAVAILABLE = {
    "08": "closed the connection",
    "40": "undid this transaction because of another one; it can simply be run again",
    "57": "is shutting down or starting up",
    "53": "has no connection or memory to spare",
    "55P03": "did not give a lock in time",
    "25006": "is read-only just now",
    "57014": "stopped a query that took too long",
}
_NEEDS_PERSON = {
    "28": "does not accept this user or password",
    "3D000": "does not exist; create it first",
    "42501": "does not let this user do what is needed",
}
# libpq reports a refused connection as text only; the server's part of it is the same in every
# release, in English unless the server was set up in another language.
_REFUSALS = (
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("authentication failed", "28000"),
    ("no pg_hba.conf entry", "28000"),
    ("is not permitted to log in", "28000"),
    ("permission denied for database", "42501"),
    ("too many clients", "53300"),
    ("remaining connection slots", "53300"),
    ("too many connections", "53300"),
    ("the database system is", "57P03"),
    ("No space left on device", "53100"),
)


def translate(error: BaseException, where: str) -> ClippingError:
    """Our error for one of psycopg's or SQLAlchemy's; ``where`` names the database."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code = _sqlstate(origin)
    if code == "53100":
        return DiskFull(f"The disk that holds the {where} is full.")
    if code is not None:
        for known in (code, code[:2]):
            if known in _UNAVAILABLE:
                return ServiceUnavailable(f"The {where} {_UNAVAILABLE[known]}.")
            if known in _NEEDS_PERSON:
                kind = AuthorizationExpired if known == "28" else NeedsPerson
                return kind(f"The {where} {_NEEDS_PERSON[known]}.")
    elif isinstance(origin, psycopg.OperationalError | psycopg.InterfaceError):
        return ServiceUnavailable(f"The {where} does not answer.")
    return Broken(f"The {where} refused a statement: {_first_line(origin)}")


def _sqlstate(origin: BaseException) -> str | None:
    if not isinstance(origin, psycopg.Error):
        return None
    if origin.sqlstate is not None:
        return origin.sqlstate
    if not isinstance(origin, psycopg.OperationalError):
        return None
    text = str(origin)
    for phrase, code in _REFUSALS:
        if phrase in text:
            return code
    if "does not exist" in text:
        return "28000" if 'role "' in text else "3D000"
    return None


def _first_line(origin: BaseException) -> str:
    said = origin.diag.message_primary if isinstance(origin, psycopg.Error) else None
    if said is None:
        said = next(iter(str(origin).splitlines()), "") or type(origin).__name__
    return said.rstrip(".") + "."
