"""Files of the media store: whose they are, what they are needed for, and what the archive has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.db.queries.clients import client_id
from clipping.db.tables import (
    ArchivedObjectRow,
    ClientRow,
    ClipRow,
    PostRow,
    SourceRow,
    StoredBytesRow,
    TranscriptRow,
)
from clipping.models import ClipState, PostState
from clipping.models.keeping import Archived, KeptObject, ObjectKind

QUEUED = (
    PostState.PLANNED,
    PostState.RESERVED,
    PostState.SUBMITTING,
    PostState.PROCESSING,
    PostState.UNKNOWN,
    PostState.HELD,
)
"""Of these a post still needs its clip."""
_CLIP = re.compile(r"[^/]+/clips/(?P<clip>[A-Za-z0-9_]+)(?P<size>-\d+x\d+)?\.(?P<suffix>[a-z0-9]+)")
_QUEUED = [state.value for state in QUEUED]


def originals(session: Session) -> list[KeptObject]:
    """All originals, as they would be if the store had none of them."""
    queued = _queued_by(col(PostRow.source_id))
    rows = session.execute(
        select(  # type: ignore[call-overload]
            col(SourceRow.media_key),
            col(ClientRow.name),
            col(SourceRow.sha256),
            col(SourceRow.source_id),
            col(SourceRow.ingested_at),
            select(TranscriptRow.transcript_id)
            .where(col(TranscriptRow.source_id) == col(SourceRow.source_id))
            .exists(),
            func.coalesce(queued.c.count, 0),
        )
        .join(ClientRow, col(ClientRow.client_id) == col(SourceRow.client_id))
        .join(queued, queued.c.owner == col(SourceRow.source_id), isouter=True)
    )
    return [
        KeptObject(
            key=row[0],
            client=row[1],
            kind=ObjectKind.ORIGINAL,
            size_bytes=0,
            sha256=row[2],
            owner_id=row[3],
            made_at=row[4],
            finished=row[5],
            queued=row[6],
        )
        for row in rows
    ]


def clip_files(session: Session, keys: Iterable[str]) -> dict[str, KeptObject]:
    """Of these keys those that are files of clips, by key, as if the store had none of them."""
    found = {key: match for key in keys if (match := _CLIP.fullmatch(key))}
    facts = _clip_facts(session, {match["clip"] for match in found.values()})
    made = {}
    for key, match in found.items():
        fact = facts.get(match["clip"])
        if fact is None or key.partition("/")[0] != fact["video_key"].partition("/")[0]:
            continue
        is_video = match["suffix"] == "mp4"
        # Of another size of it nobody has kept what its content was.
        own = is_video and not match["size"] and key == fact["video_key"]
        made[key] = KeptObject(
            key=key,
            client=fact["client"],
            kind=ObjectKind.CLIP if is_video else ObjectKind.COVER,
            size_bytes=0,
            sha256=fact["video_sha256"] if own else "",
            owner_id=match["clip"],
            made_at=fact["rendered_at"],
            finished=fact["state"] == ClipState.READY.value and bool(fact["passed"]),
            queued=fact["queued"] or 0,
            posted_at=fact["posted_at"],
        )
    return made


def _clip_facts(session: Session, clip_ids: Collection[str]) -> dict[str, Any]:
    posts = (
        select(
            col(PostRow.clip_id).label("owner"),
            func.count().filter(col(PostRow.state).in_(_QUEUED)).label("queued"),
            func.max(col(PostRow.posted_at)).label("posted_at"),
        )
        .where(col(PostRow.clip_id).in_(clip_ids))
        .group_by(col(PostRow.clip_id))
        .subquery()
    )
    rows = session.execute(
        select(  # type: ignore[call-overload]
            col(ClipRow.clip_id),
            col(ClientRow.name).label("client"),
            col(ClipRow.video_key),
            col(ClipRow.video_sha256),
            col(ClipRow.rendered_at),
            col(ClipRow.state),
            col(ClipRow.proof)["passed"].as_boolean().label("passed"),
            posts.c.queued,
            posts.c.posted_at,
        )
        .join(ClientRow, col(ClientRow.client_id) == col(ClipRow.client_id))
        .join(posts, posts.c.owner == col(ClipRow.clip_id), isouter=True)
        .where(col(ClipRow.clip_id).in_(clip_ids))
    )
    return {row.clip_id: row._mapping for row in rows}


def _queued_by(owner: Any) -> Any:
    return (
        select(owner.label("owner"), func.count().label("count"))
        .where(col(PostRow.state).in_(_QUEUED))
        .group_by(owner)
        .subquery()
    )


def queued_posts(session: Session, kind: ObjectKind, owner_id: str, *, lock: bool = False) -> int:
    """Posts that still need an original or a clip.

    :param lock: Nobody reserves one for the clip until the transaction ends.
    """
    owner = col(PostRow.source_id if kind is ObjectKind.ORIGINAL else PostRow.clip_id)
    if lock:
        # Who reserves a post refers to its clip, and has to wait for this.
        session.execute(
            select(ClipRow.clip_id).where(col(ClipRow.clip_id) == owner_id).with_for_update()
        )
    counted = select(func.count()).where(owner == owner_id, col(PostRow.state).in_(_QUEUED))
    return int(session.execute(counted).scalar_one())


def save_stored_bytes(
    session: Session,
    found: Mapping[str, Mapping[tuple[str, str], Sequence[int]]],
    seen_at: datetime,
) -> None:
    """How much of each client lies where now, in place of what lay there before.

    :param found: By place, then by client and kind: files and bytes. What is no client's is left
        out.
    """
    names = dict(session.exec(select(ClientRow.name, ClientRow.client_id)).all())
    rows = [
        {
            "client_id": names[name],
            "place": place,
            "kind": kind,
            "files": files,
            "size_bytes": size,
            "seen_at": seen_at,
        }
        for place, counts in found.items()
        for (name, kind), (files, size) in counts.items()
        if name in names
    ]
    session.execute(delete(StoredBytesRow))
    if rows:
        session.execute(insert(StoredBytesRow), rows)


def captions_clients(session: Session) -> dict[str, str]:
    """Names of clients by the keys of their captions."""
    rows = session.execute(
        select(col(SourceRow.captions_key), col(ClientRow.name))
        .join(ClientRow, col(ClientRow.client_id) == col(SourceRow.client_id))
        .where(col(SourceRow.captions_key).is_not(None))
    )
    return {row[0]: row[1] for row in rows}


def save_archived(session: Session, archived: Archived) -> None:
    """The archive was seen to hold the file; an earlier row of it is replaced."""
    values = {
        **archived.model_dump(exclude={"client"}),
        "kind": archived.kind.value,
        "client_id": client_id(archived.client),
        "removed_at": None,
        "back_at": None,
        "dropped_at": None,
    }
    session.execute(
        insert(ArchivedObjectRow)
        .values(**values)
        .on_conflict_do_update(index_elements=["key"], set_=values)
    )


def archived_files(
    session: Session, keys: Collection[str] | None = None, *, after: str = "", most: int = 1000
) -> list[Archived]:
    """What the archive holds, by key: of these keys, or the next ones after a key."""
    wanted = (
        select(ArchivedObjectRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(ArchivedObjectRow.client_id))
        .where(col(ArchivedObjectRow.dropped_at).is_(None))
        .order_by(col(ArchivedObjectRow.key))
    )
    if keys is not None:
        wanted = wanted.where(col(ArchivedObjectRow.key).in_(keys))
    else:
        wanted = wanted.where(col(ArchivedObjectRow.key) > after).limit(most)
    unknown = {"client_id", "removed_at", "back_at", "dropped_at"}
    return [
        Archived.model_validate({**row.model_dump(exclude=unknown), "client": name})
        for row, name in session.execute(wanted)
    ]


def is_archived(session: Session, key: str) -> bool:
    """Whether the archive was seen to hold the file, and has not let it go since."""
    row = session.get(ArchivedObjectRow, key)
    return row is not None and row.dropped_at is None


def content_of(session: Session, key: str) -> str | None:
    """SHA-256 of a file by the archive's row, else by its source's or its clip's."""
    row = session.get(ArchivedObjectRow, key)
    if row is not None:
        return None if row.dropped_at else row.sha256
    clip = _CLIP.fullmatch(key)
    if clip is not None:
        return session.execute(
            select(col(ClipRow.video_sha256)).where(
                col(ClipRow.clip_id) == clip["clip"], col(ClipRow.video_key) == key
            )
        ).scalar_one_or_none()
    return None


