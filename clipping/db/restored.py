"""What holds after a restore, as statements that run in the transaction which loads the rows.

Between the backup and the restore posts may have gone out of which these rows know nothing. So
nothing goes out before a person has looked: a stop covers everything, and what may have gone out
is ``unknown`` and waits for that person. Whoever is killed leaves either all of it or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from psycopg.sql import SQL, Composable, Identifier, Literal

from clipping.db.migrate import VERSION_TABLE
from clipping.db.tables.base import SCHEMA
from clipping.models import Stop

WHO = "the restore"
_WHEN = "%Y-%m-%d %H:%M UTC"
_WHY = re.compile(r"the database is of (\d{4}-\d\d-\d\d \d\d:\d\d UTC)")


def as_of(stop: Stop) -> datetime | None:
    """Of when the rows are, by the stop that their restore has left; None for any other stop."""
    found = _WHY.match(stop.why) if stop.by == WHO else None
    return datetime.strptime(found[1], _WHEN).replace(tzinfo=UTC) if found else None


def counted(rows: Mapping[str, int]) -> Composable:
    """Fail unless each table has as many rows as the backup says."""
    checks = [
        SQL("IF (SELECT count(*) FROM {}) <> {} THEN RAISE EXCEPTION {}; END IF;").format(
            Identifier(SCHEMA, name),
            Literal(count),
            Literal(f"{name} has not the rows that the backup says"),
        )
        for name, count in sorted(rows.items())
        if name != VERSION_TABLE
    ]
    body = SQL("BEGIN {} END").format(SQL(" ").join(checks))
    return SQL("DO {};\n").format(Literal(body.as_string()))


def held(made_at: datetime, now: datetime) -> Composable:
    """Stop everything, and let a person look at what was due, or begun, or kept back.

    :param made_at: Of the backup.
    """
    when = made_at.astimezone(UTC).strftime(_WHEN)
    why = f"the database is of {when}; look first at what the accounts show since then"
    note = (
        f"The database was restored as of {when}, and it may have gone out since: look at the "
        "account, then clipper posts done or clipper posts cancel --not-public, or retry."
    )
    alert = (
        f"The database was restored as of {when}. Nothing goes out before somebody has looked at "
        "the accounts (docs/keeping.md) and has said so with clipper resume."
    )
    return SQL(
        """
WITH held AS (
    UPDATE {posts} SET state = 'unknown', note = {note}, next_at = NULL,
                       leased_by = NULL, lease_until = NULL
    WHERE stage IN ('new', 'sending', 'sent')
      AND (state IN ('submitting', 'held')
           OR (state IN ('planned', 'reserved') AND due_at <= {now}))
    RETURNING post_id, stage
)
INSERT INTO {events} (post_id, at, before, after, stage, sentence, by)
SELECT post_id, {now}, '', 'unknown', stage, {note}, {who} FROM held;
UPDATE {posts} SET leased_by = NULL, lease_until = NULL WHERE leased_by IS NOT NULL;
INSERT INTO {stops} (by, at, why, lifted_by) VALUES ({who}, {now}, {why}, '');
INSERT INTO {alerts} (at, kind, sentence, account_id, post_id, seen_by)
VALUES ({now}, 'restored', {alert}, '', '', '');
"""
    ).format(
        posts=Identifier(SCHEMA, "posts"),
        events=Identifier(SCHEMA, "post_events"),
        stops=Identifier(SCHEMA, "stops"),
        alerts=Identifier(SCHEMA, "alerts"),
        now=Literal(now),
        note=Literal(note),
        why=Literal(why),
        who=Literal(WHO),
        alert=Literal(alert),
    )
