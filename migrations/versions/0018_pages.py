"""What the operators' pages ask for: notes beside alerts, dates of tokens, indexes

Revision: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
ROLE = "clipper_web"

# No page reads the table that holds the tokens: only until when an account is open is told, to
# whoever works for its client. As who made the tables.
TOKEN_DATES = f"""
    SELECT kept.account_id,
        CASE WHEN kept.refresh IS NULL THEN kept.expires_at ELSE kept.refresh_expires_at END,
        kept.refresh IS NOT NULL
    FROM {SCHEMA}.account_tokens AS kept
    JOIN {SCHEMA}.accounts AS one ON one.account_id = kept.account_id
    WHERE (of IS NULL OR kept.account_id = ANY (of))
    AND one.client_id = ANY ((SELECT {SCHEMA}.operated_clients())::text[])"""


# For pages to ask which clips have no verdict: of a million that have one, none is looked at.
DECIDED = f"""
    BEGIN
        UPDATE {SCHEMA}.clips SET decided = TG_OP = 'INSERT'
        WHERE clip_id = CASE TG_OP WHEN 'INSERT' THEN NEW.clip_id ELSE OLD.clip_id END;
        RETURN NULL;
    END"""


def upgrade() -> None:
    op.add_column(
        "alerts",
        sa.Column("seen_note", sa.Text(), nullable=False, server_default=""),
        schema=SCHEMA,
    )
    op.add_column(
        "clips",
        sa.Column("decided", sa.Boolean(), nullable=False, server_default=sa.false()),
        schema=SCHEMA,
    )
    op.execute(
        f"UPDATE {SCHEMA}.clips SET decided = true "
        f"WHERE clip_id IN (SELECT clip_id FROM {SCHEMA}.verdicts)"
    )
    op.execute(
        f"CREATE FUNCTION {SCHEMA}.note_decided() RETURNS trigger LANGUAGE plpgsql "
        f"SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $${DECIDED}$$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {SCHEMA}.note_decided() FROM PUBLIC")
    op.execute(
        f"CREATE TRIGGER decided AFTER INSERT OR DELETE ON {SCHEMA}.verdicts "
        f"FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.note_decided()"
    )
    op.create_index(
        "ix_clips_undecided",
        "clips",
        ["client_id", "state", "rendered_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("NOT decided"),
    )
    op.create_index("ix_posts_due_at_post_id", "posts", ["due_at", "post_id"], schema=SCHEMA)
    op.create_index(
        "ix_posts_state_due_at_post_id", "posts", ["state", "due_at", "post_id"], schema=SCHEMA
    )
    op.execute(
        f"CREATE FUNCTION {SCHEMA}.token_dates(of text[]) "
        "RETURNS TABLE (account_id text, ends_at timestamptz, renewed boolean) "
        "LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $${TOKEN_DATES}$$"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {SCHEMA}.token_dates(text[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {SCHEMA}.token_dates(text[]) TO {ROLE}")


def downgrade() -> None:
    op.execute(f"DROP TRIGGER decided ON {SCHEMA}.verdicts")
    op.execute(f"DROP FUNCTION {SCHEMA}.note_decided()")
    op.drop_index("ix_clips_undecided", "clips", schema=SCHEMA)
    op.drop_column("clips", "decided", schema=SCHEMA)
    op.execute(f"DROP FUNCTION {SCHEMA}.token_dates(text[])")
    for table, index in (
        ("posts", "ix_posts_state_due_at_post_id"),
        ("posts", "ix_posts_due_at_post_id"),
    ):
        op.drop_index(index, table, schema=SCHEMA)
    op.drop_column("alerts", "seen_note", schema=SCHEMA)
