"""A store in a bucket that nobody asks while it is known to be away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

from clipping.storage.base import Listed, MediaStore, OnProgress, StoredFile

Guard: TypeAlias = "Callable[[], AbstractContextManager[None]]"
"""A block in which the bucket is asked; it notes how that went, or refuses to begin."""


class GuardedStore:
    """The store behind a guard; implements :class:`clipping.storage.base.MediaStore`."""

    def __init__(self, store: MediaStore, guard: Guard) -> None:
        self.store = store
        self._guard = guard

    def import_file(
        self, path: Path, key_for: Callable[[str], str], on_progress: OnProgress | None = None
    ) -> StoredFile:
        """As the store itself."""
        with self._guard():
            return self.store.import_file(path, key_for, on_progress)

    def put(self, path: Path, key: str) -> None:
        """As the store itself."""
        with self._guard():
            self.store.put(path, key)

    def local_path(self, key: str) -> Path:
        """As the store itself."""
        with self._guard():
            return self.store.local_path(key)

    def held(self) -> AbstractContextManager[None]:
        """As the store itself."""
        return self.store.held()

    def exists(self, key: str) -> bool:
        """As the store itself."""
        with self._guard():
            return self.store.exists(key)

    def delete(self, key: str) -> None:
        """As the store itself."""
        with self._guard():
            self.store.delete(key)

    def files(self) -> Iterator[Listed]:
        """As the store itself; a pause of the listing is no question of its own."""
        return self.store.files()

    def read_back(self, key: str) -> str:
        """As the store itself."""
        with self._guard():
            return self.store.read_back(key)

    def remove(self, key: str, sha256: str) -> bool:
        """As the store itself."""
        with self._guard():
            return self.store.remove(key, sha256)

    def room_folder(self) -> Path:
        """As the store itself."""
        return self.store.room_folder()
