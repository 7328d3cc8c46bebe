"""Token buckets that all processes share: refilled by time, taken from by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from clipping.db.tables import BucketRow
from clipping.models import Bucket

_TAKE: Final = text(
    """
    INSERT INTO clipping.buckets AS b (key, tokens, filled_at) VALUES (:key, :most - 1, :now)
    ON CONFLICT (key) DO UPDATE
    SET tokens = LEAST(
            :most, b.tokens + :per_s * GREATEST(0, EXTRACT(EPOCH FROM (:now - b.filled_at)))) - 1,
        filled_at = GREATEST(b.filled_at, :now)
    WHERE LEAST(
            :most, b.tokens + :per_s * GREATEST(0, EXTRACT(EPOCH FROM (:now - b.filled_at)))) >= 1
    RETURNING tokens
    """
)
_GIVE_BACK: Final = text("UPDATE clipping.buckets SET tokens = tokens + 1 WHERE key = :key")
_WAIT: Final = text(
    """
    SELECT CASE WHEN now.tokens >= 1 THEN 0
                WHEN :per_s > 0 THEN (1 - now.tokens) / NULLIF(:per_s, 0)
                ELSE :renewed_s END
    FROM clipping.buckets AS b, LATERAL (SELECT LEAST(
        :most, b.tokens + :per_s * GREATEST(0, EXTRACT(EPOCH FROM (:now - b.filled_at)))
    ) AS tokens) AS now
    WHERE b.key = :key
    """
)


def take_tokens(session: Session, buckets: Sequence[Bucket], now: datetime) -> float:
    """One token of each bucket; with one that is empty none is taken.

    Gives the seconds to wait; 0 when they were taken.
    """
    if not buckets:
        return 0.0
    # In one order everywhere, so that two processes cannot wait for each other.
    ordered = sorted(buckets, key=lambda one: one.key)
    for place, bucket in enumerate(ordered):
        values = {
            "key": bucket.key,
            "most": float(bucket.most),
            "per_s": bucket.per_s,
            "now": now,
        }
        if session.execute(_TAKE, values).first() is None:
            for one in ordered[:place]:
                session.execute(_GIVE_BACK, {"key": one.key})
            waiting = session.execute(_WAIT, {**values, "renewed_s": bucket.renewed_s}).scalar()
            return max(1.0, float(waiting or 0))
    return 0.0


def give_back(session: Session, bucket: Bucket) -> None:
    """The token that was taken for something that did not come to pass."""
    session.execute(_GIVE_BACK, {"key": bucket.key})


def close(session: Session, key: str, now: datetime, until: datetime) -> None:
    """Nobody asks for what is named so before then, nor before what was said earlier."""
    statement = insert(BucketRow).values(key=key, tokens=0, filled_at=now, closed_until=until)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            # The database leaves out what is not known.
            set_={
                "closed_until": func.greatest(
                    col(BucketRow.closed_until), statement.excluded.closed_until
                )
            },
        )
    )
