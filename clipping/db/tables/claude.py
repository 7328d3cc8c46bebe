"""What Claude was asked, what it answered, and what that cost."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import DOLLARS, SAVED_AT, Row, belongs_to


class LedgerRow(Row, table=True):
    """A reply that was paid for, by the API's id of it."""

    __tablename__ = "ledger"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        CheckConstraint("cost_usd >= 0", name="cost_usd"),
        Index(None, "client_id", "asked_at"),
    )

    message_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    input_tokens: int = Field(sa_type=BigInteger)
    output_tokens: int = Field(sa_type=BigInteger)
    cache_write_5m_tokens: int = Field(sa_type=BigInteger)
    cache_write_1h_tokens: int = Field(sa_type=BigInteger)
    cache_read_tokens: int = Field(sa_type=BigInteger)
    cost_usd: Decimal = Field(sa_type=DOLLARS)
    request_id: str = Field(sa_type=Text)
    batch: bool
    asked_at: datetime = Field(sa_type=UtcTime)


class ReplyRow(Row, table=True):
    """A reply as it came, to be given again for a while; a client's are its own."""

    __tablename__ = "replies"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        UniqueConstraint("client_id", "fingerprint"),
        Index(None, "saved_at"),
    )

    reply_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    reply: dict[str, Any] = Field(sa_type=JSONB)
    saved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class BatchIntentRow(Row, table=True):
    """A question that is to go out in a batch, is in one, or (settled) was."""

    __tablename__ = "batch_intents"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        CheckConstraint("most_usd >= 0", name="most_usd"),
        Index(None, "client_id", "settled_at"),
        Index(None, "submission"),
        Index(None, "batch_id"),
    )

    custom_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    submission: str = Field(sa_type=Text)
    most_usd: Decimal = Field(sa_type=DOLLARS)
    begun_at: datetime = Field(sa_type=UtcTime)
    batch_id: str | None = Field(sa_type=Text)
    settled_at: datetime | None = Field(sa_type=UtcTime)


class OutageRow(Row, table=True):
    """What is known of the health of an outside service, by all who ask it."""

    __tablename__ = "outages"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    service: str = Field(sa_type=Text, primary_key=True)
    failures: int
    closed_until: datetime | None = Field(sa_type=UtcTime)
    since: datetime | None = Field(sa_type=UtcTime, default=None)
    looked_at: datetime | None = Field(sa_type=UtcTime, default=None)
    said: str = Field(sa_type=Text, default="", sa_column_kwargs={"server_default": ""})
