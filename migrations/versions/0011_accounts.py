"""Accounts on platforms, what opens them, and what happened to them

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
CHOICES = {
    "platform": ("tiktok", "instagram", "youtube", "x"),
    "method": ("api", "inbox", "browser", "manual"),
    "status": ("active", "warned", "suspended", "banned", "reauthorise"),
}


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def instant(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"],
        [f"{SCHEMA}.accounts.account_id"],
        name=f"fk_{table}_account_id_accounts",
        ondelete="CASCADE",
    )


def one_of(column: str) -> sa.CheckConstraint:
    known = ", ".join(repr(value) for value in CHOICES[column])
    return sa.CheckConstraint(f"{column} IN ({known})", name=op.f(f"ck_accounts_{column}"))


def upgrade() -> None:
    op.create_table(
        "accounts",
        text("account_id"),
        text("client_id"),
        text("platform"),
        text("handle"),
        text("platform_user_id"),
        text("timezone"),
        text("method"),
        text("login_path"),
        text("app"),
        text("angle"),
        text("caption_style"),
        sa.Column("disclosure", postgresql.JSONB(), nullable=False),
        sa.Column("wakes_at", sa.Time(), nullable=False),
        sa.Column("sleeps_at", sa.Time(), nullable=False),
        sa.Column("first_post_on", sa.Date()),
        sa.Column("premium", sa.Boolean(), nullable=False),
        text("status"),
        text("paused"),
        sa.Column("consent", postgresql.JSONB()),
        text("proxy", nullable=True),
        sa.Column(
            "added_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.ForeignKeyConstraint(
            ["client_id"], [f"{SCHEMA}.clients.client_id"], name="fk_accounts_client_id_clients"
        ),
        sa.UniqueConstraint(
            "client_id", "platform", "handle", name="uq_accounts_client_id_platform_handle"
        ),
        *(one_of(column) for column in CHOICES),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_accounts_platform_platform_user_id",
        "accounts",
        ["platform", "platform_user_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("platform_user_id <> ''"),
    )
    op.create_table(
        "account_tokens",
        text("account_id"),
        text("access"),
        text("refresh", nullable=True),
        instant("expires_at", nullable=True),
        instant("refresh_expires_at", nullable=True),
        sa.Column("scopes", postgresql.JSONB(), nullable=False),
        instant("obtained_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        instant("refresh_begun_at", nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_tokens"),
        of_account("account_tokens"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_account_tokens_version")),
        schema=SCHEMA,
    )
    op.create_table(
        "account_events",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        text("account_id"),
        instant("at"),
        text("kind"),
        text("before"),
        text("after"),
        text("reason"),
        sa.PrimaryKeyConstraint("event_id", name="pk_account_events"),
        of_account("account_events"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_account_events_account_id_at", "account_events", ["account_id", "at"], schema=SCHEMA
    )


def downgrade() -> None:
    for table in ("account_events", "account_tokens", "accounts"):
        op.drop_table(table, schema=SCHEMA)
