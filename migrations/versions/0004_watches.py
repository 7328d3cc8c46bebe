"""Watches: folders and channels, and what was found in them

Revision: 0004
Revises: 0003
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
GROUNDS = "rights_ground IN ('unstated', 'own', 'licensed', 'permission')"
STATES = (
    "state IN ('waiting', 'seen', 'doing', 'done', 'failed', 'too_short', 'skipped', 'refused')"
)


def text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def big_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def time(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def time_of_save(name: str) -> sa.Column[datetime]:
    now = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def upgrade() -> None:
    op.create_table(
        "watches",
        text("watch_id"),
        text("client_id"),
        text("place"),
        number("min_seconds"),
        sa.Column("clip", sa.Boolean(), server_default=sa.false(), nullable=False),
        text("rights_ground", "unstated"),
        text("rights_owner", ""),
        text("rights_note", ""),
        time("asked_at", nullable=True),
        text("trouble", ""),
        time_of_save("added_at"),
        sa.PrimaryKeyConstraint("watch_id", name="pk_watches"),
        sa.ForeignKeyConstraint(
            ["client_id"], [f"{SCHEMA}.clients.client_id"], name="fk_watches_client_id_clients"
        ),
        sa.UniqueConstraint("client_id", "place", name="uq_watches_client_id_place"),
        sa.CheckConstraint("min_seconds >= 1", name=op.f("ck_watches_min_seconds")),
        sa.CheckConstraint(GROUNDS, name=op.f("ck_watches_rights_ground")),
        schema=SCHEMA,
    )
    op.create_table(
        "watched_items",
        text("item_id"),
        text("watch_id"),
        text("identity"),
        text("location"),
        text("title"),
        text("state"),
        text("reason"),
        number("attempts"),
        big_number("size_bytes"),
        big_number("changed_ns"),
        big_number("duration_ms"),
        time("unchanged_since"),
        time("try_again_at", nullable=True),
        time_of_save("found_at"),
        time_of_save("saved_at"),
        sa.PrimaryKeyConstraint("item_id", name="pk_watched_items"),
        sa.ForeignKeyConstraint(
            ["watch_id"],
            [f"{SCHEMA}.watches.watch_id"],
            name="fk_watched_items_watch_id_watches",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("watch_id", "identity", name="uq_watched_items_watch_id_identity"),
        sa.CheckConstraint(STATES, name=op.f("ck_watched_items_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_watched_items_attempts")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_watched_items_watch_id_state", "watched_items", ["watch_id", "state"], schema=SCHEMA
    )


def downgrade() -> None:
    op.drop_table("watched_items", schema=SCHEMA)
    op.drop_table("watches", schema=SCHEMA)
