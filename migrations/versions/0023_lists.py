"""Lists of clips by their state, and of sources, a page at a time

Revision: 0023
Revises: 0022
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
INDEXES = (
    ("clips", ("state", "rendered_at")),
    ("sources", ("located_at",)),
    ("sources", ("client_id", "located_at")),
)


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(_name(table, columns), table, columns, schema=SCHEMA)


def downgrade() -> None:
    for table, columns in reversed(INDEXES):
        op.drop_index(_name(table, columns), table, schema=SCHEMA)


def _name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"
