"""What is old leaves the store for the archive and comes back, whatever is killed when."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.queries.keeping import QUEUED
from clipping.errors import DiskFull, NeedsPerson, ServiceUnavailable
from clipping.keeping import policy
from clipping.models import PlatformName, PostState, SourceRequest
from clipping.settings import settings
from clipping.storage import LocalStore
from flows import cli
from tasks import room, sweep, workplace
from tasks.ingest import ingest_source
from tasks.sweep import Swept
from tasks.workplace import files_held, media_store
from tests.support.commands import CliRunner
from tests.tasks.post_place import CLIENT
from tests.tasks.sweep_place import DAY, NOW, TALK, SweepPlace, sweep_place

_SHARE = int(os.environ.get("CLIPPER_TEST_SHARE", "5"))
"""One in so many steps to die at is tried; all with 1."""


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SweepPlace]:
    with sweep_place(database_url, tmp_path, monkeypatch) as made:
        yield made


def swept(now: datetime = NOW) -> Swept:
    return sweep.sweep(apply=True, now=now)


def done(found: Swept) -> dict[str, int]:
    return {deed: counts[0] for deed, counts in found.done.items()}


def test_an_old_original_is_in_the_archive_only_and_comes_back_when_it_is_asked_for(
    place: SweepPlace,
) -> None:
    found = swept()
    assert done(found) == {"archive": 1, "remove": 1}
    assert found.stored == {(CLIENT, "original"): [1, len(TALK)]}
    assert (place.keys(place.store), place.keys(place.archive)) == (set(), {place.talk_key})
    again = swept()
    assert (done(again), again.archived) == ({}, {(CLIENT, "original"): [1, len(TALK)]})
    store = media_store()
    assert store.exists(place.talk_key)
    with files_held():
        assert store.local_path(place.talk_key).read_bytes() == TALK
    assert place.keys(place.store) == {place.talk_key}
    # It rests for a week, then it goes again, without another copy.
    assert done(swept()) == {}
    place.set_age(8)
    assert done(swept()) == {"remove": 1}


def test_a_posted_clip_leaves_the_store_and_a_year_later_the_archive(place: SweepPlace) -> None:
    key, content = place.clip()
    place.post("clip_1", 31)
    queued, _ = place.clip("clip_2")
    place.post("clip_2", None)
    place.set_age(40)
    found = swept()
    assert place.keys(place.store) == {queued, place.talk_key}
    assert found.kept["posts of it are queued"] == [1, len(TALK)]
    assert media_store().local_path(key).read_bytes() == content
    (place.store / key).unlink()
    found = swept(now=NOW + 335 * DAY)
    assert found.done["drop"] == [1, len(content)]
    assert key not in place.keys(place.archive)
    assert not media_store().exists(key)
    with pytest.raises(NeedsPerson, match="missing"):
        media_store().local_path(key)

    def planned() -> set[str]:
        with place.session() as session:
            found = queries.plans.clip_candidates(session, CLIENT, [PlatformName.X], [], 9)
        return {one.clip_id for one in found}

    # Nobody plans what is nowhere, until it was rendered again.
    assert planned() == {"clip_2"}
    place.file(key, content)
    later = NOW + 336 * DAY
    os.utime(place.store / key, (later.timestamp(), later.timestamp()))
    swept(now=later)
    assert planned() == {"clip_1", "clip_2"}


def test_nothing_that_is_queued_leaves_the_store(place: SweepPlace) -> None:
    key, _ = place.clip()
    place.post("clip_1", None, posted_at=NOW - 400 * DAY)
    place.set_age(500)
    for state in QUEUED:
        with place.session() as session:
            [post] = queries.posts.posts(session)
            queries.posts.save_post(session, post, post.replace(state=state), NOW)
        swept(now=NOW + 400 * DAY)
        assert place.keys(place.store) == {key, place.talk_key}, state
    assert set(QUEUED) == set(PostState) - {
        PostState.POSTED,
        PostState.FAILED,
        PostState.CANCELLED,
    }


def test_a_post_that_is_reserved_meanwhile_keeps_the_clip(
    place: SweepPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = place.clip()
    place.post("clip_1", 400)
    place.set_age(500)
    real = policy.decide

    def decided(*given: Any) -> Any:
        plan = real(*given)
        with place.session() as session:
            for post in queries.posts.posts(session):
                held = post.replace(state=PostState.HELD, posted_at=None)
                queries.posts.save_post(session, post, held, NOW)
        return plan

    monkeypatch.setattr(sweep, "decide", decided)
    swept()
    assert key in place.keys(place.store)
    assert key in place.keys(place.archive)


def test_a_file_in_use_stays_until_nobody_needs_it(place: SweepPlace) -> None:
    swept()
    with files_held():
        path = media_store().local_path(place.talk_key)
        place.set_age(8)
        assert swept().kept == {"it is in use, or was made anew": [1, len(TALK)]}
        assert path.read_bytes() == TALK
    assert done(swept()) == {"remove": 1}


def test_what_the_archive_has_lost_or_changed_does_not_leave_the_store(place: SweepPlace) -> None:
    swept()
    with files_held():
        media_store().local_path(place.talk_key)
    (place.archive / place.talk_key).write_bytes(b"damaged")
    place.set_age(8)
    found = swept()
    assert "does not hold" in found.troubles[0]
    assert place.keys(place.store) == {place.talk_key}
    # Its row is gone: the next one sends it anew.
    assert done(swept()) == {"archive": 1, "remove": 1}
    (place.archive / place.talk_key).write_bytes(b"damaged again")
    with pytest.raises(NeedsPerson, match="damaged in the archive"):
        media_store().local_path(place.talk_key)
    assert place.keys(place.store) == set()


def test_a_damaged_original_goes_nowhere(place: SweepPlace) -> None:
    place.file(place.talk_key, b"not the talk")
    place.set_age(8)
    found = swept()
    assert "is not what was stored there" in found.troubles[0]
    assert place.keys(place.archive) == set()
    assert place.keys(place.store) == {place.talk_key}


def test_a_damaged_copy_is_noticed_before_the_original_goes(
    place: SweepPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(self: LocalStore, path: Path, key: str) -> None:
        (self.root / key).parent.mkdir(parents=True, exist_ok=True)
        (self.root / key).write_bytes(path.read_bytes()[:-1])

    monkeypatch.setattr(LocalStore, "put", put)
    assert "damaged on its way" in swept().troubles[0]
    assert place.keys(place.store) == {place.talk_key}


def test_an_archive_that_is_away_ends_the_sweep(
    place: SweepPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ServiceUnavailable("The archive is away.")

    monkeypatch.setattr(LocalStore, "read_back", away)
    with pytest.raises(ServiceUnavailable):
        swept()
    assert place.keys(place.store) == {place.talk_key}


def _dies_at(number: int, patch: pytest.MonkeyPatch) -> None:
    """Of this process: SIGKILL before or after one of its acts on a file or a row."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def mortal(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*given: Any, **named: Any) -> Any:
            step()
            result = real(*given, **named)
            step()
            return result

        return act

    for name in ("put", "remove", "delete"):
        patch.setattr(LocalStore, name, mortal(getattr(LocalStore, name)))
    for name in ("save_archived", "note_removed", "note_dropped"):
        patch.setattr(queries.keeping, name, mortal(getattr(queries.keeping, name)))
    real = workplace.db_session

    def session() -> Any:
        step()
        return real()

    patch.setattr(sweep, "db_session", session)


