"""Who is told of alerts outside, and what is on its way to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from clipping.db.columns import Sealed, Text, UtcTime
from clipping.db.tables.base import Row, belongs_to, one_of
from clipping.models.alarms import Phase


class AlarmTargetRow(Row, table=True):
    """Somebody who is told, at a sealed address; of one client, or of all."""

    __tablename__ = "alarm_targets"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        Index(None, "client_id"),
    )

    name: str = Field(sa_type=Text, primary_key=True)
    client_id: str | None = Field(sa_type=Text)
    address: str = Field(sa_type=Sealed)
    kinds: list[str] = Field(sa_type=JSONB)
    digest: bool
    added_at: datetime = Field(sa_type=UtcTime)
    added_by: str = Field(sa_type=Text)
    trouble: str = Field(sa_type=Text)


class AlarmMessageRow(Row, table=True):
    """A message that is to be sent, or was."""

    __tablename__ = "alarm_messages"
    __table_args__ = (
        belongs_to("alarm_targets", "target", parent_column="name"),
        CheckConstraint(one_of("phase", Phase), name="phase"),
        UniqueConstraint("target", "dedupe_key"),
        Index(None, "next_at", postgresql_where=sql("next_at IS NOT NULL")),
        Index(None, "target", "made_at"),
    )

    message_id: int | None = Field(
        sa_type=BigInteger, primary_key=True, default=None, sa_column_args=[Identity(always=True)]
    )
    target: str = Field(sa_type=Text)
    phase: str = Field(sa_type=Text)
    group: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    dedupe_key: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=UtcTime)
    next_at: datetime | None = Field(sa_type=UtcTime)
    attempts: int
    sent_at: datetime | None = Field(sa_type=UtcTime, default=None)
    trouble: str = Field(sa_type=Text, default="")


class AlarmMentionRow(Row, table=True):
    """Of which alerts a target was told, and that they are over."""

    __tablename__ = "alarm_mentions"
    __table_args__ = (
        belongs_to("alarm_targets", "target", parent_column="name"),
        belongs_to("alerts", "alert_id"),
        CheckConstraint(one_of("phase", Phase), name="phase"),
        Index(None, "alert_id"),
    )

    target: str = Field(sa_type=Text, primary_key=True)
    alert_id: int = Field(sa_type=BigInteger, primary_key=True)
    phase: str = Field(sa_type=Text, primary_key=True)
