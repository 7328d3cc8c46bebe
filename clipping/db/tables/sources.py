"""Clients, their originals, and what is heard in them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    UniqueConstraint,
    false,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import DOLLARS, SAVED_AT, Row, belongs_to, one_of
from clipping.models import Ground


class ClientRow(Row, table=True):
    """Somebody whose videos are clipped; everything below belongs to exactly one."""

    __tablename__ = "clients"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("monthly_budget_usd >= 0", name="monthly_budget_usd"),
    )

    client_id: str = Field(sa_type=Text, primary_key=True)
    name: str = Field(sa_type=Text)
    require_rights: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    monthly_budget_usd: Decimal | None = Field(default=None, sa_type=DOLLARS)
    editorial_policy: dict[str, Any] = Field(
        sa_type=JSONB,
        default_factory=dict,
        sa_column_kwargs={"server_default": sql("'{}'::jsonb")},
    )
    strategy_version: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    """Goes up with each change of what the client has decided or wants."""
    created_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class StrategyChangeRow(Row, table=True):
    """Who changed what of what a client has decided or wants, from what to what."""

    __tablename__ = "strategy_changes"
    __table_args__ = (
        belongs_to("clients", "client_id"),
        Index(None, "client_id", "change_id"),
    )

    change_id: int | None = Field(
        sa_type=BigInteger, primary_key=True, default=None, sa_column_args=[Identity(always=True)]
    )
    client_id: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(sa_type=Text)
    changes: dict[str, Any] = Field(sa_type=JSONB)
    """By field what it was and what it is."""


class SourceRow(Row, table=True):
    """An original; the same bytes are one source per client."""

    __tablename__ = "sources"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        UniqueConstraint("client_id", "sha256"),
        # Lets a clip be tied to its source and that source's client at once.
        UniqueConstraint("source_id", "client_id"),
        CheckConstraint(one_of("rights_ground", Ground), name="rights_ground"),
        # A path may be longer than an ordered index allows.
        Index(None, "location", postgresql_using="hash"),
        Index(None, "located_at"),
        Index(None, "client_id", "located_at"),
    )

    source_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    file_name: str = Field(sa_type=Text)
    location: str = Field(sa_type=Text)
    media_key: str = Field(sa_type=Text)
    captions_key: str | None = Field(sa_type=Text)
    captions_sha256: str | None = Field(sa_type=Text)
    media: dict[str, Any] = Field(sa_type=JSONB)
    rights_ground: str = Field(
        sa_type=Text,
        default=Ground.UNSTATED.value,
        sa_column_kwargs={"server_default": Ground.UNSTATED.value},
    )
    rights_owner: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
    rights_note: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
    ingested_at: datetime = Field(sa_type=UtcTime)
    located_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class HeardChunkRow(Row, table=True):
    """What an engine heard in one chunk of some sound, before it is anybody's transcript.

    Kept by the sound and not by the source, so that the same talk in another file is found; and
    by the client, whose words nobody else may meet.
    """

    __tablename__ = "heard_chunks"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="span"),
        Index(None, "client_id", "audio_sha256"),
    )

    chunk_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    audio_sha256: str = Field(sa_type=Text)
    engine: str = Field(sa_type=Text)
    edition: str = Field(sa_type=Text)
    start_ms: int = Field(sa_type=BigInteger)
    end_ms: int = Field(sa_type=BigInteger)
    language: str = Field(sa_type=Text)
    words: dict[str, Any] = Field(sa_type=JSONB)
    voices: dict[str, Any] = Field(sa_type=JSONB)
    notes: list[str] = Field(sa_type=JSONB)
    saved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class GlossaryTermRow(Row, table=True):
    """A name, brand or slang word as a client writes it; ``position`` keeps the client's order."""

    __tablename__ = "glossary_terms"
    __table_args__ = (belongs_to("clients", "client_id", cascade=False),)

    client_id: str = Field(sa_type=Text, primary_key=True)
    position: int = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    sounds_like: list[str] = Field(sa_type=JSONB)


class TranscriptRow(Row, table=True):
    """All words of a source by one engine; ``words`` is column by column, see ``word_arrays``."""

    __tablename__ = "transcripts"
    __table_args__ = (
        belongs_to("sources", "source_id"),
        CheckConstraint("word_count >= 0", name="word_count"),
        Index(None, "source_id", "saved_at"),
    )

    transcript_id: str = Field(sa_type=Text, primary_key=True)
    source_id: str = Field(sa_type=Text)
    engine: str = Field(sa_type=Text)
    engine_version: str = Field(sa_type=Text)
    captions_sha256: str | None = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    word_count: int
    words: dict[str, Any] = Field(sa_type=JSONB)
    chosen_because: str = Field(sa_type=Text)
    notes: list[str] = Field(sa_type=JSONB)
    sounds: list[dict[str, Any]] = Field(
        sa_type=JSONB, sa_column_kwargs={"server_default": sql("'[]'::jsonb")}
    )
    saved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )
