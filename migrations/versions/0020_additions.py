"""What people add on the dashboard: files that arrive piece by piece, and links

Revision: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
ROLE = "clipper_web"
_TIME = sa.DateTime(timezone=True)

OPERATED = f"client_id = ANY ((SELECT {SCHEMA}.operated_clients())::text[])"
# Nobody adds anything in another's name.
THEIR_OWN = "user_id = nullif(current_setting('clipper.user_id', true), '')"


def upgrade() -> None:
    op.create_table(
        "additions",
        sa.Column("addition_id", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("client_id", "user_id", "added_by", "kind", "name", "location")
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_percent", sa.Integer(), nullable=False),
        sa.Column("captions_key", sa.Text(), nullable=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("rights_ground", "rights_owner", "rights_note", "state", "said")
        ),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("addition_id", name="pk_additions"),
        sa.ForeignKeyConstraint(
            ["client_id"],
            [f"{SCHEMA}.clients.client_id"],
            name="fk_additions_client_id_clients",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("kind IN ('file', 'link')", name=op.f("ck_additions_kind")),
        sa.CheckConstraint(
            "state IN ('receiving', 'received', 'kept', 'started', 'refused')",
            name=op.f("ck_additions_state"),
        ),
        sa.CheckConstraint(
            "rights_ground IN ('unstated', 'own', 'licensed', 'permission')",
            name=op.f("ck_additions_rights_ground"),
        ),
        sa.CheckConstraint(
            "received_bytes BETWEEN 0 AND size_bytes", name=op.f("ck_additions_received_bytes")
        ),
        sa.CheckConstraint(
            "stored_percent BETWEEN 0 AND 100", name=op.f("ck_additions_stored_percent")
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_additions_client_id_created_at", "additions", ["client_id", "created_at"], schema=SCHEMA
    )
    op.create_index(
        "ix_additions_state",
        "additions",
        ["state"],
        schema=SCHEMA,
        postgresql_where=sa.text("state IN ('receiving', 'received')"),
    )
    op.execute(f"ALTER TABLE {SCHEMA}.additions ENABLE ROW LEVEL SECURITY")
    for name, right, rows in (
        ("seen", "SELECT", f"USING ({OPERATED})"),
        ("inserts", "INSERT", f"WITH CHECK ({OPERATED} AND {THEIR_OWN})"),
        ("updates", "UPDATE", f"USING ({OPERATED}) WITH CHECK ({OPERATED})"),
        ("deletes", "DELETE", f"USING ({OPERATED})"),
    ):
        op.execute(f"CREATE POLICY {name} ON {SCHEMA}.additions FOR {right} TO {ROLE} {rows}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {SCHEMA}.additions TO {ROLE}")


def downgrade() -> None:
    op.drop_table("additions", schema=SCHEMA)
