from __future__ import annotations

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from clipping.db.session import (
    answers,
    check_connection,
    close_pool,
    engine,
    libpq_url,
    open_session,
    place,
)
from clipping.errors import (
    AuthorizationExpired,
    Broken,
    ClippingError,
    DiskFull,
    NeedsPerson,
    ServiceUnavailable,
)
from tests.db.processes import finish, python


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgres://u@h:5433/n", id="postgres"),
        pytest.param("postgresql://u@h:5433/n", id="postgresql"),
        pytest.param("postgresql+psycopg://u@h:5433/n", id="sqlalchemy"),
        pytest.param(" postgresql+psycopg2://u@h:5433/n\n", id="other-driver-and-blanks"),
    ],
)
def test_every_way_to_write_a_postgres_url_is_understood(url: str) -> None:
    assert libpq_url(url) == "postgresql://u@h:5433/n"
    assert place(url) == "database n at h:5433"


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("mysql://root:secret@h/n", id="mysql"),
        pytest.param("secret", id="no-url"),
        pytest.param("postgresql://u:secret@h:port:5/n", id="two-ports"),
        pytest.param("postgresql://h/n?secret=%zz", id="bad-escape"),
        pytest.param("postgresql://u:1/secret@h/n", id="slash-in-the-password"),
        pytest.param("postgresql://u:x/secret@h/n", id="slash-later-in-the-password"),
        pytest.param("postgresql://u:x@secret@h/n", id="at-in-the-password"),
    ],
)
def test_what_is_no_postgres_url_is_refused_without_repeating_it(url: str) -> None:
    for use in (libpq_url, place, engine, check_connection):
        with pytest.raises(NeedsPerson, match="DATABASE_URL") as caught:
            use(url)
        assert "secret" not in str(caught.value)
    assert not answers(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("postgresql:///n?host=/run/pg", "database n at /run/pg", id="socket"),
        pytest.param("postgresql://%2Frun%2Fpg/n", "database n at /run/pg", id="escaped-socket"),
        pytest.param("postgresql://u:secret@a,b/n", "database n at a,b", id="two-hosts"),
        pytest.param("postgresql://u:secret@", "database u at this machine", id="almost-nothing"),
    ],
)
def test_messages_name_the_place_and_never_the_password(url: str, said: str) -> None:
    assert place(url) == said


def test_an_engine_is_made_once_per_url_and_process(postgres: str) -> None:
    assert engine(postgres) is engine(postgres)
    assert engine(postgres) is not engine(postgres + "&connect_timeout=5")
    assert "secret" not in repr(engine("postgresql://u:secret@127.0.0.1:1/n"))


