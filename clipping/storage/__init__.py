"""Where originals and clips are kept: by key, whole or not at all."""

from clipping.storage.archived import ArchivedStore
from clipping.storage.base import Ledger, Listed, MediaStore, StoredFile, hash_file
from clipping.storage.guarded import GuardedStore
from clipping.storage.keys import captions_key, clip_key, source_key
from clipping.storage.local import LocalStore
from clipping.storage.opening import open_archive, open_store

__all__ = [
    "ArchivedStore",
    "GuardedStore",
    "Ledger",
    "Listed",
    "LocalStore",
    "MediaStore",
    "StoredFile",
    "captions_key",
    "clip_key",
    "hash_file",
    "open_archive",
    "open_store",
    "source_key",
]
