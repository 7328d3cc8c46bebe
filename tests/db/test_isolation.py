"""Whoever looks, as whom, and however they ask: they see what is theirs, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import Session, select

from clipping.db import queries
from clipping.db.columns import Sealed
from clipping.db.queries import people
from clipping.db.session import WEB_ROLE, close_pool, open_session, open_session_as
from clipping.db.tables import SCHEMA, AccountRow, PostRow, Row
from clipping.errors import ClippingError, NeedsPerson, ServiceUnavailable
from clipping.models import Role, User
from tests.support.database import remove_rows
from tests.support.everything import Keys, fill

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)

SHUT = {
    "account_tokens",
    "alarm_mentions",
    "alarm_messages",
    "alarm_targets",
    "alembic_version",
    "archived_objects",
    "replies",
    "sign_in_attempts",
    "sign_ins",
    "user_clients",
    "users",
}
"""No page reads anything of these."""

OF_CLIENTS = {
    "accounts",
    "clients",
    "clips",
    "drafts",
    "moments",
    "post_events",
    "posts",
    "releases",
    "sources",
    "verdicts",
}
"""A client's own people see theirs."""

OF_NOBODY = {"buckets", "outages"}
"""Belong to no client: an admin sees them, and of outages everybody who works here."""

ALL = {table.name for table in Row.metadata.sorted_tables}


@dataclass(frozen=True)
class World:
    """Two clients with a row of every table, and somebody of every kind."""

    url: str
    acme: Keys
    bravo: Keys

    def seen(self, user_id: str) -> dict[str, set[tuple[Any, ...]]]:
        """Keys of the rows that somebody sees, in each table of which they see any."""
        found = {}
        with open_session_as(self.url, user_id) as session:
            for table in sorted(ALL - SHUT):
                keys = Row.metadata.tables[f"{SCHEMA}.{table}"].primary_key
                columns = ", ".join(column.name for column in keys)
                rows = session.execute(text(f"SELECT {columns} FROM {SCHEMA}.{table}")).all()
                found[table] = {tuple(row) for row in rows}
        return {table: keys for table, keys in found.items() if keys}


def somebody(session: Session, who: str, role: Role, *clients: str) -> str:
    user = User(user_id="", name=who, role=role, clients=clients, created_at=NOW)
    return people.add_user(session, user, None, NOW).user_id


@pytest.fixture(scope="module")
def world(postgres: str) -> World:
    remove_rows(postgres)
    with open_session(postgres) as session:
        acme, bravo = fill(session, "acme"), fill(session, "bravo")
        somebody(session, "ann", Role.ADMIN)
        for client in ("acme", "bravo"):
            somebody(session, f"{client} operator", Role.OPERATOR, client)
            somebody(session, f"{client} client", Role.CLIENT, client)
        somebody(session, "of none", Role.OPERATOR)
        gone = somebody(session, "gone", Role.ADMIN)
        people.set_disabled(session, gone, NOW)
    return World(postgres, acme, bravo)


@pytest.fixture
def ids(world: World) -> dict[str, str]:
    with open_session(world.url) as session:
        return {user.name: user.user_id for user in people.users(session)}


def test_every_table_has_row_level_security_and_a_policy_or_is_shut(world: World) -> None:
    with psycopg.connect(world.url) as connection:
        found = connection.execute(
            """
            SELECT relname, relrowsecurity,
                EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid),
                has_any_column_privilege(%s, oid, 'SELECT, INSERT, UPDATE')
                OR has_table_privilege(%s, oid, 'DELETE, TRUNCATE')
            FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
            """,
            [WEB_ROLE, WEB_ROLE, SCHEMA],
        ).fetchall()
    assert {table for table, *_ in found} >= ALL
    assert [table for table, secured, *_ in found if not secured] == []
    open_ones = {table for table, _, _, readable in found if readable}
    assert {table for table, _, policy, _ in found if policy} == open_ones
    assert {table for table, *_ in found} - open_ones == SHUT


def test_the_pages_role_is_nobody_who_could_pass_by(world: World) -> None:
    with psycopg.connect(world.url) as connection:
        found = connection.execute(
            "SELECT rolcanlogin, rolbypassrls, rolsuper, rolcreaterole FROM pg_roles "
            "WHERE rolname = %s",
            [WEB_ROLE],
        ).fetchone()
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [WEB_ROLE]
        ).fetchone()
    assert found == (False, False, False, False)
    assert owned == (0,)


def test_secrets_are_no_business_of_a_page_wherever_they_lie(world: World) -> None:
    with psycopg.connect(world.url) as connection:
        for table in Row.metadata.sorted_tables:
            for column in table.columns:
                row = connection.execute(
                    "SELECT has_column_privilege(%s, %s, %s, 'SELECT')",
                    [WEB_ROLE, table.fullname, column.name],
                ).fetchone()
                secret = isinstance(column.type, Sealed) or table.name in SHUT
                assert row == (not secret,), f"{table.name}.{column.name}"


def test_an_operator_sees_the_rows_of_their_clients_alone(
    world: World, ids: dict[str, str]
) -> None:
    seen = world.seen(ids["acme operator"])
    assert seen.pop("outages") == {world.acme["outages"], world.bravo["outages"]}
    assert seen == {table: {world.acme[table]} for table in ALL - SHUT - OF_NOBODY}


def test_a_clients_own_people_see_their_clips_and_what_becomes_of_them(
    world: World, ids: dict[str, str]
) -> None:
    assert world.seen(ids["bravo client"]) == {table: {world.bravo[table]} for table in OF_CLIENTS}


@pytest.mark.parametrize("who", ["nobody", "gone", "of none"])
def test_whoever_is_nobody_here_sees_nothing(world: World, ids: dict[str, str], who: str) -> None:
    seen = world.seen(ids.get(who, "user_0000000000000000"))
    assert set(seen) == ({"outages"} if who == "of none" else set())
    assert world.seen("") == {}


def test_an_admin_sees_everybodys_rows(world: World, ids: dict[str, str]) -> None:
    both = {table: {world.acme[table], world.bravo[table]} for table in ALL - SHUT}
    assert world.seen(ids["ann"]) == both


@pytest.mark.parametrize("table", sorted(SHUT))
def test_nobody_may_even_ask_for_what_is_shut(
    world: World, ids: dict[str, str], table: str
) -> None:
    with pytest.raises(NeedsPerson), open_session_as(world.url, ids["ann"]) as session:
        session.execute(text(f"SELECT count(*) FROM {SCHEMA}.{table}"))


WRITES = [
    pytest.param("UPDATE clipping.clips SET style = 'x'", "clips", id="clips"),
    pytest.param("UPDATE clipping.posts SET note = 'x'", "posts", id="posts"),
    pytest.param("UPDATE clipping.accounts SET paused = 'x'", "accounts", id="accounts"),
    pytest.param("UPDATE clipping.clients SET name = name", "clients", id="clients"),
    pytest.param("UPDATE clipping.verdicts SET decision = 'rejected'", "verdicts", id="verdicts"),
    pytest.param("UPDATE clipping.moments SET hook = 'x'", "moments", id="moments"),
    pytest.param("UPDATE clipping.drafts SET wishes = 'x'", "drafts", id="drafts"),
    pytest.param("UPDATE clipping.sources SET rights_note = 'x'", "sources", id="sources"),
    pytest.param("UPDATE clipping.stops SET why = 'x'", "stops", id="stops"),
    pytest.param("UPDATE clipping.alerts SET seen_by = 'x'", "alerts", id="alerts"),
    pytest.param("DELETE FROM clipping.glossary_terms", "glossary_terms", id="glossary"),
    pytest.param("DELETE FROM clipping.watches", "watches", id="watches"),
]


def changed(world: World, user_id: str, statement: str, **values: str) -> int:
    """How many rows somebody changes who forgot to say whose; nothing of it is kept."""

    class Undone(Exception):
        pass

    count = -1
    try:
        with open_session_as(world.url, user_id, writes=True) as session:
            count = session.execute(text(statement), values).rowcount  # type: ignore[attr-defined]
            raise Undone
    except Undone:
        return count