def test_whoever_is_killed_between_two_steps_loses_nothing(place: SweepPlace) -> None:
    key, content = place.clip()
    place.post("clip_1", 400)
    place.set_age(500)
    for number in range(2, 1000, _SHARE):
        child = os.fork()
        if child == 0:
            try:
                with pytest.MonkeyPatch.context() as patch:
                    _dies_at(number, patch)
                    swept(now=NOW)
            finally:
                os._exit(0)
        killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        # The clip may be nowhere only once that was written down.
        with place.session() as session:
            dropped = bool(queries.keeping.dropped_files(session, NOW - DAY))
        everywhere = place.keys(place.store) | place.keys(place.archive)
        assert place.talk_key in everywhere, number
        assert dropped or key in everywhere, number
        swept(now=NOW)
        assert place.keys(place.store) == set(), number
        assert place.keys(place.archive) == {place.talk_key}, number
        if not killed:
            break
        # Once more from the start.
        with place.session() as session:
            for one in (key, place.talk_key):
                queries.keeping.forget_archived(session, one)
        (place.archive / place.talk_key).unlink()
        place.file(place.talk_key, TALK)
        place.file(key, content)
        place.set_age(500)
    assert number > 20


def test_the_command_says_what_would_be_done_and_does_it_only_when_told(place: SweepPlace) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        ended = CliRunner().invoke(cli.app, ["sweep", *arguments])
        return ended.exit_code, ended.output

    # Taken in by the machine's clock long before today.
    code, said = run()
    assert code == 0
    assert "1 file (0.0 MB) would go to the archive." in said
    assert "Nothing was changed" in said
    assert place.keys(place.archive) == set()
    code, said = run("--client", "nobody")
    assert (code, "There is no client nobody" in said) == (3, True)
    code, said = run("--apply", "--json", "--client", CLIENT)
    assert code == 0
    assert json.loads(said)["done"]["remove"] == {"files": 1, "bytes": len(TALK)}
    assert place.keys(place.store) == set()


