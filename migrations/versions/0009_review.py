"""Review: dropped candidates that a person brought back, and clips that wait for one

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def upgrade() -> None:
    op.add_column(
        "detection_moments",
        sa.Column("rescued_at", sa.DateTime(timezone=True), nullable=True),
        schema=SCHEMA,
    )
    op.add_column(
        "rejections",
        sa.Column(
            "holds", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        schema=SCHEMA,
    )
    op.create_table(
        "releases",
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("moment_id", sa.Text(), nullable=False),
        sa.Column("clip_id", sa.Text(), nullable=False),
        sa.Column("holds", postgresql.JSONB(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["moment_id"],
            [f"{SCHEMA}.moments.moment_id"],
            name=op.f("fk_releases_moment_id_moments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_releases")),
        schema=SCHEMA,
    )
    op.create_index(
        op.f("ix_releases_moment_id"), "releases", ["moment_id"], unique=False, schema=SCHEMA
    )
    _allow("ready", "held", "failed_proof")
    # Rendered before anything could wait, of moments that nobody has agreed to.
    op.execute(
        f"UPDATE {SCHEMA}.clips SET state = 'held' FROM {SCHEMA}.moments "
        "WHERE moments.moment_id = clips.moment_id "
        "AND clips.state = 'ready' AND moments.holds <> '[]'::jsonb"
    )


def downgrade() -> None:
    # Earlier rules know of no hold: what waits must not look ready to them.
    op.execute(f"UPDATE {SCHEMA}.clips SET state = 'failed_proof' WHERE state = 'held'")
    _allow("ready", "failed_proof")
    op.drop_table("releases", schema=SCHEMA)
    # The time is all that tells what a person added from what the detector chose.
    op.execute(f"DELETE FROM {SCHEMA}.detection_moments WHERE rescued_at IS NOT NULL")
    op.drop_column("detection_moments", "rescued_at", schema=SCHEMA)
    op.drop_column("rejections", "holds", schema=SCHEMA)


def _allow(*states: str) -> None:
    op.drop_constraint(op.f("ck_clips_state"), "clips", type_="check", schema=SCHEMA)
    known = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(
        op.f("ck_clips_state"), "clips", f"state IN ({known})", schema=SCHEMA
    )
