"""What the pages may read and write: under a role of their own, each row by whose it is

Revision: 0016
Revises: 0015

A table that a later migration makes is shut to the pages until that migration opens it, the way
``docs/decisions/0011-row-level-security.md`` says; a test fails for one without row-level security.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from clipping.errors import NeedsPerson

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SCHEMA = "clipping"
ROLE = "clipper_web"

# From Postgres 16 on, who makes a role is a member of it, and yet may not become it.
MAY_BECOME = (
    "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END"
)

WHO = """
    FROM clipping.users AS who
    WHERE who.user_id = nullif(current_setting('clipper.user_id', true), '')
    AND who.disabled_at IS NULL"""
CLIENTS = """
    SELECT CASE who.role
        WHEN 'admin' THEN ARRAY(SELECT every.client_id FROM clipping.clients AS every)
        ELSE ARRAY(
            SELECT named.client_id FROM clipping.user_clients AS named
            WHERE named.user_id = who.user_id
        )
    END"""
# As who made the tables, so that nobody needs to read the tables of users; null for nobody.
FUNCTIONS = {
    "visible_clients": ("text[]", f"{CLIENTS}{WHO}"),
    "operated_clients": ("text[]", f"{CLIENTS}{WHO} AND who.role IN ('admin', 'operator')"),
    "is_staff": ("boolean", f"SELECT who.role IN ('admin', 'operator'){WHO}"),
    "is_admin": ("boolean", f"SELECT who.role = 'admin'{WHO}"),
}

# Within a SELECT each is asked once for a statement, not for every row.
STAFF = f"(SELECT {SCHEMA}.is_staff())"
ADMIN = f"(SELECT {SCHEMA}.is_admin())"
VISIBLE = f"client_id = ANY ((SELECT {SCHEMA}.visible_clients())::text[])"
OPERATED = f"client_id = ANY ((SELECT {SCHEMA}.operated_clients())::text[])"


def through(table: str, parent: str, column: str) -> str:
    """The rows whose parent is seen."""
    return (
        f"EXISTS (SELECT FROM {SCHEMA}.{parent} AS parent "
        f"WHERE parent.{column} = {table}.{column})"
    )


def staff_through(table: str, parent: str, column: str) -> str:
    return f"{STAFF} AND {through(table, parent, column)}"


STOPS = (
    f"{STAFF} AND (client_id IS NULL OR {OPERATED}) "
    f"AND (account_id IS NULL OR {through('stops', 'accounts', 'account_id')}) "
    f"AND (source_id IS NULL OR {through('stops', 'sources', 'source_id')})"
)
ALERTS = f"{OPERATED} OR (client_id IS NULL AND {ADMIN})"

SEEN = {
    # A client's own people see these, too.
    "clients": VISIBLE,
    "sources": VISIBLE,
    "clips": VISIBLE,
    "posts": VISIBLE,
    "accounts": VISIBLE,
    "moments": through("moments", "sources", "source_id"),
    "drafts": through("drafts", "moments", "moment_id"),
    "releases": through("releases", "moments", "moment_id"),
    "verdicts": through("verdicts", "clips", "clip_id"),
    "post_events": through("post_events", "posts", "post_id"),
    # Only who works for them sees these.
    "transcripts": staff_through("transcripts", "sources", "source_id"),
    "detections": staff_through("detections", "sources", "source_id"),
    "detection_moments": through("detection_moments", "detections", "detection_id"),
    "rejections": through("rejections", "detections", "detection_id"),
    "heard_chunks": OPERATED,
    "glossary_terms": OPERATED,
    "ledger": OPERATED,
    "batch_intents": OPERATED,
    "watches": OPERATED,
    "watched_items": through("watched_items", "watches", "watch_id"),
    "account_checks": staff_through("account_checks", "accounts", "account_id"),
    "account_events": staff_through("account_events", "accounts", "account_id"),
    "plans": OPERATED,
    "moment_asks": OPERATED,
    "experiments": OPERATED,
    "experiment_arms": through("experiment_arms", "experiments", "experiment_id"),
    "clip_prints": staff_through("clip_prints", "clips", "clip_id"),
    "clip_distances": staff_through("clip_distances", "clips", "clip_id"),
    "stops": STOPS,
    "alerts": ALERTS,
    "outages": STAFF,
    # Its keys name accounts of everybody.
    "buckets": ADMIN,
}
"""Which rows of a table somebody sees; all other tables are shut."""

CHANGED = {
    # The one thing that a client's own people write.
    "verdicts": ("INSERT, UPDATE", SEEN["verdicts"]),
    "releases": ("INSERT", f"{STAFF} AND {SEEN['releases']}"),
    "clients": ("UPDATE", OPERATED),
    "sources": ("UPDATE", OPERATED),
    "clips": ("UPDATE", OPERATED),
    "posts": ("UPDATE", OPERATED),
    "accounts": ("UPDATE", OPERATED),
    "moments": ("UPDATE", f"{STAFF} AND {SEEN['moments']}"),
    "drafts": ("INSERT, UPDATE", f"{STAFF} AND {SEEN['drafts']}"),
    "post_events": ("INSERT", f"{STAFF} AND {SEEN['post_events']}"),
    "account_events": ("INSERT", SEEN["account_events"]),
    "glossary_terms": ("INSERT, UPDATE, DELETE", OPERATED),
    "watches": ("INSERT, UPDATE, DELETE", OPERATED),
    "watched_items": ("UPDATE, DELETE", SEEN["watched_items"]),
    "alerts": ("UPDATE", ALERTS),
    # What covers everybody is an admin's to set and to lift.
    "stops": (
        "INSERT, UPDATE",
        f"{STOPS} AND ({ADMIN} OR client_id IS NOT NULL OR account_id IS NOT NULL "
        "OR source_id IS NOT NULL)",
    ),
}
"""What the pages may do with which rows, beside reading them."""

# Secrets, sealed or not, are no business of any page.
WITHOUT = {"accounts": "proxy", "posts": "handle"}


def upgrade() -> None:
    if not context.is_offline_mode():
        say_what_is_needed(op.get_bind())
    op.execute(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
                BEGIN
                    CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
                -- Another database of the same server is migrated at the same time.
                EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
                END;
            END IF;
            IF NOT pg_has_role(current_user, '{ROLE}', {MAY_BECOME}) THEN
                EXECUTE format('GRANT {ROLE} TO %I', current_user);
            END IF;
        END $$"""
    )
    op.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {ROLE}")
    for name, (kind, body) in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {SCHEMA}.{name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE "
            f"SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $${body}$$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {SCHEMA}.{name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{name}() TO {ROLE}")
    op.execute(every_table("ENABLE"))
    for table, rows in SEEN.items():
        op.execute(
            f"CREATE POLICY seen ON {SCHEMA}.{table} FOR SELECT TO {ROLE} USING ({rows})"
        )
        if table not in WITHOUT:
            op.execute(f"GRANT SELECT ON {SCHEMA}.{table} TO {ROLE}")
    for table, (rights, rows) in CHANGED.items():
        # One for each, because a policy for all of them would be asked when rows are read, too.
        for right in rights.split(", "):
            using = "" if right == "INSERT" else f" USING ({rows})"
            check = "" if right == "DELETE" else f" WITH CHECK ({rows})"
            op.execute(
                f"CREATE POLICY {right.lower()}s ON {SCHEMA}.{table} FOR {right} TO {ROLE}"
                f"{using}{check}"
            )
        if table not in WITHOUT:
            op.execute(f"GRANT {rights} ON {SCHEMA}.{table} TO {ROLE}")
    for table, secret in WITHOUT.items():
        op.execute(
            f"""
            DO $$ DECLARE named text; BEGIN
                SELECT string_agg(quote_ident(attname), ', ') INTO named FROM pg_attribute
                WHERE attrelid = '{SCHEMA}.{table}'::regclass
                AND attnum > 0 AND NOT attisdropped AND attname <> '{secret}';
                EXECUTE format(
                    'GRANT SELECT (%s), UPDATE (%s) ON {SCHEMA}.{table} TO {ROLE}', named, named
                );
            END $$"""
        )