def note_removed(session: Session, key: str, at: datetime) -> None:
    """The store has it no more; the archive does."""
    _note(session, key, removed_at=at)


def note_back(session: Session, key: str, at: datetime) -> None:
    """The store has it again, as well."""
    _note(session, key, back_at=at, removed_at=None)


def note_dropped(session: Session, key: str, at: datetime) -> None:
    """It is nowhere any more; who asks for it is told so."""
    _note(session, key, dropped_at=at)


def _note(session: Session, key: str, **values: datetime | None) -> None:
    session.execute(
        update(ArchivedObjectRow).where(col(ArchivedObjectRow.key) == key).values(**values)
    )


def dropped_files(session: Session, since: datetime) -> list[str]:
    """Keys of files that were to leave the archive since that time."""
    rows = session.execute(
        select(col(ArchivedObjectRow.key)).where(col(ArchivedObjectRow.dropped_at) >= since)
    )
    return list(rows.scalars())


def forget_dropped(session: Session, keys: Collection[str]) -> None:
    """Of these files the store has new ones: that older ones were dropped is no matter any more."""
    session.execute(
        delete(ArchivedObjectRow).where(
            col(ArchivedObjectRow.key).in_(keys), col(ArchivedObjectRow.dropped_at).is_not(None)
        )
    )


def forget_archived(session: Session, key: str) -> None:
    """Nothing is known of it any more."""
    session.execute(delete(ArchivedObjectRow).where(col(ArchivedObjectRow.key) == key))
