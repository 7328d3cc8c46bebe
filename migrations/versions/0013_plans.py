"""Days as they were planned, moments that were asked for, and distances that were measured

Revision: 0013
Revises: 0012
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def instant(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def of(
    table: str, column: str, parent: str, parent_column: str, *, cascade: bool = False
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{SCHEMA}.{parent}.{parent_column}"],
        name=f"fk_{table}_{column}_{parent}",
        ondelete="CASCADE" if cascade else None,
    )


def upgrade() -> None:
    op.create_table(
        "plans",
        text("client_id"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("plan", postgresql.JSONB(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        instant("planned_at"),
        sa.PrimaryKeyConstraint("client_id", "day", name="pk_plans"),
        of("plans", "client_id", "clients", "client_id"),
        schema=SCHEMA,
    )
    op.create_table(
        "moment_asks",
        text("client_id"),
        sa.Column("day", sa.Date(), nullable=False),
        text("source_id"),
        sa.Column("count", sa.Integer(), nullable=False),
        instant("asked_at"),
        sa.PrimaryKeyConstraint("client_id", "day", "source_id", name="pk_moment_asks"),
        of("moment_asks", "client_id", "clients", "client_id"),
        of("moment_asks", "source_id", "sources", "source_id", cascade=True),
        sa.CheckConstraint("count >= 1", name=op.f("ck_moment_asks_count")),
        schema=SCHEMA,
    )
    op.create_index("ix_moment_asks_source_id", "moment_asks", ["source_id"], schema=SCHEMA)
    op.create_table(
        "clip_distances",
        text("clip_id"),
        text("other_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("distance", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "other_id", name="pk_clip_distances"),
        of("clip_distances", "clip_id", "clips", "clip_id", cascade=True),
        of("clip_distances", "other_id", "clips", "clip_id", cascade=True),
        sa.CheckConstraint("distance BETWEEN 0 AND 1", name=op.f("ck_clip_distances_distance")),
        schema=SCHEMA,
    )
    op.create_index("ix_clip_distances_other_id", "clip_distances", ["other_id"], schema=SCHEMA)
    op.add_column(
        "detections", sa.Column("options", postgresql.JSONB(), nullable=True), schema=SCHEMA
    )


def downgrade() -> None:
    op.drop_column("detections", "options", schema=SCHEMA)
    for table in ("clip_distances", "moment_asks", "plans"):
        op.drop_table(table, schema=SCHEMA)
