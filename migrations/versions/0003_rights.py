"""Rights: who owns a source and why it may be clipped; whether a client wants that stated first

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
COLUMNS = {"rights_ground": "unstated", "rights_owner": "", "rights_note": ""}


def upgrade() -> None:
    op.add_column(
        "clients",
        sa.Column("require_rights", sa.Boolean(), server_default=sa.false(), nullable=False),
        schema=SCHEMA,
    )
    for name, default in COLUMNS.items():
        op.add_column(
            "sources",
            sa.Column(name, sa.Text(), server_default=default, nullable=False),
            schema=SCHEMA,
        )
    op.create_check_constraint(
        op.f("ck_sources_rights_ground"),
        "sources",
        "rights_ground IN ('unstated', 'own', 'licensed', 'permission')",
        schema=SCHEMA,
    )


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("sources", name, schema=SCHEMA)
    op.drop_column("clients", "require_rights", schema=SCHEMA)
