"""Folders and channels that are watched, and what was found in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import SAVED_AT, Row, belongs_to, one_of
from clipping.models import Ground, ItemState

_EMPTY: dict[str, Any] = {"server_default": ""}
_NONE: dict[str, Any] = {"server_default": "0"}


class WatchRow(Row, table=True):
    """A folder or a channel; one watch of each for a client."""

    __tablename__ = "watches"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        UniqueConstraint("client_id", "place"),
        CheckConstraint("min_seconds >= 1", name="min_seconds"),
        CheckConstraint(one_of("rights_ground", Ground), name="rights_ground"),
    )

    watch_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    min_seconds: int
    clip: bool = Field(sa_column_kwargs={"server_default": false()})
    rights_ground: str = Field(
        sa_type=Text, sa_column_kwargs={"server_default": Ground.UNSTATED.value}
    )
    rights_owner: str = Field(sa_type=Text, sa_column_kwargs=_EMPTY)
    rights_note: str = Field(sa_type=Text, sa_column_kwargs=_EMPTY)
    asked_at: datetime | None = Field(sa_type=UtcTime)
    trouble: str = Field(sa_type=Text, sa_column_kwargs=_EMPTY)
    waits: int = Field(default=0, sa_column_kwargs=_NONE)
    not_before: datetime | None = Field(sa_type=UtcTime, default=None)
    added_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class WatchedItemRow(Row, table=True):
    """A file or a video that a watch has found; ``identity`` is what it is known by there."""

    __tablename__ = "watched_items"
    __table_args__ = (
        belongs_to("watches", "watch_id"),
        UniqueConstraint("watch_id", "identity"),
        CheckConstraint(one_of("state", ItemState), name="state"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(None, "watch_id", "state"),
    )

    item_id: str = Field(sa_type=Text, primary_key=True)
    watch_id: str = Field(sa_type=Text)
    identity: str = Field(sa_type=Text)
    location: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    attempts: int
    waits: int = Field(default=0, sa_column_kwargs=_NONE)
    size_bytes: int | None = Field(sa_type=BigInteger)
    changed_ns: int | None = Field(sa_type=BigInteger)
    duration_ms: int | None = Field(sa_type=BigInteger)
    unchanged_since: datetime = Field(sa_type=UtcTime)
    try_again_at: datetime | None = Field(sa_type=UtcTime)
    found_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )
    saved_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )
