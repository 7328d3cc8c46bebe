"""How clips look and sound, and what is tried out with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import SAVED_AT, Row, belongs_to, one_of
from clipping.models import Factor


class ClipPrintRow(Row, table=True):
    """What a clip is compared by; clips that were rendered before there were prints have none."""

    __tablename__ = "clip_prints"
    __table_args__ = (belongs_to("clips", "clip_id"),)

    clip_id: str = Field(sa_type=Text, primary_key=True)
    version: int
    pictures: bytes = Field(sa_type=LargeBinary)
    sound: bytes = Field(sa_type=LargeBinary)


class ExperimentRow(Row, table=True):
    """Clips that differ in one factor; ``moment_id`` is the control's."""

    __tablename__ = "experiments"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        belongs_to("moments", "moment_id"),
        CheckConstraint(one_of("factor", Factor), name="factor"),
        Index(None, "client_id", "created_at"),
        Index(None, "moment_id"),
    )

    experiment_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    moment_id: str = Field(sa_type=Text)
    factor: str = Field(sa_type=Text)
    question: str = Field(sa_type=Text)
    created_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class ExperimentArmRow(Row, table=True):
    """A clip of an experiment; the one at position 0 is the control."""

    __tablename__ = "experiment_arms"
    __table_args__ = (
        belongs_to("experiments", "experiment_id"),
        belongs_to("clips", "clip_id"),
        UniqueConstraint("experiment_id", "position"),
        CheckConstraint("control = (position = 0)", name="control_first"),
        Index(None, "clip_id"),
    )

    experiment_id: str = Field(sa_type=Text, primary_key=True)
    clip_id: str = Field(sa_type=Text, primary_key=True)
    position: int
    label: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)
    control: bool
