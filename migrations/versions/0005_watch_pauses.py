"""Watches and their items remember how often and until when they were put off

Revision: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def upgrade() -> None:
    """Add how often, to both, and until when to watches."""
    for table in ("watches", "watched_items"):
        waits = sa.Column("waits", sa.Integer(), server_default="0", nullable=False)
        op.add_column(table, waits, schema=SCHEMA)
    not_before = sa.Column("not_before", sa.DateTime(timezone=True), nullable=True)
    op.add_column("watches", not_before, schema=SCHEMA)


def downgrade() -> None:
    """Forget it."""
    op.drop_column("watches", "not_before", schema=SCHEMA)
    for table in ("watches", "watched_items"):
        op.drop_column(table, "waits", schema=SCHEMA)
