"""The tables. Every change here needs a migration; a test compares the two on a real server.

Enums are strings with a check, times are ``timestamptz`` in UTC, nested values are ``jsonb``.
Ids are made by :func:`clipping.models.make_id`, so saving twice finds the first row. All tables
live in a schema of their own, so that one database can be shared with Prefect.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    UniqueConstraint,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field, SQLModel

from clipping.db.columns import Text, UtcTime
from clipping.models import ClipState

SCHEMA = "clipping"
"""Not the name of the embedded server's user: Alembic sees a schema that bears the user's name as
the default one, and would compare the tables with nothing."""


def _one_of(column: str, values: type[ClipState]) -> str:
    return f"{column} IN ({', '.join(repr(state.value) for state in values)})"


class Row(SQLModel):
    """Base of all rows; its metadata knows the names of constraints before any table is made."""

    metadata: ClassVar[MetaData] = MetaData(
        schema=SCHEMA,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        },
    )


_SAVED_AT: dict[str, Any] = {"server_default": func.clock_timestamp()}


def _belongs_to(table: str, column: str, *, cascade: bool = True) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        [column], [f"{SCHEMA}.{table}.{column}"], ondelete="CASCADE" if cascade else None
    )


class ClientRow(Row, table=True):
    """Somebody whose videos are clipped; everything below belongs to exactly one."""

    __tablename__ = "clients"
    __table_args__ = (UniqueConstraint("name"),)

    client_id: str = Field(sa_type=Text, primary_key=True)
    name: str = Field(sa_type=Text)
    created_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=_SAVED_AT
    )


class SourceRow(Row, table=True):
    """An original; the same bytes are one source per client."""

    __tablename__ = "sources"
    __table_args__ = (
        _belongs_to("clients", "client_id", cascade=False),
        UniqueConstraint("client_id", "sha256"),
        # Lets a clip be tied to its source and that source's client at once.
        UniqueConstraint("source_id", "client_id"),
        # A path may be longer than an ordered index allows.
        Index(None, "location", postgresql_using="hash"),
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
    ingested_at: datetime = Field(sa_type=UtcTime)
    located_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=_SAVED_AT
    )


class HeardChunkRow(Row, table=True):
    """What an engine heard in one chunk of some sound, before it is anybody's transcript.

    Kept by the sound and not by the source, so that the same talk in another file is found; and
    by the client, whose words nobody else may meet.
    """

    __tablename__ = "heard_chunks"
    __table_args__ = (
        _belongs_to("clients", "client_id", cascade=False),
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
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=_SAVED_AT
    )


class GlossaryTermRow(Row, table=True):
    """A name, brand or slang word as a client writes it; ``position`` keeps the client's order."""

    __tablename__ = "glossary_terms"
    __table_args__ = (_belongs_to("clients", "client_id", cascade=False),)

    client_id: str = Field(sa_type=Text, primary_key=True)
    position: int = Field(primary_key=True)
    text: str = Field(sa_type=Text)
    sounds_like: list[str] = Field(sa_type=JSONB)


class TranscriptRow(Row, table=True):
    """All words of a source by one engine; ``words`` is column by column, see ``word_arrays``."""

    __tablename__ = "transcripts"
    __table_args__ = (
        _belongs_to("sources", "source_id"),
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
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=_SAVED_AT
    )


class DetectionRow(Row, table=True):
    """One search of one transcript; the unit that is found again."""

    __tablename__ = "detections"
    __table_args__ = (
        _belongs_to("sources", "source_id"),
        _belongs_to("transcripts", "transcript_id"),
        UniqueConstraint("detection_key"),
        Index(None, "source_id", "saved_at"),
        Index(None, "transcript_id"),
    )

    detection_id: str = Field(sa_type=Text, primary_key=True)
    detection_key: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    transcript_id: str = Field(sa_type=Text)
    detector: str = Field(sa_type=Text)
    detector_version: str = Field(sa_type=Text)
    notes: list[str] = Field(sa_type=JSONB)
    saved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=_SAVED_AT
    )


class MomentRow(Row, table=True):
    """A span worth a clip, whichever detections found it."""

    __tablename__ = "moments"
    __table_args__ = (
        _belongs_to("sources", "source_id"),
        CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="span"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        Index(None, "source_id"),
    )

    moment_id: str = Field(sa_type=Text, primary_key=True)
    source_id: str = Field(sa_type=Text)
    start_ms: int = Field(sa_type=BigInteger)
    end_ms: int = Field(sa_type=BigInteger)
    score: int
    rubric: list[dict[str, Any]] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    hook: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)


class DetectionMomentRow(Row, table=True):
    """Which moments a detection found, best first: asking for more moments finds the same again."""

    __tablename__ = "detection_moments"
    __table_args__ = (
        _belongs_to("detections", "detection_id"),
        _belongs_to("moments", "moment_id"),
        CheckConstraint("rank >= 1", name="rank"),
        Index(None, "moment_id"),
    )

    detection_id: str = Field(sa_type=Text, primary_key=True)
    rank: int = Field(primary_key=True)
    moment_id: str = Field(sa_type=Text)


class RejectionRow(Row, table=True):
    """A span that a detection considered and dropped; ``position`` keeps the detector's order."""

    __tablename__ = "rejections"
    __table_args__ = (
        _belongs_to("detections", "detection_id"),
        CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name="span"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    )

    detection_id: str = Field(sa_type=Text, primary_key=True)
    position: int = Field(primary_key=True)
    start_ms: int = Field(sa_type=BigInteger)
    end_ms: int = Field(sa_type=BigInteger)
    score: int
    code: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)


class ClipRow(Row, table=True):
    """A rendered clip. ``plan`` is ``json``, not ``jsonb``: its text is what was hashed.

    ``jsonb`` would turn -0.0 into 0.0, and the recipe would no longer have its own hash.
    """

    __tablename__ = "clips"
    __table_args__ = (
        ForeignKeyConstraint(
            ["source_id", "client_id"],
            [f"{SCHEMA}.sources.source_id", f"{SCHEMA}.sources.client_id"],
        ),
        _belongs_to("moments", "moment_id", cascade=False),
        CheckConstraint(_one_of("state", ClipState), name="state"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        Index(None, "client_id", "rendered_at"),
        Index(None, "rendered_at"),
        Index(None, "source_id"),
        Index(None, "moment_id"),
    )

    clip_id: str = Field(sa_type=Text, primary_key=True)
    moment_id: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    client_id: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    style: str = Field(sa_type=Text)
    recipe_hash: str = Field(sa_type=Text)
    plan: dict[str, Any] = Field(sa_type=JSON)
    video_key: str = Field(sa_type=Text)
    cover_key: str = Field(sa_type=Text)
    video_sha256: str = Field(sa_type=Text)
    frames_sha256: str = Field(sa_type=Text)
    size_bytes: int = Field(sa_type=BigInteger)
    proof: dict[str, Any] = Field(sa_type=JSONB)
    rendered_at: datetime = Field(sa_type=UtcTime)
