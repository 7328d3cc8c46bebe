"""Accounts on platforms, what opens them, and what happened to them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, Identity, Index, Time, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from clipping.db.columns import Sealed, Text, UtcTime
from clipping.db.tables.base import SAVED_AT, Row, belongs_to, one_of
from clipping.models import AccountStatus, PlatformName, PostingMethod


class AccountRow(Row, table=True):
    """An account; on its platform it is somebody's once, so no two clients can have it."""

    __tablename__ = "accounts"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        UniqueConstraint("client_id", "platform", "handle"),
        Index(
            None,
            "platform",
            "platform_user_id",
            unique=True,
            postgresql_where=sql("platform_user_id <> ''"),
        ),
        CheckConstraint(one_of("platform", PlatformName), name="platform"),
        CheckConstraint(one_of("method", PostingMethod), name="method"),
        CheckConstraint(one_of("status", AccountStatus), name="status"),
    )

    account_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    platform: str = Field(sa_type=Text)
    handle: str = Field(sa_type=Text)
    platform_user_id: str = Field(sa_type=Text)
    timezone: str = Field(sa_type=Text)
    method: str = Field(sa_type=Text)
    login_path: str = Field(sa_type=Text)
    app: str = Field(sa_type=Text)
    angle: str = Field(sa_type=Text)
    caption_style: str = Field(sa_type=Text)
    disclosure: dict[str, Any] = Field(sa_type=JSONB)
    wakes_at: time = Field(sa_type=Time)
    sleeps_at: time = Field(sa_type=Time)
    first_post_on: date | None = Field(sa_type=Date)
    premium: bool
    status: str = Field(sa_type=Text)
    paused: str = Field(sa_type=Text)
    consent: dict[str, Any] | None = Field(sa_type=JSONB)
    proxy: str | None = Field(sa_type=Sealed, default=None)
    added_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class AccountTokensRow(Row, table=True):
    """The pair of tokens that opens an account; whoever renews it holds the lock of this row."""

    __tablename__ = "account_tokens"
    __table_args__ = (
        belongs_to("accounts", "account_id"),
        CheckConstraint("version >= 1", name="version"),
    )

    account_id: str = Field(sa_type=Text, primary_key=True)
    access: str = Field(sa_type=Sealed)
    refresh: str | None = Field(sa_type=Sealed)
    expires_at: datetime | None = Field(sa_type=UtcTime)
    refresh_expires_at: datetime | None = Field(sa_type=UtcTime)
    scopes: list[str] = Field(sa_type=JSONB)
    obtained_at: datetime = Field(sa_type=UtcTime)
    version: int
    refresh_begun_at: datetime | None = Field(sa_type=UtcTime, default=None)


class AccountEventRow(Row, table=True):
    """A change of an account; rows are only added."""

    __tablename__ = "account_events"
    __table_args__ = (belongs_to("accounts", "account_id"), Index(None, "account_id", "at"))

    event_id: int | None = Field(
        sa_type=BigInteger, primary_key=True, default=None, sa_column_args=[Identity(always=True)]
    )
    account_id: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcTime)
    kind: str = Field(sa_type=Text)
    before: str = Field(sa_type=Text)
    after: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