def test_without_an_archive_originals_stay_and_that_is_said(
    place: SweepPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLIPPER_ARCHIVE")
    settings.cache_clear()
    assert swept().kept == {"no archive is set (CLIPPER_ARCHIVE)": [1, len(TALK)]}
    assert place.keys(place.store) == {place.talk_key}


def test_two_sweeps_do_not_run_at_a_time(place: SweepPlace) -> None:
    with workplace.if_free("sweep-storage"):
        assert swept().busy
    assert not swept().busy


def test_nothing_is_taken_in_while_the_disk_is_nearly_full(
    place: SweepPlace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def run(**given: str) -> None:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    def told() -> list[str]:
        with place.session() as session:
            return [f"{one.kind}: {one.sentence}" for one in queries.alerts.alerts(session)]

    run(CLIPPER_DISK_STOP_BYTES=str(10**18))
    request = SourceRequest(location=str(tmp_path / "talk.mp4"), client=CLIENT)
    with pytest.raises(DiskFull, match="stay free") as raised:
        ingest_source.fn(request, 1000)
    room.note_disks(NOW)
    assert len(told()) == 3
    assert f"disk: {raised.value}" in told()
    run(CLIPPER_DISK_STOP_BYTES="0", CLIPPER_DISK_WARN_BYTES="0")
    assert room.note_disks(NOW) == []
    assert told() == []


def test_a_disk_that_nobody_looks_at_any_more_is_told_of_for_a_day(
    place: SweepPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(at: datetime, **given: str) -> list[str]:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        room.note_disks(at)
        with place.session() as session:
            return sorted({one.subject for one in queries.alerts.alerts(session)})

    full = {"CLIPPER_DISK_WARN_BYTES": str(10**18)}
    names = ("media store", "program's folder", "scratch folder")
    first, second = ([f"{machine}:{name}" for name in names] for machine in ("gone", "compose"))
    assert told(NOW, CLIPPER_MACHINE="gone", **full) == first
    # A container that was made anew is the same machine by its name in the settings.
    monkeypatch.setattr(socket, "gethostname", lambda: "another container")
    assert told(NOW, CLIPPER_MACHINE="gone") == first
    later = NOW + timedelta(hours=23)
    assert told(later, CLIPPER_MACHINE="compose") == [*second, *first]
    assert told(later + timedelta(hours=2)) == second
    assert told(later + timedelta(hours=2), CLIPPER_DISK_WARN_BYTES="0") == []
