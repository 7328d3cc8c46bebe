"""Sweep: what is old goes to the archive, and only what lies there whole leaves the store."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from prefect import task

from clipping.db import queries
from clipping.errors import ClippingError, NeedsPerson, Transient
from clipping.keeping.policy import decide
from clipping.models.keeping import Act, Archived, Deed, KeptObject, ObjectKind, SweepPolicy
from clipping.settings import settings
from clipping.storage import ArchivedStore, Listed, MediaStore
from clipping.storage.base import hash_file
from clipping.storage.keys import client_folder
from tasks.retry import POLICY
from tasks.workplace import archive, db_session, if_free, media_store

_log = logging.getLogger(__name__)

_AT_A_TIME = 500
_DELETED_AGAIN = timedelta(days=3)
"""So long what was dropped is deleted once more: a run may have been killed just before."""


@dataclass
class Swept:
    """What a sweep found and did, or would do."""

    applied: bool
    stored: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """Files and bytes in the store, by client and kind."""
    archived: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    done: dict[str, list[int]] = field(default_factory=dict)
    """Files and bytes by deed; without ``applied`` what would be done."""
    kept: dict[str, list[int]] = field(default_factory=dict)
    """Old files that stay, by reason."""
    troubles: list[str] = field(default_factory=list)
    busy: bool = False
    """Whether another sweep runs, so that this one did nothing."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "applied": self.applied,
            "busy": self.busy,
            "store": _rows(self.stored),
            "archive": _rows(self.archived),
            "done": {deed: _counts(counts) for deed, counts in sorted(self.done.items())},
            "kept": {reason: _counts(counts) for reason, counts in sorted(self.kept.items())},
            "troubles": self.troubles,
        }


@task(name="sweep storage", **POLICY)
def sweep_files(apply: bool = True, client: str | None = None) -> dict[str, Any]:
    """Archive, remove and drop what is due; gives what was found and done."""
    return sweep(apply=apply, client=client).document()


def sweep(*, apply: bool, client: str | None = None, now: datetime | None = None) -> Swept:
    """Go through all files once; without ``apply`` only say what would be done.

    Each deed is whole in itself, so whoever is killed leaves what the next sweep goes on with.

    :raises Transient: The archive or the database is away; what was done until then stays done.
    """
    now = now or datetime.now(UTC)
    swept = Swept(applied=apply)
    with if_free("sweep-storage") as free:
        if not free:
            swept.busy = True
            return swept
        _sweep(swept, client, now)
        if apply and client is None:
            with db_session() as session:
                found = {"store": swept.stored, "archive": swept.archived}
                queries.keeping.save_stored_bytes(session, found, now)
    return swept


def _sweep(swept: Swept, client: str | None, now: datetime) -> None:
    store, second = media_store(), archive()
    plain = store.store if isinstance(store, ArchivedStore) else store
    if swept.applied and second is not None:
        _delete_again(second, now)
    policy = SweepPolicy(
        original_days=settings().keep_original_days,
        posted_days=settings().keep_posted_days,
        archive_days=settings().archive_posted_days,
        has_archive=second is not None,
    )
    for batch in _batches(plain, client):
        for one in batch:
            if one.stored_at is not None:
                _count(swept.stored, (one.client, one.kind.value), one.size_bytes)
            if one.archived:
                _count(swept.archived, (one.client, one.kind.value), one.size_bytes)
        if swept.applied:
            with db_session() as session:
                queries.keeping.forget_dropped(session, [one.key for one in batch if one.stored_at])
        plan = decide(policy, batch, now)
        for reason, files, size in plan.kept:
            _count(swept.kept, reason, size, files)
        deeds = _Deeds(plain, second, now) if second is not None and swept.applied else None
        for act in plan.acts:
            _one(swept, deeds, act)


def _one(swept: Swept, deeds: _Deeds | None, act: Act) -> None:
    try:
        why_not = deeds.do(act) if deeds is not None else ""
    except Transient:
        raise
    except ClippingError as error:
        _log.warning("%s of %s: %s", act.deed, act.key, error)
        swept.troubles.append(str(error))
        return
    if why_not:
        _count(swept.kept, why_not, act.size_bytes)
    else:
        _count(swept.done, act.deed.value, act.size_bytes)


