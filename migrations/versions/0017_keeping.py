"""What is in the archive; alarms that end, are grouped and are sent; since when a service is away

Revision: 0017
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _archive()
    _alerts()


def _archive() -> None:
    op.create_table(
        "archived_objects",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME, nullable=True),
        sa.Column("back_at", _TIME, nullable=True),
        sa.Column("dropped_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_archived_objects"),
        sa.ForeignKeyConstraint(
            ["client_id"],
            [f"{SCHEMA}.clients.client_id"],
            name="fk_archived_objects_client_id_clients",
        ),
        sa.CheckConstraint(
            "kind IN ('original', 'captions', 'clip', 'cover', 'other')",
            name=op.f("ck_archived_objects_kind"),
        ),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_archived_objects_size_bytes")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_archived_objects_kind_key",
        "archived_objects",
        ["kind", "key"],
        schema=SCHEMA,
        postgresql_where=sa.text("dropped_at IS NULL"),
    )
    op.create_index(
        "ix_archived_objects_client_id", "archived_objects", ["client_id"], schema=SCHEMA
    )


def _alerts() -> None:
    for column in (
        sa.Column("subject", sa.Text(), nullable=False, server_default=""),
        sa.Column("times", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("last_at", _TIME, nullable=True),
        sa.Column("resolved_at", _TIME, nullable=True),
    ):
        op.add_column("alerts", column, schema=SCHEMA)
    op.create_check_constraint(op.f("ck_alerts_times"), "alerts", "times >= 1", schema=SCHEMA)
    op.create_index(
        "ux_alerts_kind_subject",
        "alerts",
        ["kind", "subject"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("subject <> '' AND resolved_at IS NULL"),
    )
    op.create_index(
        "ix_alerts_open",
        "alerts",
        ["alert_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("seen_at IS NULL AND resolved_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_alerts_open", "alerts", schema=SCHEMA)
    op.drop_index("ux_alerts_kind_subject", "alerts", schema=SCHEMA)
    # Earlier rules know of no state that is over: to them it would want a person for ever.
    op.execute(f"DELETE FROM {SCHEMA}.alerts WHERE resolved_at IS NOT NULL")
    op.drop_constraint(op.f("ck_alerts_times"), "alerts", schema=SCHEMA)
    for column in ("resolved_at", "last_at", "times", "subject"):
        op.drop_column("alerts", column, schema=SCHEMA)
    op.drop_table("archived_objects", schema=SCHEMA)
