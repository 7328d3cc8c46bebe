"""Where files are that have left the media store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import Row, belongs_to, one_of
from clipping.models.keeping import ObjectKind


class ArchivedObjectRow(Row, table=True):
    """A file that the archive was seen to hold, byte for byte, and what became of it since."""

    __tablename__ = "archived_objects"
    __table_args__ = (
        belongs_to("clients", "client_id", cascade=False),
        CheckConstraint(one_of("kind", ObjectKind), name="kind"),
        CheckConstraint("size_bytes >= 0", name="size_bytes"),
        Index(None, "kind", "key", postgresql_where=sql("dropped_at IS NULL")),
        Index(None, "client_id"),
    )

    key: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    sha256: str = Field(sa_type=Text)
    size_bytes: int = Field(sa_type=BigInteger)
    archived_at: datetime = Field(sa_type=UtcTime)
    removed_at: datetime | None = Field(sa_type=UtcTime, default=None)
    back_at: datetime | None = Field(sa_type=UtcTime, default=None)
    dropped_at: datetime | None = Field(sa_type=UtcTime, default=None)


class StoredBytesRow(Row, table=True):
    """How much of a client lay in the store or the archive when all of it was swept last."""

    __tablename__ = "stored_bytes"
    __table_args__ = (
        belongs_to("clients", "client_id"),
        CheckConstraint("place IN ('store', 'archive')", name="place"),
        CheckConstraint(one_of("kind", ObjectKind), name="kind"),
    )

    client_id: str = Field(sa_type=Text, primary_key=True)
    place: str = Field(sa_type=Text, primary_key=True)
    kind: str = Field(sa_type=Text, primary_key=True)
    files: int = Field(sa_type=BigInteger)
    size_bytes: int = Field(sa_type=BigInteger)
    seen_at: datetime = Field(sa_type=UtcTime)