@pytest.mark.parametrize(("statement", "table"), WRITES)
def test_who_forgets_to_say_whose_changes_their_own_rows_alone(
    world: World, ids: dict[str, str], statement: str, table: str
) -> None:
    assert changed(world, ids["acme operator"], statement) == 1
    assert changed(world, ids["of none"], statement) == 0
    assert changed(world, ids["bravo client"], statement) == (1 if table == "verdicts" else 0)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(
            "UPDATE clipping.clips SET client_id = :client, source_id = :source", id="given away"
        ),
        pytest.param(
            "INSERT INTO clipping.stops (client_id, source_id, by, at, why, lifted_by) "
            "VALUES (:client, :source, 'x', now(), 'x', '')",
            id="made",
        ),
    ],
)
def test_nobody_makes_a_row_of_somebody_elses_client(
    world: World, ids: dict[str, str], statement: str
) -> None:
    theirs = {"client": world.bravo["clients"][0], "source": world.bravo["sources"][0]}
    with pytest.raises(NeedsPerson):
        changed(world, ids["acme operator"], statement, **theirs)


def test_what_stops_everybody_is_an_admins_to_set(world: World, ids: dict[str, str]) -> None:
    statement = "INSERT INTO clipping.stops (by, at, why, lifted_by) VALUES ('x', now(), 'x', '')"
    assert changed(world, ids["ann"], statement) == 1
    with pytest.raises(NeedsPerson):
        changed(world, ids["acme operator"], statement)


@pytest.mark.parametrize("how", ["well", "badly"])
def test_nothing_of_a_person_is_left_on_the_connection(
    world: World, ids: dict[str, str], how: str
) -> None:
    close_pool(world.url)  # so that the next session is on the very connection
    with open_session(world.url) as session:
        before = session.execute(text("SELECT pg_backend_pid(), current_user")).one()
    try:
        with open_session_as(world.url, ids["acme client"]) as session:
            asked = "SELECT pg_backend_pid(), current_user, current_setting('clipper.user_id')"
            assert session.execute(text(asked)).one() == (
                before[0],
                WEB_ROLE,
                ids["acme client"],
            )
            if how == "badly":
                raise ValueError
    except ValueError:
        pass
    with open_session(world.url) as session:
        asked = "SELECT pg_backend_pid(), current_user, current_setting('clipper.user_id', true)"
        assert session.execute(text(asked)).one() == (*before, "")


def test_a_session_that_was_ended_early_does_not_go_on_as_somebody_else(
    world: World, ids: dict[str, str]
) -> None:
    def go_on() -> None:
        with open_session_as(world.url, ids["acme client"]) as session:
            session.commit()
            session.execute(text("SELECT count(*) FROM clipping.users"))

    with pytest.raises(ClippingError, match="closed transaction"):
        go_on()


def test_what_is_only_read_cannot_be_changed(world: World, ids: dict[str, str]) -> None:
    with (
        pytest.raises(ServiceUnavailable, match="read-only"),
        open_session_as(world.url, ids["ann"]) as session,
    ):
        session.execute(text("UPDATE clipping.clips SET style = 'x'"))


def _unloaded(row: object) -> set[str]:
    """Its columns that did not come with it."""
    return instance_state(row).unloaded


def test_whole_rows_come_without_the_secrets_in_them(world: World, ids: dict[str, str]) -> None:
    with open_session_as(world.url, ids["ann"]) as session:
        other = aliased(AccountRow)
        [account, _] = session.exec(select(AccountRow)).all()
        [again, _] = session.exec(select(other)).all()
        assert "proxy" in _unloaded(account) & _unloaded(again)
        post = session.get(PostRow, world.acme["posts"][0])
        assert post is not None
        assert "handle" in _unloaded(post)
        joined = session.exec(
            select(PostRow, AccountRow.handle).join(
                AccountRow,
                AccountRow.account_id == PostRow.account_id,  # type: ignore[arg-type]
            )
        ).all()
        assert len(joined) == 2
        assert len(queries.clients.clients(session)) == 2


def test_who_is_seen_is_asked_once_for_a_statement_and_finds_its_index(
    world: World, ids: dict[str, str]
) -> None:
    with open_session_as(world.url, ids["acme operator"]) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(
            session.execute(
                text("EXPLAIN SELECT clip_id FROM clipping.clips WHERE style = 'x'")
            ).scalars()
        )
    assert "InitPlan" in plan
    assert "Index Cond: (client_id = ANY" in plan
