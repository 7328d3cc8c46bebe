"""Likeness: a client's recipes are unique; prints of clips; experiments and their arms

Before, two moments that were cut alike could each have had a clip of one recipe. Of such clips,
which are the same picture for picture, the one that was rendered first stays, of those that passed
their proof if any did; the rows of the others go, their files stay in the store, and rendering
their moment finds the one that stayed.

Revision: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def reference(
    table: str, column: str, target: str, ondelete: str | None = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{SCHEMA}.{target}.{column}"],
        name=f"fk_{table}_{column}_{target}",
        ondelete=ondelete,
    )


def upgrade() -> None:
    op.execute(
        f"""
        DELETE FROM {SCHEMA}.clips AS later USING {SCHEMA}.clips AS first
        WHERE later.client_id = first.client_id AND later.recipe_hash = first.recipe_hash
        AND (later.state = 'failed_proof', later.rendered_at, later.clip_id)
            > (first.state = 'failed_proof', first.rendered_at, first.clip_id)
        """
    )
    op.create_unique_constraint(
        "uq_clips_client_id_recipe_hash", "clips", ["client_id", "recipe_hash"], schema=SCHEMA
    )

    op.create_table(
        "clip_prints",
        text("clip_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pictures", sa.LargeBinary(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_clip_prints"),
        reference("clip_prints", "clip_id", "clips"),
        schema=SCHEMA,
    )

    op.create_table(
        "experiments",
        text("experiment_id"),
        text("client_id"),
        text("moment_id"),
        text("factor"),
        text("question"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_experiments"),
        reference("experiments", "client_id", "clients", ondelete=None),
        reference("experiments", "moment_id", "moments"),
        sa.CheckConstraint(
            "factor IN ('hook', 'bounds', 'style', 'framing')",
            name=op.f("ck_experiments_factor"),
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_experiments_client_id_created_at",
        "experiments",
        ["client_id", "created_at"],
        schema=SCHEMA,
    )
    op.create_index("ix_experiments_moment_id", "experiments", ["moment_id"], schema=SCHEMA)

    op.create_table(
        "experiment_arms",
        text("experiment_id"),
        text("clip_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        text("label"),
        text("value"),
        sa.Column("control", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", "clip_id", name="pk_experiment_arms"),
        reference("experiment_arms", "experiment_id", "experiments"),
        reference("experiment_arms", "clip_id", "clips"),
        sa.UniqueConstraint(
            "experiment_id", "position", name="uq_experiment_arms_experiment_id_position"
        ),
        sa.CheckConstraint(
            "control = (position = 0)", name=op.f("ck_experiment_arms_control_first")
        ),
        schema=SCHEMA,
    )
    op.create_index("ix_experiment_arms_clip_id", "experiment_arms", ["clip_id"], schema=SCHEMA)


def downgrade() -> None:
    for table in ("experiment_arms", "experiments", "clip_prints"):
        op.drop_table(table, schema=SCHEMA)
    op.drop_constraint("uq_clips_client_id_recipe_hash", "clips", schema=SCHEMA)
