"""What people add on the dashboard."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import Row, belongs_to, one_of
from clipping.models import AdditionKind, AdditionState, Ground


class AdditionRow(Row, table=True):
    """A file that arrives, or a link, of one client."""

    __tablename__ = "additions"
    __table_args__ = (
        belongs_to("clients", "client_id"),
        CheckConstraint(one_of("kind", AdditionKind), name="kind"),
        CheckConstraint(one_of("state", AdditionState), name="state"),
        CheckConstraint(one_of("rights_ground", Ground), name="rights_ground"),
        CheckConstraint("received_bytes BETWEEN 0 AND size_bytes", name="received_bytes"),
        CheckConstraint("stored_percent BETWEEN 0 AND 100", name="stored_percent"),
        Index(None, "client_id", "created_at"),
        Index(None, "state", postgresql_where=sql("state IN ('receiving', 'received')")),
    )

    addition_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text)
    user_id: str = Field(sa_type=Text)
    added_by: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    location: str = Field(sa_type=Text)
    size_bytes: int = Field(sa_type=BigInteger)
    received_bytes: int = Field(sa_type=BigInteger)
    stored_percent: int
    captions_key: str | None = Field(sa_type=Text, default=None)
    rights_ground: str = Field(sa_type=Text)
    rights_owner: str = Field(sa_type=Text)
    rights_note: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    said: str = Field(sa_type=Text)
    source_id: str | None = Field(sa_type=Text, default=None)
    run_id: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)
    updated_at: datetime = Field(sa_type=UtcTime)
