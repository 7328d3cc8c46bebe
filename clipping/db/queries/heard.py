"""What engines heard, chunk by chunk, and how clients write the names they mishear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from clipping.db.columns import storable
from clipping.db.queries.clients import client_id, save_client
from clipping.db.queries.upsert import save_row
from clipping.db.tables import GlossaryTermRow, HeardChunkRow
from clipping.models import ChunkKey, GlossaryTerm, HeardChunk, HeardWord, make_id

_FIELDS = ("text", "start_ms", "end_ms", "speaker", "confidence")
_WORDS = TypeAdapter(tuple[HeardWord, ...])


def save_heard_chunk(session: Session, client: str, key: ChunkKey, heard: HeardChunk) -> None:
    """Keep what was heard in a chunk of this client's sound; the same key again overwrites it."""
    owner = save_client(session, client)
    values = {
        "chunk_id": _chunk_id(client, key),
        "client_id": owner,
        "audio_sha256": key.audio_sha256,
        "engine": key.engine,
        "edition": key.edition,
        "start_ms": key.span.start_ms,
        "end_ms": key.span.end_ms,
        "language": heard.language,
        "words": {name: [getattr(word, name) for word in heard.words] for name in _FIELDS},
        "voices": heard.voices,
        "notes": heard.notes,
    }
    save_row(session, HeardChunkRow, values, found_by=("chunk_id",), touch="saved_at")


def find_heard_chunk(session: Session, client: str, key: ChunkKey) -> HeardChunk | None:
    """What was heard under this key for this client."""
    row = session.get(HeardChunkRow, _chunk_id(client, key))
    if row is None:
        return None
    columns: list[list[Any]] = [row.words[name] for name in _FIELDS]
    words = [dict(zip(_FIELDS, values, strict=True)) for values in zip(*columns, strict=True)]
    return HeardChunk(
        language=row.language,
        words=_WORDS.validate_python(words),
        voices={name: tuple(voice) for name, voice in row.voices.items()},
        notes=tuple(row.notes),
    )


def _chunk_id(client: str, key: ChunkKey) -> str:
    parts = (client_id(client), key.audio_sha256, key.engine, key.edition)
    return make_id("chunk", *map(storable, parts), key.span.start_ms, key.span.end_ms)


def save_glossary(session: Session, client: str, terms: Sequence[GlossaryTerm]) -> None:
    """The client's glossary from now on; the one before is forgotten."""
    owner = save_client(session, client)
    session.execute(delete(GlossaryTermRow).where(col(GlossaryTermRow.client_id) == owner))
    rows = [
        {"client_id": owner, "position": position, **term.model_dump()}
        for position, term in enumerate(terms)
    ]
    if rows:
        session.execute(insert(GlossaryTermRow), rows)


def glossary_of(session: Session, client: str) -> tuple[GlossaryTerm, ...]:
    """The client's glossary, in the client's order; empty when there is none."""
    rows = session.exec(
        select(GlossaryTermRow)
        .where(GlossaryTermRow.client_id == client_id(client))
        .order_by(col(GlossaryTermRow.position))
    )
    return tuple(GlossaryTerm(text=row.text, sounds_like=tuple(row.sounds_like)) for row in rows)
