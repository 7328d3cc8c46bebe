"""How much of each client is stored, as the nightly sweep has seen it last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from clipping.db.queries.bills import Stored, stored_bytes
from clipping.db.queries.clients import client_id, save_client
from clipping.db.queries.keeping import save_stored_bytes
from tasks.sweep import sweep
from tests.tasks.post_place import CLIENT
from tests.tasks.sweep_place import DAY, NOW, TALK, SweepPlace, sweep_place

ACME, BRAVO = client_id("acme"), client_id("bravo")
TERABYTES = 5 * 10**12


@pytest.fixture
def books(session: Session) -> Session:
    """An open session on a database with two clients."""
    for name in ("acme", "bravo"):
        save_client(session, name)
    return session


def test_what_lies_where_is_told_by_client_place_and_kind(books: Session) -> None:
    found = {
        "store": {("bravo", "clip"): [3, 30], ("acme", "original"): [1, TERABYTES]},
        "archive": {("acme", "original"): [2, 20]},
    }
    save_stored_bytes(books, found, NOW)
    ours = [
        Stored(ACME, "archive", "original", 2, 20, NOW),
        Stored(ACME, "store", "original", 1, TERABYTES, NOW),
    ]
    theirs = [Stored(BRAVO, "store", "clip", 3, 30, NOW)]
    assert sorted(stored_bytes(books), key=str) == sorted([*ours, *theirs], key=str)
    assert stored_bytes(books, "acme") == ours
    assert stored_bytes(books, "bravo") == theirs


def test_what_lay_there_before_is_forgotten(books: Session) -> None:
    save_stored_bytes(books, {"store": {("acme", "clip"): [3, 30], ("bravo", "clip"): [1, 1]}}, NOW)
    save_stored_bytes(books, {"store": {("acme", "clip"): [4, 40]}, "archive": {}}, NOW + DAY)
    assert stored_bytes(books) == [Stored(ACME, "store", "clip", 4, 40, NOW + DAY)]
    save_stored_bytes(books, {}, NOW + 2 * DAY)
    assert stored_bytes(books) == []


def test_files_of_no_client_are_left_out(books: Session) -> None:
    found = {"store": {("gone", "clip"): [9, 90], ("", "other"): [9, 90], ("acme", "clip"): [1, 2]}}
    save_stored_bytes(books, found, NOW)
    assert [(one.client_id, one.files) for one in stored_bytes(books)] == [(ACME, 1)]


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SweepPlace]:
    with sweep_place(database_url, tmp_path, monkeypatch) as made:
        yield made


def kept(place: SweepPlace) -> dict[tuple[str, str], tuple[int, int]]:
    with place.session() as session:
        found = stored_bytes(session, CLIENT)
    return {(one.place, one.kind): (one.files, one.size_bytes) for one in found}


def test_a_sweep_of_everything_notes_what_it_has_seen(place: SweepPlace) -> None:
    _, content = place.clip()
    sweep(apply=True, now=NOW)
    assert kept(place)["store", "original"] == (1, len(TALK))
    # It has moved that to the archive by then, as the next one sees.
    sweep(apply=True, now=NOW + timedelta(hours=1))
    assert kept(place) == {
        ("store", "clip"): (1, len(content)),
        ("store", "cover"): (1, len(b"cover")),
        ("archive", "original"): (1, len(TALK)),
    }


def test_a_sweep_that_only_looks_or_is_of_one_client_notes_nothing(place: SweepPlace) -> None:
    sweep(apply=False, now=NOW)
    sweep(apply=True, client=CLIENT, now=NOW)
    assert kept(place) == {}
