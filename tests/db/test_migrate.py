from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from clipping.db import migrate, queries
from clipping.db.session import close_pool, engine, open_session, open_session_as
from clipping.db.tables import SCHEMA, Row
from clipping.errors import Broken, NeedsPerson, ServiceUnavailable
from clipping.models import ClipState
from tests.db.values import a_clip, a_detection, a_moment, a_source, a_transcript


@pytest.fixture
def empty(postgres: str) -> Iterator[str]:
    """The URL of a database without anything."""
    name = "empty"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        url = postgres.replace("/clipper?", f"/{name}?")
        yield url
        close_pool(url)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def alembic(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def schema(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the server knows of our tables, in its own words."""
    questions = {
        "columns": """
            SELECT table_name, column_name, data_type, is_nullable, column_default
            FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2""",
        "constraints": """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = to_regnamespace(%s) ORDER BY 1, 2""",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s "
        "ORDER BY 1, 2",
    }
    with psycopg.connect(url) as connection:
        return {
            kind: [
                row
                for row in connection.execute(question, [SCHEMA])
                if migrate.VERSION_TABLE not in row[0]
            ]
            for kind, question in questions.items()
        }


def test_tables_and_migrations_agree(empty: str) -> None:
    migrate.upgrade(empty)
    with engine(empty).connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
                "version_table": migrate.VERSION_TABLE,
                "version_table_schema": SCHEMA,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, Row.metadata) == []
        command.check(alembic(connection))


def test_migrations_make_exactly_what_the_tables_say_checks_included(empty: str) -> None:
    migrate.upgrade(empty)
    migrated = schema(empty)
    with engine(empty).begin() as connection:
        connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        Row.metadata.create_all(connection)
    assert schema(empty) == migrated
    assert len(migrated["columns"]) > 60


def test_going_down_leaves_nothing_and_up_again_everything(empty: str) -> None:
    migrate.upgrade(empty)
    migrated = schema(empty)
    with engine(empty).connect() as connection:
        command.downgrade(alembic(connection), "base")
    assert schema(empty) == {"columns": [], "constraints": [], "indexes": []}
    assert migrate.current(empty) is None
    migrate.upgrade(empty)
    assert schema(empty) == migrated


def test_what_looked_ready_of_a_held_moment_waits_for_a_person_from_the_ninth_on(
    empty: str,
) -> None:
    migrate.upgrade(empty)
    with open_session(empty) as session:
        queries.sources.save_source(session, a_source())
        heard = queries.transcripts.save_transcript(
            session, a_source().source_id, None, a_transcript()
        )
        queries.detections.save_detection(
            session, a_source().source_id, heard, "key", a_detection()
        )
        queries.rescues.save_rescued(session, "key", [a_moment(3)], datetime.now(UTC))
        queries.clips.save_clip(session, a_clip("clip_free"))
        queries.clips.save_clip(session, a_clip("clip_held", moment_id=a_moment(2).moment_id))

    def states() -> dict[str, str]:
        with psycopg.connect(empty) as connection:
            rows = connection.execute(f"SELECT clip_id, state FROM {SCHEMA}.clips").fetchall()
        return dict(rows)

    def went_down() -> None:
        with engine(empty).connect() as connection:
            command.downgrade(alembic(connection), "0008")

    assert states() == {"clip_free": "ready", "clip_held": "held"}
    went_down()
    # Never ready for rules that know of no hold; and only what was chosen is a moment.
    assert states() == {"clip_free": "ready", "clip_held": "failed_proof"}
    with psycopg.connect(empty) as connection:
        linked = connection.execute(f"SELECT count(*) FROM {SCHEMA}.detection_moments").fetchone()
        assert linked == (2,)
        connection.execute(f"UPDATE {SCHEMA}.clips SET state = 'ready'")
    migrate.upgrade(empty)
    assert states() == {"clip_free": "ready", "clip_held": "held"}


def test_of_clips_of_one_recipe_the_first_one_stays_when_recipes_become_unique(empty: str) -> None:
    migrate.upgrade(empty)
    with open_session(empty) as session:
        source = a_source()
        queries.sources.save_source(session, source)
        transcript = queries.transcripts.save_transcript(
            session, source.source_id, None, a_transcript()
        )
        queries.detections.save_detection(
            session, source.source_id, transcript, "key", a_detection()
        )
    with engine(empty).connect() as connection:
        command.downgrade(alembic(connection), "0009")
    first = a_clip("clip_z")
    later = a_clip("clip_a", plan=first.plan, rendered_at=first.rendered_at + timedelta(hours=1))
    other = a_clip("clip_b", rendered_at=later.rendered_at)
    failed = a_clip(
        "clip_c",
        plan=first.plan,
        rendered_at=first.rendered_at - timedelta(hours=1),
        state=ClipState.FAILED_PROOF,
    )
    with open_session(empty) as session:
        for clip in (later, other, first, failed):
            queries.clips.save_clip(session, clip)
    migrate.upgrade(empty)
    with open_session(empty) as session:
        assert queries.clips.recent_clips(session) == [other, first]


def test_upgrading_again_changes_nothing_and_is_fast(empty: str) -> None:
    migrate.upgrade(empty)
    before = schema(empty)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        migrate.upgrade(empty)
        times.append(time.perf_counter() - began)
    assert schema(empty) == before
    assert min(times) < 0.15


def test_file_names_tell_the_newest_revision_as_alembic_does() -> None:
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    known = [script.revision for script in scripts.walk_revisions()]
    assert migrate.revisions() == known[::-1]
    assert migrate.revisions()[-1] == scripts.get_current_head()


def test_many_upgrades_at_once_migrate_once(empty: str) -> None:
    with ThreadPoolExecutor(6) as threads:
        done = [threads.submit(migrate.upgrade, empty) for _ in range(6)]
    assert [one.result() for one in done] == [None] * 6
    assert migrate.current(empty) == migrate.revisions()[-1]


def test_a_database_of_a_newer_program_is_left_alone(empty: str) -> None:
    migrate.upgrade(empty)
    before = schema(empty)
    with psycopg.connect(empty) as connection:
        connection.execute(f"UPDATE {SCHEMA}.{migrate.VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(NeedsPerson, match=r"9999.*update the program"):
        migrate.upgrade(empty)
    assert schema(empty) == before


def test_a_migration_that_fails_leaves_nothing_half(empty: str) -> None:
    with psycopg.connect(empty) as connection:
        # In the way of one of the last tables of the first migration.
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(f"CREATE TABLE {SCHEMA}.clips (clip_id text)")
    with pytest.raises(Broken, match="clips"):
        migrate.upgrade(empty)
    assert [row[0] for row in schema(empty)["columns"]] == ["clips"]
    assert migrate.current(empty) is None


def test_who_may_make_no_roles_is_told_what_an_administrator_has_to_run(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("CREATE ROLE modest LOGIN")
        admin.execute("CREATE DATABASE modest OWNER modest")
        url = postgres.replace("clipper@/clipper?", "modest@/modest?")
        assert url != postgres
        try:
            with pytest.raises(NeedsPerson, match="may not make the role clipper_web") as told:
                migrate.upgrade(url)
            assert migrate.current(url) is None
            [statement] = re.findall(r"run (GRANT .*;) and then", str(told.value))
            admin.execute(statement)
            migrate.upgrade(url)
            # No superuser either: what holds for the pages holds without one.
            with open_session_as(url, "nobody") as session:
                assert session.execute(text("SELECT count(*) FROM clipping.clips")).one() == (0,)
            with pytest.raises(NeedsPerson), open_session_as(url, "nobody") as session:
                session.execute(text("SELECT count(*) FROM clipping.users"))
        finally:
            close_pool(url)
            admin.execute("DROP DATABASE modest WITH (FORCE)")
            admin.execute("DROP ROLE modest")


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(ServiceUnavailable):
        migrate.upgrade("postgresql://127.0.0.1:1/n")


def test_what_came_in_since_somebody_looked_is_not_dropped_with_the_tables(
    database_url: str,
) -> None:
    with open_session(database_url) as session:
        queries.sources.save_source(session, a_source())
    with pytest.raises(NeedsPerson, match="not empty any more"):
        migrate.upgrade_to(database_url, "0001")
    with open_session(database_url) as session:
        assert queries.sources.get_source(session, a_source().source_id) == a_source()
