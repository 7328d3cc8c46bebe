"""What every media store promises, whatever it keeps the files in."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

import pytest

from clipping.errors import Broken, NeedsPerson, UnreadableMedia
from clipping.storage import MediaStore, clip_key, hash_file, source_key
from tests.storage.conftest import CONTENT, Kind, key_of

CLIP = "acme/clips/clip_1.jpg"


def test_a_file_is_stored_under_its_hash(kind: Kind, original: Path) -> None:
    told: list[float] = []
    stored = kind.store.import_file(original, key_of, told.append)
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest() == hash_file(original)
    assert stored.key == key_of(stored.sha256)
    assert stored.size_bytes == len(CONTENT)
    assert kind.store.local_path(stored.key).read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert kind.keys() == [stored.key]
    assert kind.leftovers() == []


def test_another_machine_reads_what_was_stored(kind: Kind, original: Path) -> None:
    stored = kind.store.import_file(original, key_of)
    assert kind.elsewhere.exists(stored.key)
    path = kind.elsewhere.local_path(stored.key)
    assert path.read_bytes() == CONTENT
    assert path.suffix == ".mp4", "some readers go by it"


def test_nothing_is_held_before_it_was_stored(store: MediaStore) -> None:
    assert not store.exists(key_of("ab" * 32))


def test_the_same_content_is_stored_once(kind: Kind, original: Path, tmp_path: Path) -> None:
    first = kind.store.import_file(original, key_of)
    again = tmp_path / "copy.mov"
    again.write_bytes(CONTENT)
    assert kind.store.import_file(again, key_of) == first
    assert kind.elsewhere.import_file(again, key_of) == first
    assert kind.keys() == [first.key]


def test_another_file_of_the_same_size_is_stored_beside_it(
    store: MediaStore, original: Path, tmp_path: Path
) -> None:
    first = store.import_file(original, key_of)
    other = tmp_path / "other.mp4"
    other.write_bytes(CONTENT[::-1])
    second = store.import_file(other, key_of)
    assert second.key != first.key
    assert store.local_path(second.key).read_bytes() == CONTENT[::-1]
    assert store.local_path(first.key).read_bytes() == CONTENT


@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["empty", "small", "large"])
def test_put_replaces_and_delete_removes(kind: Kind, tmp_path: Path, content: bytes) -> None:
    store, file, other = kind.store, tmp_path / "a", tmp_path / "b"
    file.write_bytes(content)
    other.write_bytes(b"new")
    store.put(file, CLIP)
    assert store.local_path(CLIP).read_bytes() == content
    assert kind.elsewhere.local_path(CLIP).read_bytes() == content
    store.put(other, CLIP)
    assert store.local_path(CLIP).read_bytes() == b"new"
    assert kind.elsewhere.local_path(CLIP).read_bytes() == b"new"
    assert store.exists(CLIP)
    store.delete(CLIP)
    store.delete(CLIP)
    assert not store.exists(CLIP)
    assert kind.keys() == []
    assert file.read_bytes() == content, "the caller's file stays"
    assert kind.leftovers() == []


def test_a_file_may_be_changed_by_its_owner_once_it_was_put(
    store: MediaStore, original: Path
) -> None:
    store.put(original, CLIP)
    with original.open("r+b") as file:
        file.write(b"changed in place")
    assert store.local_path(CLIP).read_bytes() == CONTENT


@pytest.mark.parametrize("known_here", [True, False], ids=["read before", "never read"])
def test_a_file_that_the_store_lost_is_named(kind: Kind, original: Path, known_here: bool) -> None:
    kind.store.put(original, CLIP)
    if known_here:
        kind.elsewhere.local_path(CLIP)
    kind.store.delete(CLIP)
    for store in (kind.store, kind.elsewhere):
        with pytest.raises(NeedsPerson, match=r"^clip_1\.jpg is missing from the media store"):
            store.local_path(CLIP)


def test_what_is_removed_of_one_client_leaves_the_others(kind: Kind, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.write_bytes(b"small")
    digest = hash_file(small)
    names = ("acme", "acm", "acme2", "Acme")
    for client in names:
        kind.store.import_file(small, partial(source_key, client, suffix=".mp4"))
        kind.store.put(small, clip_key(client, "clip_1", ".mp4"))
    kind.store.delete(source_key("acme", digest, ".mp4"))
    kind.store.delete(clip_key("acme", "clip_1", ".mp4"))
    kept = kind.keys()
    assert not any(key.startswith("acme/") for key in kept)
    assert len(kept) == 2 * 3
    for client in names[1:]:
        for store in (kind.store, kind.elsewhere):
            path = store.local_path(source_key(client, digest, ".mp4"))
            assert path.read_bytes() == b"small"


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "..",
        "../x",
        "a/../../x",
        "/etc/passwd",
        "a//b",
        "a/./b",
        "a\\..\\b",
        "a\0b",
        ".incoming/x",
        "a/.hidden",
        "a/",
    ],
    ids=repr,
)
def test_no_key_leads_out_of_the_store(kind: Kind, original: Path, key: str) -> None:
    for use in (kind.store.local_path, kind.store.exists, kind.store.delete):
        with pytest.raises(Broken, match="not a key of the media store"):
            use(key)
    with pytest.raises(Broken, match="not a key of the media store"):
        kind.store.put(original, key)
    with pytest.raises(Broken, match="not a key of the media store"):
        kind.store.import_file(original, lambda _: key)
    assert kind.keys() == []
    assert kind.leftovers() == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("gone.mp4", "There is no file .*gone.mp4", id="missing"),
        pytest.param(".", "cannot be read: Is a directory", id="folder"),
    ],
)
def test_what_cannot_be_read_is_named(
    store: MediaStore, tmp_path: Path, path: str, words: str
) -> None:
    with pytest.raises(UnreadableMedia, match=words):
        store.import_file(tmp_path / path, key_of)
    with pytest.raises(UnreadableMedia, match=words):
        store.put(tmp_path / path, "acme/clips/a.mp4")


def test_a_file_that_is_still_written_is_not_stored(kind: Kind, original: Path) -> None:
    grown = False

    def grow(fraction: float) -> None:
        nonlocal grown
        if not grown:
            with original.open("ab") as file:
                file.write(b"more")
            grown = True

    with pytest.raises(UnreadableMedia, match=r"talk\.mp4 changed while it was read"):
        kind.store.import_file(original, key_of, grow)
    assert kind.keys() == []
    assert kind.leftovers() == []


def test_an_interrupted_import_leaves_nothing(kind: Kind, original: Path) -> None:
    def stop(fraction: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kind.store.import_file(original, key_of, stop)
    assert kind.keys() == []
    assert kind.leftovers() == []


def test_files_can_be_held_one_block_in_another(store: MediaStore, original: Path) -> None:
    store.put(original, CLIP)
    with store.held():
        outer = store.local_path(CLIP)
        with store.held():
            assert store.local_path(CLIP).read_bytes() == CONTENT
        assert outer.read_bytes() == CONTENT
