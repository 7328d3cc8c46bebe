"""What is planned beside the posts themselves, and what was asked for because of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, Double, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import Row, belongs_to


class PlanRow(Row, table=True):
    """A client's day: what is missing and why, and which slots have no clip."""

    __tablename__ = "plans"
    __table_args__ = (belongs_to("clients", "client_id", cascade=False),)

    client_id: str = Field(sa_type=Text, primary_key=True)
    day: date = Field(sa_type=Date, primary_key=True)
    plan: dict[str, Any] = Field(sa_type=JSONB)
    posts: int
    planned_at: datetime = Field(sa_type=UtcTime)


class MomentAskRow(Row, table=True):
    """That a source was asked for so many moments in all, because a day lacked clips."""

    __tablename__ = "moment_asks"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        belongs_to("sources", "source_id"),
        CheckConstraint("count >= 1", name="count"),
        Index(None, "source_id"),
    )

    client_id: str = Field(sa_type=Text, primary_key=True)
    day: date = Field(sa_type=Date, primary_key=True)
    source_id: str = Field(sa_type=Text, primary_key=True)
    count: int
    asked_at: datetime = Field(sa_type=UtcTime)


class ClipDistanceRow(Row, table=True):
    """How far apart two clips of a source are; measuring a pair takes longer than reading it."""

    __tablename__ = "clip_distances"
    __table_args__ = (
        belongs_to("clips", "clip_id"),
        belongs_to("clips", "other_id", parent_column="clip_id"),
        CheckConstraint("distance BETWEEN 0 AND 1", name="distance"),
        Index(None, "other_id"),
    )

    clip_id: str = Field(sa_type=Text, primary_key=True)
    other_id: str = Field(sa_type=Text, primary_key=True)
    version: int
    distance: float = Field(sa_type=Double)
