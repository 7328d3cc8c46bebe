"""Who changed what of a client's strategy, how much each stores, and indexes for months

Revision: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
ROLE = "clipper_web"
OPERATED = f"client_id = ANY ((SELECT {SCHEMA}.operated_clients())::text[])"
_TIME = sa.DateTime(timezone=True)


def of_client(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["client_id"],
        [f"{SCHEMA}.clients.client_id"],
        name=f"fk_{table}_client_id_clients",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.add_column(
        "clients",
        sa.Column("strategy_version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        schema=SCHEMA,
    )
    op.create_table(
        "strategy_changes",
        sa.Column("change_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_strategy_changes"),
        of_client("strategy_changes"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_strategy_changes_client_id_change_id",
        "strategy_changes",
        ["client_id", "change_id"],
        schema=SCHEMA,
    )
    op.create_table(
        "stored_bytes",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "place", "kind", name="pk_stored_bytes"),
        of_client("stored_bytes"),
        sa.CheckConstraint("place IN ('store', 'archive')", name=op.f("ck_stored_bytes_place")),
        sa.CheckConstraint(
            "kind IN ('original', 'captions', 'clip', 'cover', 'other')",
            name=op.f("ck_stored_bytes_kind"),
        ),
        schema=SCHEMA,
    )
    for table, rights in (("strategy_changes", "SELECT, INSERT"), ("stored_bytes", "SELECT")):
        op.execute(f"ALTER TABLE {SCHEMA}.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT {rights} ON {SCHEMA}.{table} TO {ROLE}")
        op.execute(
            f"CREATE POLICY seen ON {SCHEMA}.{table} FOR SELECT TO {ROLE} USING ({OPERATED})"
        )
    op.execute(
        f"CREATE POLICY inserts ON {SCHEMA}.strategy_changes FOR INSERT TO {ROLE} "
        f"WITH CHECK ({OPERATED})"
    )
    op.create_index(
        "ix_posts_posted",
        "posts",
        ["client_id", "posted_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'posted'"),
        postgresql_include=["clip_id", "platform"],
    )


def downgrade() -> None:
    op.drop_index("ix_posts_posted", "posts", schema=SCHEMA)
    op.drop_table("stored_bytes", schema=SCHEMA)
    op.drop_table("strategy_changes", schema=SCHEMA)
    op.drop_column("clients", "strategy_version", schema=SCHEMA)
