"""Posts, what happened to them, what stops them, and how often platforms may be asked

Revision: 0012
Revises: 0011
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
PLATFORMS = ("tiktok", "instagram", "youtube", "x")
STATES = (
    "planned",
    "reserved",
    "submitting",
    "processing",
    "posted",
    "failed",
    "unknown",
    "held",
    "cancelled",
)
STAGES = ("new", "sending", "sent", "armed", "processing", "posted", "inbox")
LIVES = "state NOT IN ('cancelled', 'failed')"


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def instant(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=True), nullable=False)


def of(table: str, parent: str, column: str, *, cascade: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{SCHEMA}.{parent}.{column}"],
        name=f"fk_{table}_{column}_{parent}",
        ondelete="CASCADE" if cascade else None,
    )


def one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    known = ", ".join(repr(value) for value in values)
    return sa.CheckConstraint(f"{column} IN ({known})", name=op.f(f"ck_{table}_{column}"))


def index(table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    op.create_index(
        f"ix_{table}_{'_'.join(columns)}",
        table,
        list(columns),
        unique=unique,
        schema=SCHEMA,
        postgresql_where=None if where is None else sa.text(where),
    )


def upgrade() -> None:
    op.create_table(
        "posts",
        text("post_id"),
        text("client_id"),
        text("account_id"),
        text("platform"),
        text("clip_id"),
        text("moment_id"),
        text("source_id"),
        text("slot_id", nullable=True),
        instant("due_at"),
        text("reason"),
        text("state"),
        sa.Column("job", postgresql.JSONB(), nullable=False),
        text("file_key"),
        text("stage"),
        sa.Column("receipt", postgresql.JSONB(), nullable=False),
        text("handle", nullable=True),
        instant("next_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("renewed", sa.Boolean(), nullable=False),
        instant("begun_at", nullable=True),
        instant("posted_at", nullable=True),
        sa.Column("failure", postgresql.JSONB(), nullable=True),
        text("note"),
        text("gone"),
        text("leased_by", nullable=True),
        instant("lease_until", nullable=True),
        sa.Column(
            "reserved_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_posts"),
        of("posts", "clients", "client_id"),
        of("posts", "accounts", "account_id"),
        of("posts", "clips", "clip_id"),
        one_of("posts", "platform", PLATFORMS),
        one_of("posts", "state", STATES),
        one_of("posts", "stage", STAGES),
        schema=SCHEMA,
    )
    index("posts", "clip_id", "platform", where=LIVES, unique=True)
    index("posts", "account_id", "slot_id", where=LIVES, unique=True)
    index("posts", "next_at", where="next_at IS NOT NULL")
    index("posts", "account_id", "due_at")
    index("posts", "client_id", "due_at")
    index("posts", "source_id")
    op.create_table(
        "post_events",
        number("event_id"),
        text("post_id"),
        instant("at"),
        text("before"),
        text("after"),
        text("stage"),
        text("sentence"),
        text("by"),
        sa.PrimaryKeyConstraint("event_id", name="pk_post_events"),
        of("post_events", "posts", "post_id", cascade=True),
        schema=SCHEMA,
    )
    index("post_events", "post_id", "event_id")
    op.create_table(
        "stops",
        number("stop_id"),
        text("client_id", nullable=True),
        text("platform", nullable=True),
        text("account_id", nullable=True),
        text("source_id", nullable=True),
        text("by"),
        instant("at"),
        text("why"),
        instant("lifted_at", nullable=True),
        text("lifted_by"),
        sa.PrimaryKeyConstraint("stop_id", name="pk_stops"),
        of("stops", "clients", "client_id"),
        of("stops", "accounts", "account_id", cascade=True),
        of("stops", "sources", "source_id", cascade=True),
        one_of("stops", "platform", PLATFORMS),
        schema=SCHEMA,
    )
    index("stops", "stop_id", where="lifted_at IS NULL")
    op.create_table(
        "alerts",
        number("alert_id"),
        instant("at"),
        text("kind"),
        text("sentence"),
        text("client_id", nullable=True),
        text("account_id"),
        text("post_id"),
        instant("seen_at", nullable=True),
        text("seen_by"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alerts"),
        of("alerts", "clients", "client_id"),
        schema=SCHEMA,
    )
    index("alerts", "at")
    op.create_table(
        "buckets",
        text("key"),
        sa.Column("tokens", sa.Double(), nullable=False),
        instant("filled_at"),
        instant("closed_until", nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_buckets"),
        sa.CheckConstraint("tokens >= 0", name=op.f("ck_buckets_tokens")),
        schema=SCHEMA,
    )


def downgrade() -> None:
    for table in ("buckets", "alerts", "stops", "post_events", "posts"):
        op.drop_table(table, schema=SCHEMA)
