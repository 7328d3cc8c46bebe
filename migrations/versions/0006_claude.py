"""Claude: the ledger, replies, questions in batches, outages; a client's budget

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
TOKENS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def dollars(name: str, nullable: bool = False) -> sa.Column[Decimal]:
    return sa.Column(name, sa.Numeric(18, 9), nullable=nullable)


def time(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def of_client(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["client_id"], [f"{SCHEMA}.clients.client_id"], name=f"fk_{table}_client_id_clients"
    )


def upgrade() -> None:
    op.add_column("clients", dollars("monthly_budget_usd", nullable=True), schema=SCHEMA)
    op.create_check_constraint(
        op.f("ck_clients_monthly_budget_usd"), "clients", "monthly_budget_usd >= 0", schema=SCHEMA
    )
    op.create_table(
        "ledger",
        text("message_id"),
        text("client_id"),
        text("purpose"),
        text("model"),
        *(sa.Column(f"{kind}_tokens", sa.BigInteger(), nullable=False) for kind in TOKENS),
        dollars("cost_usd"),
        text("request_id"),
        sa.Column("batch", sa.Boolean(), nullable=False),
        time("asked_at"),
        sa.PrimaryKeyConstraint("message_id", name="pk_ledger"),
        of_client("ledger"),
        sa.CheckConstraint("cost_usd >= 0", name=op.f("ck_ledger_cost_usd")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_ledger_client_id_asked_at", "ledger", ["client_id", "asked_at"], schema=SCHEMA
    )
    op.create_table(
        "replies",
        text("reply_id"),
        text("client_id"),
        text("fingerprint"),
        sa.Column("reply", postgresql.JSONB(), nullable=False),
        sa.Column(
            "saved_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("reply_id", name="pk_replies"),
        of_client("replies"),
        sa.UniqueConstraint("client_id", "fingerprint", name="uq_replies_client_id_fingerprint"),
        schema=SCHEMA,
    )
    op.create_index("ix_replies_saved_at", "replies", ["saved_at"], schema=SCHEMA)
    op.create_table(
        "batch_intents",
        text("custom_id"),
        text("client_id"),
        text("fingerprint"),
        text("purpose"),
        text("model"),
        text("submission"),
        dollars("most_usd"),
        time("begun_at"),
        text("batch_id", nullable=True),
        time("settled_at", nullable=True),
        sa.PrimaryKeyConstraint("custom_id", name="pk_batch_intents"),
        of_client("batch_intents"),
        sa.CheckConstraint("most_usd >= 0", name=op.f("ck_batch_intents_most_usd")),
        schema=SCHEMA,
    )
    for columns in (["client_id", "settled_at"], ["submission"], ["batch_id"]):
        op.create_index(
            f"ix_batch_intents_{'_'.join(columns)}", "batch_intents", columns, schema=SCHEMA
        )
    op.create_table(
        "outages",
        text("service"),
        sa.Column("failures", sa.Integer(), nullable=False),
        time("closed_until", nullable=True),
        sa.PrimaryKeyConstraint("service", name="pk_outages"),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_outages_failures")),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for table in ("outages", "batch_intents", "replies", "ledger"):
        op.drop_table(table, schema=SCHEMA)
    op.drop_constraint(
        op.f("ck_clients_monthly_budget_usd"), "clients", type_="check", schema=SCHEMA
    )
    op.drop_column("clients", "monthly_budget_usd", schema=SCHEMA)