class _Deeds:
    """Does what was decided, each time from what is there by then."""

    def __init__(self, store: MediaStore, second: MediaStore, now: datetime) -> None:
        self._store, self._second, self._now = store, second, now
        self._read_back: dict[str, str] = {}
        """What this sweep has read back from the archive itself, by key."""

    def do(self, act: Act) -> str:
        """Do it; why it was not done after all, else empty."""
        acts = {Deed.ARCHIVE: self._archive, Deed.REMOVE: self._remove, Deed.DROP: self._drop}
        return acts[act.deed](act)

    def _archive(self, act: Act) -> str:
        with self._store.held():
            path = self._store.local_path(act.key)
            sha256 = hash_file(path)
            if act.sha256 and sha256 != act.sha256:
                raise NeedsPerson(
                    f"{act.key} in the media store is not what was stored there: it stays, and "
                    "does not go to the archive."
                )
            if not (self._second.exists(act.key) and self._has(act.key, sha256)):
                self._second.put(path, act.key)
                if not self._has(act.key, sha256):
                    raise NeedsPerson(f"{act.key} was damaged on its way to the archive; it stays.")
            size = path.stat().st_size
        with db_session() as session:
            queries.keeping.save_archived(
                session,
                Archived(
                    key=act.key,
                    client=act.client,
                    kind=act.kind,
                    sha256=sha256,
                    size_bytes=size,
                    archived_at=self._now,
                ),
            )
        return ""

    def _has(self, key: str, sha256: str) -> bool:
        self._read_back[key] = self._second.read_back(key)
        return self._read_back[key] == sha256

    def _remove(self, act: Act) -> str:
        with db_session() as session:
            found = queries.keeping.archived_files(session, [act.key])
            queued = queries.keeping.queued_posts(session, act.kind, act.owner_id)
        if queued:
            return "posts of it are queued"
        if not found:
            return "it is not archived"
        sha256 = found[0].sha256
        if self._read_back.get(act.key) != sha256 and not self._has(act.key, sha256):
            # The archive has lost or changed it: as if it had never been there.
            with db_session() as session:
                queries.keeping.forget_archived(session, act.key)
            raise NeedsPerson(f"The archive does not hold {act.key} as it was archived; it stays.")
        if not self._store.remove(act.key, sha256):
            return "it is in use, or was made anew"
        with db_session() as session:
            queries.keeping.note_removed(session, act.key, self._now)
        return ""

    def _drop(self, act: Act) -> str:
        if self._store.exists(act.key):
            return "it is still in the store"
        with db_session() as session:
            # Who reserves a post of the clip waits until this is known.
            if queries.keeping.queued_posts(session, act.kind, act.owner_id, lock=True):
                return "posts of it are queued"
            queries.keeping.note_dropped(session, act.key, self._now)
        self._second.delete(act.key)
        return ""


def _delete_again(second: MediaStore, now: datetime) -> None:
    with db_session() as session:
        keys = queries.keeping.dropped_files(session, now - _DELETED_AGAIN)
    for key in keys:
        second.delete(key)


def _batches(store: MediaStore, client: str | None) -> Iterator[list[KeptObject]]:
    """All files of the store, and then those that only the archive has."""
    folder = None if client is None else client_folder(client)
    with db_session() as session:
        originals = {one.key: one for one in queries.keeping.originals(session)}
        captions = queries.keeping.captions_clients(session)
    files = (one for one in store.files() if folder in (None, one.key.partition("/")[0]))
    while listed := list(islice(files, _AT_A_TIME)):
        yield _known(listed, originals, captions)
    after = ""
    while True:
        with db_session() as session:
            found = queries.keeping.archived_files(session, after=after, most=_AT_A_TIME)
            clips = queries.keeping.clip_files(session, [one.key for one in found])
        if not found:
            return
        after = found[-1].key
        yield [
            (originals | clips)
            .get(one.key, _unknown(one.key))
            .replace(
                client=one.client,
                kind=one.kind,
                size_bytes=one.size_bytes,
                sha256=one.sha256,
                archived=True,
            )
            for one in found
            if client in (None, one.client) and not store.exists(one.key)
        ]


def _known(
    listed: list[Listed], originals: dict[str, KeptObject], captions: dict[str, str]
) -> list[KeptObject]:
    keys = [one.key for one in listed]
    with db_session() as session:
        clips = queries.keeping.clip_files(session, keys)
        archived = {one.key: one for one in queries.keeping.archived_files(session, keys)}
    made = []
    for one in listed:
        known = originals.get(one.key) or clips.get(one.key) or _unknown(one.key)
        if one.key in captions:
            known = known.replace(kind=ObjectKind.CAPTIONS, client=captions[one.key])
        made.append(
            known.replace(
                size_bytes=one.size_bytes,
                stored_at=one.stored_at,
                archived=one.key in archived,
            )
        )
    return made


def _unknown(key: str) -> KeptObject:
    folder = key.partition("/")[0]
    return KeptObject(key=key, client=folder, kind=ObjectKind.OTHER, size_bytes=0)


def _count(counts: Any, name: Any, size: int, files: int = 1) -> None:
    found = counts.setdefault(name, [0, 0])
    found[0] += files
    found[1] += size


def _counts(counts: list[int]) -> dict[str, int]:
    return {"files": counts[0], "bytes": counts[1]}


def _rows(counts: dict[tuple[str, str], list[int]]) -> list[dict[str, Any]]:
    return [
        {"client": client, "kind": kind, **_counts(found)}
        for (client, kind), found in sorted(counts.items())
    ]
