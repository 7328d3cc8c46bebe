"""A backup goes into an empty machine, and nothing that went out since goes out again."""

from __future__ import annotations

import json
import os
import signal
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from clipping.db import dumping, migrate, queries
from clipping.db.session import close_pool, open_session
from clipping.errors import ClippingError, NeedsPerson, Rejected
from clipping.keeping import backups
from clipping.keeping.backups import DUMP, MANIFEST, Manifest
from clipping.models import PostState, Stage, Stop
from clipping.settings import settings
from clipping.vault import Vault, fingerprint, new_key
from flows import cli
from tasks import backup, post_changes
from tasks.readback import read_back_restored
from tasks.restore import restore
from tests.db.test_account_rows import some_tokens
from tests.support.commands import CliRunner
from tests.support.database import embedded_database, remove_rows
from tests.tasks.post_place import KEY, VAULT, Place, place_at

NOW = datetime.now(UTC)


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with place_at("youtube", database_url, tmp_path / "home", monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def elsewhere_url(postgres: str) -> Iterator[str]:
    """Another machine's database, with tables."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
        url = postgres.replace("/clipper?", "/elsewhere?")
        migrate.upgrade(url)
        yield url
        close_pool(url)
        connection.execute("DROP DATABASE elsewhere WITH (FORCE)")


@pytest.fixture
def empty(elsewhere_url: str) -> str:
    """Another machine: its database has no rows."""
    remove_rows(elsewhere_url)
    return elsewhere_url


def move_to(url: str, patch: pytest.MonkeyPatch, keys: str | None = None) -> None:
    """From now on the program works on that database."""
    patch.setenv("DATABASE_URL", url)
    if keys is not None:
        patch.setenv("CLIPPER_VAULT_KEYS", keys)
    settings.cache_clear()


def test_what_went_out_after_the_backup_does_not_go_out_again(
    place: Place, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, other = place.account("1"), place.account("2")
    with place.session() as session:
        queries.tokens.save_tokens(session, VAULT, account.account_id, some_tokens())
    due, later = place.post(account), place.post(account, after_s=30 * 3600)
    folder, manifest = backup.back_up(tmp_path / "backups", place.now)
    assert manifest.rows["posts"] == 2
    assert manifest.needs_keys == (fingerprint(KEY),)
    assert (manifest.sealed, manifest.unopened) == (2, 0)
    # It goes out, and so does one that the backup has never heard of.
    place.publisher().round()
    unheard = place.post(other)
    place.publisher().round()
    gone_out = len(place.public(account)), len(place.public(other))
    assert gone_out == (1, 1)
    place.world.clock.advance_to(place.now + timedelta(hours=2))
    move_to(empty, monkeypatch)
    done = restore(folder, place.now)
    assert done.looked_for == 1
    elsewhere = Place(**{**vars(place), "url": empty})
    with elsewhere.session() as session:
        tokens = queries.tokens.find_tokens(session, VAULT, account.account_id)
        assert tokens is not None
        assert tokens.access.get_secret_value() == some_tokens().access.get_secret_value()
    assert elsewhere.stored(due).state is PostState.UNKNOWN
    for hours in (10, 10, 8.5):
        elsewhere.world.clock.advance_to(elsewhere.now + timedelta(hours=hours))
        elsewhere.publisher().round()
    assert len(place.public(account)) == 1
    held = elsewhere.stored(later)
    assert (held.state, "The restore stopped everything" in held.note) == (PostState.HELD, True)
    with elsewhere.session() as session:
        assert [one.kind for one in queries.alerts.alerts(session)] == ["restored"]
    # The account shows it, and another shows one of which these rows have never heard.
    assert read_back_restored(elsewhere.publisher(), 9) == {"accounts": 2, "posted": 1}
    found = elsewhere.stored(due)
    assert (found.state, found.posted_at) == (PostState.POSTED, place.public(account)[0].at)
    assert found.receipt.public_id == place.public(account)[0].public_id
    with elsewhere.session() as session:
        [told] = [one for one in queries.alerts.alerts(session) if one.account_id]
    assert place.public(other)[0].public_id in told.sentence
    assert read_back_restored(elsewhere.publisher(), 9) == {}
    [stop] = stops_of(elsewhere)
    with elsewhere.session() as session:
        assert stop.by == "the restore"
        queries.stops.lift_stop(session, stop.stop_id, "Ann", elsewhere.now)
        queries.stops.look_again(session, stop, elsewhere.now)
    elsewhere.publisher().round()
    assert elsewhere.stored(due).receipt.stage is Stage.POSTED
    assert len(place.public(account)) == 2
    assert unheard.post_id not in {one.post_id for one in elsewhere.posts()}


def test_what_an_account_does_not_show_waits_for_a_person_who_lets_it_go(
    place: Place, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = place.account("1")
    due = place.post(account)
    folder, _ = backup.back_up(tmp_path / "backups", place.now)
    place.world.clock.advance_to(place.now + timedelta(hours=1))
    move_to(empty, monkeypatch)
    restore(folder, place.now)
    elsewhere = Place(**{**vars(place), "url": empty})
    publisher = elsewhere.publisher()
    assert read_back_restored(publisher, 9) == {"accounts": 1, "posted": 0}
    waiting = elsewhere.stored(due)
    assert (waiting.state, "does not show it" in waiting.note) == (PostState.UNKNOWN, True)
    post_changes.retry(due.post_id, "Ann", elsewhere.now)
    publisher.round()
    assert place.public(account) == []
    with elsewhere.session() as session:
        [stop] = queries.stops.stops(session)
        queries.stops.lift_stop(session, stop.stop_id, "Ann", elsewhere.now)
        queries.stops.look_again(session, stop, elsewhere.now)
    elsewhere.run()
    assert len(place.public(account)) == 1
    assert read_back_restored(publisher, 9) == {}


def stops_of(place: Place) -> list[Stop]:
    with place.session() as session:
        return list(queries.stops.stops(session))


def test_a_post_that_was_begun_waits_for_a_person_and_one_that_is_armed_is_looked_up(
    place: Place, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = place.account("1")
    post = place.post(account)
    place.dies_at_stage = Stage.ARMED
    with pytest.raises(BaseException):  # noqa: B017
        place.publisher().round()
    place.dies_at_stage = None
    folder, _ = backup.back_up(tmp_path / "backups", place.now)
    # Whoever armed it sent it.
    place.world.clock.advance_to(place.now + timedelta(minutes=5))
    place.run()
    assert len(place.public(account)) == 1
    move_to(empty, monkeypatch)
    assert restore(folder, place.now).looked_for == 0
    elsewhere = Place(**{**vars(place), "url": empty})
    elsewhere.run()
    assert elsewhere.stored(post).state is PostState.POSTED
    assert len(place.public(account)) == 1


def test_a_key_that_is_missing_is_said_before_anything_is_touched(
    place: Place, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = place.account("1")
    with place.session() as session:
        queries.tokens.save_tokens(session, VAULT, account.account_id, some_tokens())
    folder, _ = backup.back_up(tmp_path / "backups")
    for keys in ("", new_key().get_secret_value()):
        move_to(empty, monkeypatch, keys)
        with pytest.raises(NeedsPerson, match=f"fingerprint {fingerprint(KEY)}"):
            restore(folder)
    assert sum(dumping.row_counts(empty).values()) == 0
    # Sealed under a key that is not there, a secret is counted all the same.
    move_to(place.url, monkeypatch, new_key().get_secret_value())
    _, manifest = backup.back_up(tmp_path / "backups", NOW + timedelta(hours=1))
    assert (manifest.needs_keys, manifest.sealed, manifest.unopened) == ((), 2, 2)


def test_a_database_with_rows_is_not_restored_into(place: Place, tmp_path: Path) -> None:
    folder, _ = backup.back_up(tmp_path / "backups")
    with pytest.raises(NeedsPerson, match="into an empty database only"):
        restore(folder)
    with place.session() as session:
        assert queries.clients.clients(session) == ["acme"]


def test_a_backup_that_is_not_whole_is_refused(
    place: Place, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, manifest = backup.back_up(tmp_path / "backups")
    move_to(empty, monkeypatch)
    whole = (folder / DUMP).read_bytes()

    def refused(kind: type[ClippingError], words: str, changed: Manifest | None = manifest) -> None:
        if changed is None:
            (folder / MANIFEST).unlink()
        else:
            (folder / MANIFEST).write_text(changed.model_dump_json())
        with pytest.raises(kind, match=words):
            restore(folder)
        assert sum(dumping.row_counts(empty).values()) == 0

    # Noticed by what is loaded: nothing of it stays.
    refused(NeedsPerson, "not the rows", manifest.replace(rows={**manifest.rows, "sources": 7}))
    refused(NeedsPerson, "newer version", manifest.replace(revision="9999"))
    refused(NeedsPerson, "newer version", manifest.replace(format=2))
    (folder / DUMP).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    refused(NeedsPerson, "damaged")
    (folder / DUMP).write_bytes(whole[:200])
    refused(NeedsPerson, "no dump that pg_restore can read")
    (folder / DUMP).unlink()
    refused(Rejected, "has lost its database.dump")
    refused(Rejected, "There is no backup", None)


def test_a_restore_that_is_killed_leaves_nothing_and_runs_again(
    place: Place, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, manifest = backup.back_up(tmp_path / "backups")
    move_to(empty, monkeypatch)
    child = os.fork()
    if child == 0:
        # Half of the rows are there when it dies.
        real = dumping.load

        def die(url: str, file: Path, after: str, scratch: Path) -> None:
            real(url, file, f"{after} SELECT pg_terminate_backend(pg_backend_pid());", scratch)

        monkeypatch.setattr(dumping, "load", die)
        try:
            restore(folder)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert sum(dumping.row_counts(empty).values()) == 0
    assert restore(folder).rows == sum(manifest.rows.values())
    with open_session(empty) as session:
        assert queries.clients.clients(session) == ["acme"]


def test_the_commands_bring_a_machine_to_another_that_is_empty(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the embedded server of a home that was never used."""

    def run(*arguments: object) -> tuple[int, str]:
        ended = CliRunner().invoke(cli.app, [*map(str, arguments)])
        return ended.exit_code, ended.output

    account = place.account("1")
    with place.session() as session:
        queries.tokens.save_tokens(session, VAULT, account.account_id, some_tokens())
    to, keys = tmp_path / "backups", tmp_path / "keys"
    code, said = run("backup", "--to", to)
    assert (code, fingerprint(KEY) in said, KEY.get_secret_value() in said) == (0, True, False)
    [folder] = to.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert KEY.get_secret_value().encode() not in file.read_bytes()
    code, said = run("backup", "--keys", to / "keys", "--to", to)
    assert (code, "beside the backups" in said) == (3, True)
    code, said = run("backup", "--keys", keys)
    assert (code, KEY.get_secret_value() in said) == (0, False)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    # Asked for again, as after a backup that broke off; another file of that name stays.
    assert run("backup", "--keys", keys)[0] == 0
    another = tmp_path / "another"
    another.write_text("mine")
    assert run("backup", "--keys", another)[0] == 3
    assert another.read_text() == "mine"
    readable = tmp_path / "readable"
    readable.write_text(keys.read_text())
    readable.chmod(0o644)
    assert run("backup", "--keys", readable)[0] == 3
    both, more = tmp_path / "more", tmp_path / "more-keys"
    assert run("backup", "--keys", more, "--to", both)[0] == 0
    assert (more.read_text(), len([*both.iterdir()])) == (keys.read_text(), 1)
    kept = keys.read_text().strip().partition("=")[2]
    home = tmp_path / "empty"
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("CLIPPER_HOME", str(home))
    move_to_home(monkeypatch, kept)
    with embedded_database(home) as url:
        code, said = run("restore", to, "--json")
        assert (code, json.loads(said)["looked_for"]) == (0, 0)
        with open_session(url) as session:
            tokens = queries.tokens.find_tokens(session, Vault([KEY]), account.account_id)
            assert tokens is not None
            assert "CANARY" in tokens.access.get_secret_value()
    monkeypatch.setenv("DATABASE_URL", place.url)


def move_to_home(patch: pytest.MonkeyPatch, keys: str) -> None:
    patch.setenv("CLIPPER_VAULT_KEYS", keys)
    settings.cache_clear()


def test_the_oldest_backups_go_and_nothing_else(place: Place, tmp_path: Path) -> None:
    to = tmp_path / "backups"
    for hour in range(3):
        (to / backups.folder_name(NOW - timedelta(hours=hour + 1))).mkdir(parents=True)
    (to / "mine").mkdir()
    (to / ".new-dead").mkdir()
    done = backup.back_up_database.fn(str(to), 2)
    assert len(done["removed"]) == 2  # type: ignore[arg-type]
    left = {one.name for one in to.iterdir()}
    assert (len(left), "mine" in left, ".new-dead" in left) == (3, True, False)
    assert place.url


def test_only_names_of_backups_are_taken_for_some() -> None:
    names = [backups.folder_name(NOW - timedelta(days=day)) for day in range(5)]
    assert backups.outdated([*names, "x", "clipper-2026"], 2) == names[2:]
    assert backups.outdated(names, 0) == names[1:]
    assert backups.made_when(names[0]) == NOW.replace(microsecond=0)


def test_the_address_of_a_database_is_in_no_argument() -> None:
    url = "postgresql://ann:p%40ss@db.example.net:6432/clips?sslmode=require&connect_timeout=3"
    assert dumping._environment(url) == {
        "PGHOST": "db.example.net",
        "PGPORT": "6432",
        "PGUSER": "ann",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "clips",
        "PGSSLMODE": "require",
        "PGCONNECT_TIMEOUT": "3",
    }
