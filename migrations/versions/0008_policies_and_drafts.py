"""Policies and drafts: what a client wants of its clips, and the words beside each moment

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def upgrade() -> None:
    op.add_column(
        "clients",
        sa.Column(
            "editorial_policy",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        schema=SCHEMA,
    )
    op.create_table(
        "drafts",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("moment_id", "writer", "writer_version", "wishes")
        ),
        sa.Column("draft", postgresql.JSONB(), nullable=False),
        sa.Column("notes", postgresql.JSONB(), nullable=False),
        sa.Column(
            "saved_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("moment_id", name="pk_drafts"),
        sa.ForeignKeyConstraint(
            ["moment_id"],
            [f"{SCHEMA}.moments.moment_id"],
            name="fk_drafts_moment_id_moments",
            ondelete="CASCADE",
        ),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("drafts", schema=SCHEMA)
    op.drop_column("clients", "editorial_policy", schema=SCHEMA)
