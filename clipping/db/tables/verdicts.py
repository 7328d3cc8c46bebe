"""What people decided about clips, and how accounts stood when they were looked at last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import Row, belongs_to, one_of
from clipping.models import Decision


class VerdictRow(Row, table=True):
    """Whether a person wants a clip posted; a later verdict takes the place of an earlier one."""

    __tablename__ = "verdicts"
    __table_args__ = (
        belongs_to("clips", "clip_id"),
        CheckConstraint(one_of("decision", Decision), name="decision"),
    )

    clip_id: str = Field(sa_type=Text, primary_key=True)
    decision: str = Field(sa_type=Text)
    person: str = Field(sa_type=Text)
    why: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)


class AccountCheckRow(Row, table=True):
    """Whether an account could be posted to when it was looked at last, and why not."""

    __tablename__ = "account_checks"
    __table_args__ = (belongs_to("accounts", "account_id"),)

    account_id: str = Field(sa_type=Text, primary_key=True)
    why_not: list[str] = Field(sa_type=JSONB)
    checked_at: datetime = Field(sa_type=UtcTime)
