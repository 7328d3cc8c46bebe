"""What a client's own people are kept from by Postgres itself: failed clips, and early approvals

Revision: 0022
Revises: 0021
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
ROLE = "clipper_web"
VISIBLE = f"client_id = ANY ((SELECT {SCHEMA}.visible_clients())::text[])"
STAFF = f"(SELECT {SCHEMA}.is_staff())"
CLIP_SEEN = (
    f"EXISTS (SELECT FROM {SCHEMA}.clips AS parent WHERE parent.clip_id = verdicts.clip_id)"
)

# Who changes what is for staff alone; whether anything is under way is for whoever sees the clip.
IS_BEING_CHANGED = f"""
    SELECT EXISTS (
        SELECT FROM {SCHEMA}.clip_changes AS one
        JOIN {SCHEMA}.clips AS clip ON clip.clip_id = one.clip_id
        WHERE one.clip_id = of AND one.state IN ('asked', 'rendering')
        AND clip.client_id = ANY ((SELECT {SCHEMA}.visible_clients())::text[])
    )"""
MAY_BE_SAID = f"(decision <> 'approved' OR NOT {SCHEMA}.is_being_changed(clip_id))"


def upgrade() -> None:
    op.execute(
        f"CREATE FUNCTION {SCHEMA}.is_being_changed(of text) RETURNS boolean "
        "LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $${IS_BEING_CHANGED}$$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {SCHEMA}.is_being_changed(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SCHEMA}.is_being_changed(text) TO {ROLE}")
    op.execute(
        f"ALTER POLICY inserts ON {SCHEMA}.verdicts WITH CHECK ({CLIP_SEEN} AND {MAY_BE_SAID})"
    )
    op.execute(
        f"ALTER POLICY updates ON {SCHEMA}.verdicts USING ({CLIP_SEEN}) "
        f"WITH CHECK ({CLIP_SEEN} AND {MAY_BE_SAID})"
    )
    op.execute(
        f"ALTER POLICY seen ON {SCHEMA}.clips "
        f"USING ({VISIBLE} AND (state <> 'failed_proof' OR {STAFF}))"
    )


def downgrade() -> None:
    op.execute(f"ALTER POLICY seen ON {SCHEMA}.clips USING ({VISIBLE})")
    op.execute(f"ALTER POLICY updates ON {SCHEMA}.verdicts WITH CHECK ({CLIP_SEEN})")
    op.execute(f"ALTER POLICY inserts ON {SCHEMA}.verdicts WITH CHECK ({CLIP_SEEN})")
    op.execute(f"DROP FUNCTION {SCHEMA}.is_being_changed(text)")
