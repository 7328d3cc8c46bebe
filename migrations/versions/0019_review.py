"""What people change about clips, and the queue of those that wait, best first

Revision: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
ROLE = "clipper_web"

# Kept beside each clip, so that the best ones of a client that wait are found by an index.
OF_CLIP = f"""
    BEGIN
        NEW.score := coalesce(
            (SELECT score FROM {SCHEMA}.moments WHERE moment_id = NEW.moment_id), 0);
        RETURN NEW;
    END"""
OF_MOMENT = f"""
    BEGIN
        UPDATE {SCHEMA}.clips SET score = NEW.score WHERE moment_id = NEW.moment_id;
        RETURN NULL;
    END"""
FUNCTIONS = {"note_score": OF_CLIP, "pass_score_on": OF_MOMENT}

STAFF = f"(SELECT {SCHEMA}.is_staff())"
CLIP_SEEN = (
    f"EXISTS (SELECT FROM {SCHEMA}.clips AS parent WHERE parent.clip_id = {{}}.clip_id)"
)


def upgrade() -> None:
    op.add_column(
        "clips",
        sa.Column("score", sa.Integer(), nullable=False, server_default="0"),
        schema=SCHEMA,
    )
    op.add_column("clips", sa.Column("own_words", postgresql.JSONB()), schema=SCHEMA)
    op.add_column("clips", sa.Column("superseded_by", sa.Text()), schema=SCHEMA)
    op.execute(
        f"UPDATE {SCHEMA}.clips SET score = moments.score FROM {SCHEMA}.moments "
        "WHERE moments.moment_id = clips.moment_id"
    )
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {SCHEMA}.{name}() RETURNS trigger LANGUAGE plpgsql "
            f"SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $${body}$$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {SCHEMA}.{name}() FROM PUBLIC")
    op.execute(
        f"CREATE TRIGGER score BEFORE INSERT OR UPDATE OF moment_id ON {SCHEMA}.clips "
        f"FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.note_score()"
    )
    op.execute(
        f"CREATE TRIGGER score AFTER UPDATE OF score ON {SCHEMA}.moments FOR EACH ROW "
        "WHEN (OLD.score IS DISTINCT FROM NEW.score) "
        f"EXECUTE FUNCTION {SCHEMA}.pass_score_on()"
    )
    op.create_index(
        "ix_clips_waiting",
        "clips",
        ["client_id", "state", sa.text("score DESC"), "clip_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("NOT decided"),
    )
    op.create_table(
        "clip_changes",
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("clip_id", sa.Text(), nullable=False),
        sa.Column("wanted", postgresql.JSONB(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fraction", sa.Double(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("made_clip_id", sa.Text()),
        sa.PrimaryKeyConstraint("change_id", name="pk_clip_changes"),
        sa.ForeignKeyConstraint(
            ["clip_id"],
            [f"{SCHEMA}.clips.clip_id"],
            name="fk_clip_changes_clip_id_clips",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'rendering', 'done', 'failed')",
            name=op.f("ck_clip_changes_state"),
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_clip_changes_clip_id_asked_at", "clip_changes", ["clip_id", "asked_at"], schema=SCHEMA
    )
    op.create_index(
        "ix_clip_changes_made_clip_id", "clip_changes", ["made_clip_id"], schema=SCHEMA
    )
    op.create_index("ix_clip_changes_asked_at", "clip_changes", ["asked_at"], schema=SCHEMA)
    # Of one clip nobody changes anything while somebody else's change is under way.
    op.create_index(
        "ix_clip_changes_clip_id",
        "clip_changes",
        ["clip_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("state IN ('asked', 'rendering')"),
    )
    op.execute(f"ALTER TABLE {SCHEMA}.clip_changes ENABLE ROW LEVEL SECURITY")
    rows = f"{STAFF} AND {CLIP_SEEN.format('clip_changes')}"
    op.execute(
        f"CREATE POLICY seen ON {SCHEMA}.clip_changes FOR SELECT TO {ROLE} USING ({rows})"
    )
    op.execute(
        f"CREATE POLICY inserts ON {SCHEMA}.clip_changes FOR INSERT TO {ROLE} WITH CHECK ({rows})"
    )
    op.execute(
        f"CREATE POLICY updates ON {SCHEMA}.clip_changes FOR UPDATE TO {ROLE} "
        f"USING ({rows}) WITH CHECK ({rows})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {SCHEMA}.clip_changes TO {ROLE}")
    # What somebody has approved counts no more once its words are others.
    op.execute(
        f"CREATE POLICY deletes ON {SCHEMA}.verdicts FOR DELETE TO {ROLE} "
        f"USING ({STAFF} AND {CLIP_SEEN.format('verdicts')})"
    )
    op.execute(f"GRANT DELETE ON {SCHEMA}.verdicts TO {ROLE}")


def downgrade() -> None:
    op.execute(f"REVOKE DELETE ON {SCHEMA}.verdicts FROM {ROLE}")
    op.execute(f"DROP POLICY deletes ON {SCHEMA}.verdicts")
    op.drop_table("clip_changes", schema=SCHEMA)
    op.drop_index("ix_clips_waiting", "clips", schema=SCHEMA)
    op.execute(f"DROP TRIGGER score ON {SCHEMA}.moments")
    op.execute(f"DROP TRIGGER score ON {SCHEMA}.clips")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {SCHEMA}.{name}()")
    for column in ("superseded_by", "own_words", "score"):
        op.drop_column("clips", column, schema=SCHEMA)
