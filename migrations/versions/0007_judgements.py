"""Judgements: what a judge thinks of a moment, its hooks, and what holds it for a person

Revision: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def upgrade() -> None:
    for name in ("holds", "hooks"):
        op.add_column(
            "moments",
            sa.Column(
                name, postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
            ),
            schema=SCHEMA,
        )
    op.add_column(
        "moments",
        sa.Column("natural_start", sa.Text(), server_default="", nullable=False),
        schema=SCHEMA,
    )
    op.add_column("moments", sa.Column("judgement", postgresql.JSONB()), schema=SCHEMA)


def downgrade() -> None:
    for name in ("judgement", "natural_start", "hooks", "holds"):
        op.drop_column("moments", name, schema=SCHEMA)
