"""Posts, what happened to them, what stops them, and how often platforms may be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Double, Identity, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from clipping.db.columns import Sealed, Text, UtcTime
from clipping.db.tables.base import SAVED_AT, Row, belongs_to, one_of
from clipping.models import PlatformName, PostState, Stage

OVER = (PostState.CANCELLED, PostState.FAILED)
"""Of these nothing is public: another post may have their slot, and their clip."""
_LIVES = sql(f"state NOT IN ({', '.join(repr(state.value) for state in OVER)})")


class PostRow(Row, table=True):
    """A clip for an account at a time; nobody else can have its slot, or its clip there."""

    __tablename__ = "posts"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        belongs_to("accounts", "account_id", cascade=False),
        belongs_to("clips", "clip_id", cascade=False),
        CheckConstraint(one_of("platform", PlatformName), name="platform"),
        CheckConstraint(one_of("state", PostState), name="state"),
        CheckConstraint(one_of("stage", Stage), name="stage"),
        Index(None, "clip_id", "platform", unique=True, postgresql_where=_LIVES),
        Index(None, "account_id", "slot_id", unique=True, postgresql_where=_LIVES),
        Index(None, "next_at", postgresql_where=sql("next_at IS NOT NULL")),
        Index(None, "account_id", "due_at"),
        Index(None, "client_id", "due_at"),
        Index(None, "source_id"),
        # As pages list them: all, or those of some states.
        Index(None, "due_at", "post_id"),
        Index(None, "state", "due_at", "post_id"),
        # What went out in a month, without a look at the rows themselves.
        Index(
            "ix_posts_posted",
            "client_id",
            "posted_at",
            postgresql_where=sql("state = 'posted'"),
            postgresql_include=["clip_id", "platform"],
        ),
    )

    post_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    account_id: str = Field(sa_type=Text)
    platform: str = Field(sa_type=Text)
    clip_id: str = Field(sa_type=Text)
    moment_id: str = Field(sa_type=Text)
    source_id: str = Field(sa_type=Text)
    slot_id: str | None = Field(sa_type=Text)
    due_at: datetime = Field(sa_type=UtcTime)
    reason: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    job: dict[str, Any] = Field(sa_type=JSONB)
    file_key: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    receipt: dict[str, Any] = Field(sa_type=JSONB)
    handle: str | None = Field(sa_type=Sealed, default=None)
    next_at: datetime | None = Field(sa_type=UtcTime)
    attempts: int
    begun: int
    renewed: bool
    begun_at: datetime | None = Field(sa_type=UtcTime)
    posted_at: datetime | None = Field(sa_type=UtcTime)
    failure: dict[str, Any] | None = Field(sa_type=JSONB(none_as_null=True))
    note: str = Field(sa_type=Text)
    gone: str = Field(sa_type=Text)
    leased_by: str | None = Field(sa_type=Text, default=None)
    lease_until: datetime | None = Field(sa_type=UtcTime, default=None)
    reserved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class PostEventRow(Row, table=True):
    """A change of a post; rows are only added."""

    __tablename__ = "post_events"
    __table_args__ = (belongs_to("posts", "post_id"), Index(None, "post_id", "event_id"))

    event_id: int | None = Field(
        sa_type=BigInteger, primary_key=True, default=None, sa_column_args=[Identity(always=True)]
    )
    post_id: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)
    before: str = Field(sa_type=Text)
    after: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    sentence: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)


class StopRow(Row, table=True):
    """What nothing is posted of; a column that is empty covers all."""

    __tablename__ = "stops"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        belongs_to("accounts", "account_id"),
        belongs_to("sources", "source_id"),
        CheckConstraint(one_of("platform", PlatformName), name="platform"),
        Index(None, "stop_id", postgresql_where=sql("lifted_at IS NULL")),
    )

    stop_id: int | None = Field(
        sa_type=BigInteger, primary_key=True, default=None, sa_column_args=[Identity(always=True)]
    )
    client_id: str | None = Field(sa_type=Text)
    platform: str | None = Field(sa_type=Text)
    account_id: str | None = Field(sa_type=Text)
    source_id: str | None = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)
    why: str = Field(sa_type=Text)
    lifted_at: datetime | None = Field(sa_type=UtcTime)
    lifted_by: str = Field(sa_type=Text)


class AlertRow(Row, table=True):
    """Something that a person has to see."""

    __tablename__ = "alerts"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        CheckConstraint("times >= 1", name="times"),
        Index(None, "at"),
        # A state that lasts is one alert until it is over.
        Index(
            "ux_alerts_kind_subject",
            "kind",
            "subject",
            unique=True,
            postgresql_where=sql("subject <> '' AND resolved_at IS NULL"),
        ),
        Index(
            "ix_alerts_open",
            "alert_id",
            postgresql_where=sql("seen_at IS NULL AND resolved_at IS NULL"),
        ),
    )

    alert_id: int | None = Field(
        sa_type=BigInteger, primary_key=True, default=None, sa_column_args=[Identity(always=True)]
    )
    at: datetime = Field(sa_type=UtcTime)
    kind: str = Field(sa_type=Text)
    sentence: str = Field(sa_type=Text)
    client_id: str | None = Field(sa_type=Text)
    account_id: str = Field(sa_type=Text)
    post_id: str = Field(sa_type=Text)
    seen_at: datetime | None = Field(sa_type=UtcTime, default=None)
    seen_by: str = Field(sa_type=Text)
    seen_note: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
    subject: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
    times: int = Field(default=1, sa_column_kwargs={"server_default": sql("1")})
    last_at: datetime | None = Field(sa_type=UtcTime, default=None)
    resolved_at: datetime | None = Field(sa_type=UtcTime, default=None)


class BucketRow(Row, table=True):
    """How often somebody may be asked just now, by all processes together."""

    __tablename__ = "buckets"
    __table_args__ = (CheckConstraint("tokens >= 0", name="tokens"),)

    key: str = Field(sa_type=Text, primary_key=True)
    tokens: float = Field(sa_type=Double)
    filled_at: datetime = Field(sa_type=UtcTime)
    closed_until: datetime | None = Field(sa_type=UtcTime, default=None)