def every_table(act: str) -> str:
    return f"""
        DO $$ DECLARE found regclass; BEGIN
            FOR found IN SELECT oid FROM pg_class
                WHERE relnamespace = '{SCHEMA}'::regnamespace AND relkind IN ('r', 'p')
            LOOP EXECUTE format('ALTER TABLE %s {act} ROW LEVEL SECURITY', found);
            END LOOP;
        END $$"""


def say_what_is_needed(connection: sa.Connection) -> None:
    """Where the role cannot be made here, the statements that an administrator has to run.

    :raises NeedsPerson: They are needed.
    """
    user, may_create, exists, may_become, may_grant = connection.execute(
        sa.text(
            f"""
            SELECT me.rolname, me.rolsuper OR me.rolcreaterole, web.oid IS NOT NULL,
                web.oid IS NOT NULL AND pg_has_role(me.oid, web.oid, {MAY_BECOME}),
                web.oid IS NOT NULL AND (
                    me.rolcreaterole AND current_setting('server_version_num')::int < 160000
                    OR pg_has_role(me.oid, web.oid, 'MEMBER WITH ADMIN OPTION')
                )
            FROM pg_roles AS me LEFT JOIN pg_roles AS web ON web.rolname = '{ROLE}'
            WHERE me.rolname = current_user"""
        )
    ).one()
    if may_become or may_grant or (may_create and not exists):
        return
    statements = [] if exists else [f"CREATE ROLE {ROLE} NOLOGIN NOBYPASSRLS;"]
    statements.append(f'GRANT {ROLE} TO "{user}";')
    raise NeedsPerson(
        f"This user of Postgres may not make the role {ROLE}, under which the dashboard reads: "
        f"let an administrator run {' '.join(statements)} and then start again."
    )


def downgrade() -> None:
    # The role stays: it is the server's, and other databases may use it.
    op.execute(
        f"""
        DO $$ DECLARE found record; BEGIN
            FOR found IN SELECT policyname, tablename FROM pg_policies
                WHERE schemaname = '{SCHEMA}' AND '{ROLE}' = ANY (roles)
            LOOP
                EXECUTE format('DROP POLICY %I ON {SCHEMA}.%I', found.policyname, found.tablename);
            END LOOP;
        END $$"""
    )
    op.execute(every_table("DISABLE"))
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM {ROLE}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {SCHEMA}.{name}()")
    op.execute(f"REVOKE USAGE ON SCHEMA {SCHEMA} FROM {ROLE}")
