"""What is found in a source, and the clips that are made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import SAVED_AT, SCHEMA, Row, belongs_to, one_of
from clipping.models import ChangeState, ClipState

_EMPTY_LIST: dict[str, Any] = {"server_default": sql("'[]'::jsonb")}


class DetectionRow(Row, table=True):
    """One search of one transcript; the unit that is found again."""

    __tablename__ = "detections"
    __table_args__ = (
        belongs_to("sources", "source_id"),
        belongs_to("transcripts", "transcript_id"),
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
    options: dict[str, Any] | None = Field(sa_type=JSONB(none_as_null=True), default=None)
    saved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class MomentRow(Row, table=True):
    """A span worth a clip, whichever detections found it."""

    __tablename__ = "moments"
    __table_args__ = (
        belongs_to("sources", "source_id"),
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
    holds: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs=_EMPTY_LIST)
    hooks: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs=_EMPTY_LIST)
    natural_start: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    judgement: dict[str, Any] | None = Field(sa_type=JSONB(none_as_null=True))


class DraftRow(Row, table=True):
    """What is written beside the clips of a moment, before it is fitted to a platform."""

    __tablename__ = "drafts"
    __table_args__ = (belongs_to("moments", "moment_id"),)

    moment_id: str = Field(sa_type=Text, primary_key=True)
    writer: str = Field(sa_type=Text)
    writer_version: str = Field(sa_type=Text)
    wishes: str = Field(sa_type=Text)
    draft: dict[str, Any] = Field(sa_type=JSONB)
    notes: list[str] = Field(sa_type=JSONB)
    saved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class DetectionMomentRow(Row, table=True):
    """Which moments a detection found, best first: asking for more moments finds the same again.

    Those that a person brought back stand behind the others, with the time when.
    """

    __tablename__ = "detection_moments"
    __table_args__ = (
        belongs_to("detections", "detection_id"),
        belongs_to("moments", "moment_id"),
        CheckConstraint("rank >= 1", name="rank"),
        Index(None, "moment_id"),
    )

    detection_id: str = Field(sa_type=Text, primary_key=True)
    rank: int = Field(primary_key=True)
    moment_id: str = Field(sa_type=Text)
    rescued_at: datetime | None = Field(sa_type=UtcTime)


class RejectionRow(Row, table=True):
    """A span that a detection considered and dropped; ``position`` keeps the detector's order."""

    __tablename__ = "rejections"
    __table_args__ = (
        belongs_to("detections", "detection_id"),
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
    holds: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs=_EMPTY_LIST)


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
        belongs_to("moments", "moment_id", cascade=False),
        CheckConstraint(one_of("state", ClipState), name="state"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        UniqueConstraint("client_id", "recipe_hash"),
        Index(None, "client_id", "rendered_at"),
        Index(None, "rendered_at"),
        Index(None, "state", "rendered_at"),
        Index(None, "source_id"),
        Index(None, "moment_id"),
        Index(
            "ix_clips_undecided",
            "client_id",
            "state",
            "rendered_at",
            postgresql_where=sql("NOT decided"),
        ),
        Index(
            "ix_clips_waiting",
            "client_id",
            "state",
            sql("score DESC"),
            "clip_id",
            postgresql_where=sql("NOT decided"),
        ),
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
    decided: bool | None = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": false()}
    )
    """Whether it has a verdict; kept so by Postgres, for who asks which have none."""
    score: int | None = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": sql("0")}
    )
    """Its moment's; kept so by Postgres, for who asks for the best."""
    own_words: dict[str, Any] | None = Field(sa_type=JSONB(none_as_null=True), default=None)
    """What a person wrote beside it, by platforms."""
    superseded_by: str | None = Field(sa_type=Text, default=None)
    """The clip that a change has made of it."""


class ClipChangeRow(Row, table=True):
    """What a person wanted to be other in a clip, and what came of it."""

    __tablename__ = "clip_changes"
    __table_args__ = (
        belongs_to("clips", "clip_id"),
        CheckConstraint(one_of("state", ChangeState), name="state"),
        Index("ix_clip_changes_clip_id_asked_at", "clip_id", "asked_at"),
        Index(None, "asked_at"),
        Index(None, "made_clip_id"),
        Index(
            None,
            "clip_id",
            unique=True,
            postgresql_where=sql("state IN ('asked', 'rendering')"),
        ),
    )

    change_id: str = Field(sa_type=Text, primary_key=True)
    clip_id: str = Field(sa_type=Text)
    wanted: dict[str, Any] = Field(sa_type=JSONB)
    by: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(sa_type=Text)
    fraction: float = Field(sa_type=Double)
    heard_at: datetime = Field(sa_type=UtcTime)
    told: str = Field(sa_type=Text)
    made_clip_id: str | None = Field(sa_type=Text, default=None)


class ReleaseRow(Row, table=True):
    """Who agreed to what holds a moment; ``clip_id`` is the clip that was looked at."""

    __tablename__ = "releases"
    __table_args__ = (belongs_to("moments", "moment_id"), Index(None, "moment_id"))

    release_id: str = Field(sa_type=Text, primary_key=True)
    moment_id: str = Field(sa_type=Text)
    clip_id: str = Field(sa_type=Text)
    holds: list[dict[str, Any]] = Field(sa_type=JSONB)
    person: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    released_at: datetime = Field(sa_type=UtcTime)
