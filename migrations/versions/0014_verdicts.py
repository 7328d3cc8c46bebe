"""What people decided about clips, and how accounts stood when they were looked at last

Revision: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def upgrade() -> None:
    op.create_table(
        "verdicts",
        sa.Column("clip_id", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_verdicts"),
        sa.ForeignKeyConstraint(
            ["clip_id"],
            [f"{SCHEMA}.clips.clip_id"],
            name="fk_verdicts_clip_id_clips",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "decision IN ('approved', 'rejected')", name=op.f("ck_verdicts_decision")
        ),
        schema=SCHEMA,
    )
    op.create_table(
        "account_checks",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("why_not", postgresql.JSONB(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_checks"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            [f"{SCHEMA}.accounts.account_id"],
            name="fk_account_checks_account_id_accounts",
            ondelete="CASCADE",
        ),
        schema=SCHEMA,
    )


def downgrade() -> None:
    # Earlier rules know of no rejection: what somebody rejected must not look ready to them.
    op.execute(
        f"UPDATE {SCHEMA}.clips SET state = 'held' FROM {SCHEMA}.verdicts "
        "WHERE verdicts.clip_id = clips.clip_id AND verdicts.decision = 'rejected' "
        "AND clips.state = 'ready'"
    )
    op.drop_table("account_checks", schema=SCHEMA)
    op.drop_table("verdicts", schema=SCHEMA)