def test_what_is_written_stays_after_the_block_and_goes_with_an_error(database_url: str) -> None:
    add = text("INSERT INTO clipping.clients (client_id, name) VALUES (:name, :name)")
    count = text("SELECT string_agg(name, ',') FROM clipping.clients")
    with open_session(database_url) as session:
        session.execute(add, {"name": "kept"})

    def add_and_fail() -> None:
        with open_session(database_url) as session:
            session.execute(add, {"name": "undone"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with open_session(database_url) as session:
        assert session.execute(count).scalar_one() == "kept"


@pytest.fixture
def role(postgres: str) -> Iterator[str]:
    """The URL with a role of its own, which the test may cripple."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE ROLE crippled LOGIN PASSWORD 'right'")
        yield postgres.replace("clipper@", "crippled:secret@", 1)
        connection.execute("DROP OWNED BY crippled")
        connection.execute("DROP ROLE crippled")


def raised(url: str, statement: str = "SELECT 1") -> ClippingError:
    try:
        with pytest.raises(ClippingError) as caught, open_session(url) as session:
            session.execute(text(statement))
    finally:
        close_pool(url)
    error = caught.value
    assert "secret" not in str(error)
    assert str(error).endswith(".")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))
    return error


def test_a_server_that_is_not_there_is_unavailable() -> None:
    error = raised("postgresql://u:secret@127.0.0.1:1/n")
    assert type(error) is ServiceUnavailable
    assert str(error) == "The database n at 127.0.0.1:1 does not answer."


def test_a_socket_that_is_not_there_is_unavailable(tmp_path: object) -> None:
    assert type(raised(f"postgresql://u:secret@/n?host={tmp_path}")) is ServiceUnavailable


def test_a_database_that_does_not_exist_needs_a_person(postgres: str) -> None:
    error = raised(postgres.replace("/clipper?", "/nowhere?"))
    assert type(error) is NeedsPerson
    assert "nowhere" in str(error)
    assert "create it" in str(error)


def test_a_user_that_does_not_exist_needs_a_person(postgres: str) -> None:
    error = raised(postgres.replace("clipper@", "stranger:secret@"))
    assert type(error) is AuthorizationExpired


def test_a_user_who_may_not_log_in_needs_a_person(postgres: str, role: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("ALTER ROLE crippled NOLOGIN")
    assert type(raised(role)) is AuthorizationExpired


def test_a_table_that_may_not_be_read_needs_a_person(database_url: str, role: str) -> None:
    error = raised(role, "SELECT * FROM clipping.clients")
    assert type(error) is NeedsPerson
    assert "does not let this user" in str(error)


def test_too_many_connections_pass(postgres: str, role: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("ALTER ROLE crippled CONNECTION LIMIT 1")
        with psycopg.connect(libpq_url(role)):
            assert type(raised(role)) is ServiceUnavailable


def test_a_missing_table_is_our_fault(postgres: str) -> None:
    error = raised(postgres, "SELECT * FROM clipping.nothing")
    assert type(error) is Broken
    assert "clipping.nothing" in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("53100", DiskFull, id="disk-full"),
        pytest.param("53200", ServiceUnavailable, id="out-of-memory"),
        pytest.param("53300", ServiceUnavailable, id="too-many-connections"),
        pytest.param("57P01", ServiceUnavailable, id="admin-shutdown"),
        pytest.param("57P03", ServiceUnavailable, id="cannot-connect-now"),
        pytest.param("57014", ServiceUnavailable, id="query-canceled"),
        pytest.param("40001", ServiceUnavailable, id="serialization-failure"),
        pytest.param("40P01", ServiceUnavailable, id="deadlock"),
        pytest.param("55P03", ServiceUnavailable, id="lock-not-available"),
        pytest.param("25006", ServiceUnavailable, id="read-only"),
        pytest.param("08006", ServiceUnavailable, id="connection-failure"),
        pytest.param("28P01", AuthorizationExpired, id="password"),
        pytest.param("3D000", NeedsPerson, id="no-database"),
        pytest.param("42501", NeedsPerson, id="no-privilege"),
        pytest.param("23505", Broken, id="duplicate"),
        pytest.param("XX000", Broken, id="internal"),
    ],
)
def test_what_the_server_says_becomes_what_to_do_next(
    postgres: str, code: str, kind: type[ClippingError]
) -> None:
    say = f"DO $$ BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = '{code}'; END $$"
    assert type(raised(postgres, say)) is kind


def test_a_connection_that_the_server_ends_is_unavailable_and_the_next_one_works(
    postgres: str,
) -> None:
    end = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(ServiceUnavailable), open_session(postgres) as session:
        session.execute(end)
    with open_session(postgres) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_an_idle_connection_that_the_server_ended_is_replaced_unseen(postgres: str) -> None:
    with open_session(postgres) as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(postgres, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with open_session(postgres) as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != pid


def test_a_commit_that_fails_is_translated_too(database_url: str) -> None:
    with pytest.raises(Broken), open_session(database_url) as session:
        session.execute(
            text(
                "CREATE TEMPORARY TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
                "INSERT INTO late VALUES (1), (1)"
            )
        )


def test_a_server_that_answers_is_told_from_one_that_does_not(postgres: str) -> None:
    check_connection(postgres)
    assert answers(postgres)
    assert not answers(postgres.replace("socket", "nothing"))
    assert not answers("postgresql://127.0.0.1:1/n")


def test_statements_with_their_values_stay_out_of_messages(postgres: str) -> None:
    with pytest.raises(Broken) as caught, open_session(postgres) as session:
        session.execute(text("SELECT 1 / (length(:value) - 6)"), {"value": "secret"})
    assert "secret" not in str(caught.value) + str(caught.value.__cause__)
    assert "division by zero" in str(caught.value)


def test_threads_share_the_pool_without_a_limit_to_bump_into(postgres: str) -> None:
    def work() -> int:
        with open_session(postgres) as session:
            return int(session.execute(text("SELECT 1 FROM pg_sleep(0.005)")).scalar_one())

    with ThreadPoolExecutor(24) as threads:
        done = [threads.submit(work) for _ in range(120)]
    assert sum(answer.result() for answer in done) == 120


def test_a_forked_child_gets_connections_of_its_own(postgres: str) -> None:
    code = """
        import os, sys
        from sqlalchemy import text
        from clipping.db.session import engine, open_session
        url = sys.argv[1]
        ask = text("SELECT pg_backend_pid()")
        def backend():
            with open_session(url) as session:
                return session.execute(ask).scalar_one()
        ours = backend()
        before = engine(url)
        with open_session(url) as held:
            assert held.execute(ask).scalar_one() == ours
            child = os.fork()
            if child == 0:
                good = engine(url) is not before and backend() != ours and backend() != ours
                os._exit(0 if good else 1)
            assert os.waitpid(child, 0)[1] == 0
            assert held.execute(ask).scalar_one() == ours
        assert backend() == ours
        print("good")
    """
    with python(code, postgres) as process:
        assert finish(process).strip() == "good"


@contextmanager
def use_rules(connection: psycopg.Connection[Any], path: str, rules: str) -> Iterator[None]:
    """Other rules about who may log in, while the block runs."""
    before = Path(path).read_text()
    for text_now in (rules, before):
        Path(path).write_text(text_now)
        connection.execute("SELECT pg_reload_conf(), pg_sleep(0.2)")
        if text_now is rules:
            yield


def test_a_wrong_password_needs_a_person(postgres: str, role: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        rules = "local all crippled scram-sha-256\nlocal all all trust\n"
        with use_rules(connection, row[0], rules):
            error = raised(role)
            check_connection(role.replace(":secret@", ":right@"))
            without = raised(role.replace(":secret@", "@"))
    assert type(error) is type(without) is AuthorizationExpired
    assert "does not accept this user or password" in str(error)
