"""A store over its archive, in every pairing of folders and buckets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from clipping.errors import NeedsPerson
from clipping.storage import ArchivedStore, LocalStore, MediaStore, clip_key
from tests.storage.conftest import CONTENT, Kind, key_of

CLIP = clip_key("acme", "clip_1", "mp4")


class FakeLedger:
    """Rows in memory."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.back: list[str] = []

    def sha256_of(self, key: str) -> str | None:
        return self.known.get(key)

    def is_archived(self, key: str) -> bool:
        return key in self.known

    def note_back(self, key: str) -> None:
        self.back.append(key)

    def note_deleted(self, key: str) -> None:
        self.known.pop(key, None)


@pytest.fixture(params=["store", "archive"])
def both(kind: Kind, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[MediaStore, ...]:
    """A store and an archive, of which one is a folder, the other each kind."""
    folder = LocalStore(tmp_path / "other")
    return (kind.store, folder) if request.param == "store" else (folder, kind.store)


def test_what_is_archived_comes_back_whole(
    both: tuple[MediaStore, MediaStore], original: Path
) -> None:
    store, archive = both
    ledger = FakeLedger()
    over = ArchivedStore(store, archive, ledger)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    key = over.import_file(original, key_of).key
    assert store.exists(key)
    assert not archive.exists(key)
    assert [(one.key, one.size_bytes) for one in over.files()] == [(key, len(CONTENT))]
    assert over.read_back(key) == sha256
    archive.put(original, key)
    assert archive.read_back(key) == sha256
    ledger.known[key] = sha256
    assert not over.remove(key, "0" * 64)
    assert over.remove(key, sha256)
    assert over.remove(key, sha256)
    assert (store.exists(key), over.exists(key)) == (False, True)
    with over.held():
        assert over.local_path(key).read_bytes() == CONTENT
    assert (store.exists(key), ledger.back) == (True, [key])
    over.delete(key)
    assert not any(one.exists(key) for one in (store, archive, over))


def test_what_nobody_knows_the_content_of_is_not_brought_back(
    both: tuple[MediaStore, MediaStore], original: Path
) -> None:
    store, archive = both
    archive.put(original, CLIP)
    over = ArchivedStore(store, archive, FakeLedger())
    assert not over.exists(CLIP)
    with pytest.raises(NeedsPerson, match="missing"):
        over.local_path(CLIP)
