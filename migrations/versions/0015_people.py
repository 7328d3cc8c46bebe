"""Who may sign in on the dashboard, where they have, and who tried in vain

Revision: 0015
Revises: 0014
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{SCHEMA}.{parent}.{column}"],
        name=f"fk_{table}_{column}_{parent}",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "users",
        text("user_id"),
        text("login"),
        text("name"),
        text("role"),
        text("email"),
        text("password_hash", nullable=True),
        instant("password_at", nullable=True),
        text("oidc_issuer"),
        text("oidc_subject"),
        instant("disabled_at", nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("user_id", name="pk_users"),
        sa.UniqueConstraint("login", name="uq_users_login"),
        sa.CheckConstraint("role IN ('admin', 'operator', 'client')", name=op.f("ck_users_role")),
        sa.CheckConstraint("login <> ''", name=op.f("ck_users_login")),
        sa.CheckConstraint(
            "password_hash LIKE '$argon2id$%'", name=op.f("ck_users_password_hash")
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_users_email",
        "users",
        ["email"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("email <> ''"),
    )
    op.create_index(
        "ix_users_oidc_issuer_oidc_subject",
        "users",
        ["oidc_issuer", "oidc_subject"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("oidc_subject <> ''"),
    )
    op.create_table(
        "user_clients",
        text("user_id"),
        text("client_id"),
        sa.PrimaryKeyConstraint("user_id", "client_id", name="pk_user_clients"),
        of("user_clients", "user_id", "users"),
        of("user_clients", "client_id", "clients"),
        schema=SCHEMA,
    )
    op.create_index("ix_user_clients_client_id", "user_clients", ["client_id"], schema=SCHEMA)
    op.create_table(
        "sign_ins",
        text("token_sha256"),
        text("user_id"),
        instant("created_at"),
        instant("seen_at"),
        instant("expires_at"),
        instant("revoked_at", nullable=True),
        text("agent"),
        text("address"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sign_ins"),
        of("sign_ins", "user_id", "users"),
        sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_sign_ins_token_sha256")),
        schema=SCHEMA,
    )
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"], schema=SCHEMA)
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"], schema=SCHEMA)
    op.create_table(
        "sign_in_attempts",
        text("key_sha256"),
        sa.Column("failures", sa.Integer(), nullable=False),
        instant("last_at"),
        sa.PrimaryKeyConstraint("key_sha256", name="pk_sign_in_attempts"),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_sign_in_attempts_failures")),
        schema=SCHEMA,
    )
    op.create_index("ix_sign_in_attempts_last_at", "sign_in_attempts", ["last_at"], schema=SCHEMA)


def downgrade() -> None:
    for table in ("sign_in_attempts", "sign_ins", "user_clients", "users"):
        op.drop_table(table, schema=SCHEMA)
