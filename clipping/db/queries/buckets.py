"""Token buckets that all processes share: refilled by time, taken from by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

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
        AND (b.closed_until IS NULL OR b.closed_until <= :now)
    RETURNING tokens
    """
)
_WAIT: Final = text(
    """
    SELECT GREATEST(
        CASE WHEN now.tokens >= 1 THEN 0
             WHEN :per_s > 0 THEN (1 - now.tokens) / NULLIF(:per_s, 0)
             ELSE :renewed_s END,
        COALESCE(EXTRACT(EPOCH FROM (b.closed_until - :now)), 0))
    FROM clipping.buckets AS b, LATERAL (SELECT LEAST(
        :most, b.tokens + :per_s * GREATEST(0, EXTRACT(EPOCH FROM (:now - b.filled_at)))
    ) AS tokens) AS now
    WHERE b.key = :key
    """
)


def take_tokens(session: Session, buckets: Sequence[Bucket], now: datetime) -> float:
    """One token of each bucket; with one that is empty or closed none is taken.

    Gives the seconds to wait; 0 when they were taken.
    """
    # In one order everywhere, so that two processes cannot wait for each other.
    ordered = sorted(buckets, key=lambda one: one.key)
    taken = session.begin_nested()
    for bucket in ordered:
        values = {
            "key": bucket.key,
            "most": float(bucket.most),
            "per_s": bucket.per_s,
            "now": now,
        }
        if session.execute(_TAKE, values).first() is None:
            taken.rollback()
            waiting = session.execute(_WAIT, {**values, "renewed_s": bucket.renewed_s}).scalar()
            return max(1.0, float(waiting or 0))
    taken.commit()
    return 0.0


def close_bucket(session: Session, bucket: Bucket, now: datetime, until: datetime) -> None:
    """Nobody takes from it before then."""
    statement = insert(BucketRow).values(
        key=bucket.key, tokens=bucket.most, filled_at=now, closed_until=until
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"closed_until": statement.excluded.closed_until}
        )
    )
