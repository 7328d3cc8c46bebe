"""What is in the archive; alarms that end, are grouped and are sent; since when a service is away

Revision: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _archive()
    _alerts()
    _alarms()
    for column in ("since", "looked_at"):
        op.add_column("outages", sa.Column(column, _TIME, nullable=True), schema=SCHEMA)
    said = sa.Column("said", sa.Text(), nullable=False, server_default="")
    op.add_column("outages", said, schema=SCHEMA)
    # No page reads them.
    for table in ("archived_objects", "alarm_targets", "alarm_messages", "alarm_mentions"):
        op.execute(f"ALTER TABLE {SCHEMA}.{table} ENABLE ROW LEVEL SECURITY")


def _archive() -> None:
    op.create_table(
        "archived_objects",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", _TIME, nullable=False),
        sa.Column("removed_at", _TIME, nullable=True),
        sa.Column("back_at", _TIME, nullable=True),
        sa.Column("dropped_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_archived_objects"),
        sa.ForeignKeyConstraint(
            ["client_id"],
            [f"{SCHEMA}.clients.client_id"],
            name="fk_archived_objects_client_id_clients",
        ),
        sa.CheckConstraint(
            "kind IN ('original', 'captions', 'clip', 'cover', 'other')",
            name=op.f("ck_archived_objects_kind"),
        ),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_archived_objects_size_bytes")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_archived_objects_kind_key",
        "archived_objects",
        ["kind", "key"],
        schema=SCHEMA,
        postgresql_where=sa.text("dropped_at IS NULL"),
    )
    op.create_index(
        "ix_archived_objects_client_id", "archived_objects", ["client_id"], schema=SCHEMA
    )


def _alerts() -> None:
    for column in (
        sa.Column("subject", sa.Text(), nullable=False, server_default=""),
        sa.Column("times", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("last_at", _TIME, nullable=True),
        sa.Column("resolved_at", _TIME, nullable=True),
    ):
        op.add_column("alerts", column, schema=SCHEMA)
    op.create_check_constraint(op.f("ck_alerts_times"), "alerts", "times >= 1", schema=SCHEMA)
    op.create_index(
        "ux_alerts_kind_subject",
        "alerts",
        ["kind", "subject"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("subject <> '' AND resolved_at IS NULL"),
    )
    op.create_index(
        "ix_alerts_open",
        "alerts",
        ["alert_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("seen_at IS NULL AND resolved_at IS NULL"),
    )


def _alarms() -> None:
    phases = "phase IN ('raised', 'resolved', 'digest', 'test')"
    of_target = (["target"], [f"{SCHEMA}.alarm_targets.name"])
    op.create_table(
        "alarm_targets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_alarm_targets"),
        sa.ForeignKeyConstraint(
            ["client_id"],
            [f"{SCHEMA}.clients.client_id"],
            name="fk_alarm_targets_client_id_clients",
        ),
        schema=SCHEMA,
    )
    op.create_index("ix_alarm_targets_client_id", "alarm_targets", ["client_id"], schema=SCHEMA)
    op.create_table(
        "alarm_messages",
        sa.Column("message_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("next_at", _TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_alarm_messages"),
        sa.ForeignKeyConstraint(
            *of_target, name="fk_alarm_messages_target_alarm_targets", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("target", "dedupe_key", name="uq_alarm_messages_target_dedupe_key"),
        sa.CheckConstraint(phases, name=op.f("ck_alarm_messages_phase")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_alarm_messages_next_at",
        "alarm_messages",
        ["next_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_alarm_messages_target_made_at", "alarm_messages", ["target", "made_at"], schema=SCHEMA
    )
    op.create_table(
        "alarm_mentions",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("target", "alert_id", "phase", name="pk_alarm_mentions"),
        sa.ForeignKeyConstraint(
            *of_target, name="fk_alarm_mentions_target_alarm_targets", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            [f"{SCHEMA}.alerts.alert_id"],
            name="fk_alarm_mentions_alert_id_alerts",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(phases, name=op.f("ck_alarm_mentions_phase")),
        schema=SCHEMA,
    )
    op.create_index("ix_alarm_mentions_alert_id", "alarm_mentions", ["alert_id"], schema=SCHEMA)


def downgrade() -> None:
    for column in ("said", "looked_at", "since"):
        op.drop_column("outages", column, schema=SCHEMA)
    for table in ("alarm_mentions", "alarm_messages", "alarm_targets"):
        op.drop_table(table, schema=SCHEMA)
    op.drop_index("ix_alerts_open", "alerts", schema=SCHEMA)
    op.drop_index("ux_alerts_kind_subject", "alerts", schema=SCHEMA)
    # Earlier rules know of no state that is over: to them it would want a person for ever.
    op.execute(f"DELETE FROM {SCHEMA}.alerts WHERE resolved_at IS NOT NULL")
    op.drop_constraint(op.f("ck_alerts_times"), "alerts", schema=SCHEMA)
    for column in ("resolved_at", "last_at", "times", "subject"):
        op.drop_column("alerts", column, schema=SCHEMA)
    op.drop_table("archived_objects", schema=SCHEMA)
