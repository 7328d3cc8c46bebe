"""What an agency has spent and stores after a while, beside :mod:`tests.dashboard.seeded`."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from clipping.db.queries.clients import client_id
from tests.dashboard.seeded import client

_LEDGER: Final = """
    INSERT INTO clipping.ledger (message_id, client_id, purpose, model, input_tokens,
        output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, cost_usd,
        request_id, batch, asked_at)
    SELECT 'msg_' || i, (CAST(:ids AS text[]))[1 + i % :clients],
        (ARRAY['scout', 'scout', 'scout', 'judge', 'check', 'write'])[1 + i / :clients % 6],
        CASE i / :clients % 6 WHEN 3 THEN 'claude-opus-5-5' WHEN 5 THEN 'claude-sonnet-5-5'
            ELSE 'claude-haiku-5-5' END,
        2000 + i % 700, 900, 0, CASE i % 9 WHEN 0 THEN 9000 ELSE 0 END, 9000,
        CASE i / :clients % 6 WHEN 3 THEN 0.034 WHEN 5 THEN 0.011 ELSE 0.0012 END
            * (1 + i % 7 * 0.1) * (CASE WHEN i / :clients % 4 = 0 THEN 0.5 ELSE 1 END) * :scale,
        'req_' || i, i / :clients % 4 = 0,
        CAST(:now AS timestamptz) - (:calls - i) * (interval '365 days' / :calls)
    FROM generate_series(0, :calls - 1) AS i
    -- Nobody works at night, and less at weekends.
    WHERE EXTRACT(hour FROM CAST(:now AS timestamptz)
        - (:calls - i) * (interval '365 days' / :calls)) > 4"""
_JUST_NOW: Final = """
    INSERT INTO clipping.ledger (message_id, client_id, purpose, model, input_tokens,
        output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, cost_usd,
        request_id, batch, asked_at)
    SELECT 'now_' || i, (CAST(:ids AS text[]))[i], 'judge', 'claude-opus-5-5', 2000, 900, 0, 0,
        9000, 0.034 * :scale, 'now_' || i, false, :now
    FROM generate_series(1, :clients) AS i"""
"""Also on the first of a month, and at night."""
_BUDGETS: Final = """
    UPDATE clipping.clients SET monthly_budget_usd = CASE WHEN name = :last THEN NULL
        ELSE :budget END"""
_STORED: Final = """
    INSERT INTO clipping.stored_bytes (client_id, place, kind, files, size_bytes, seen_at)
    SELECT client_id, place, kind, 40,
        CASE kind WHEN 'original' THEN 31000000000 ELSE 4200000000 END * (1 + length(name) % 4),
        CAST(:now AS timestamptz) - interval '6 hours'
    FROM clipping.clients, (VALUES
        ('store', 'original'), ('store', 'clip'), ('archive', 'original')
    ) AS places (place, kind)"""


def seed_costs(
    session: Session,
    clients: int,
    calls: int,
    now: datetime,
    *,
    budget: float = 60,
    scale: float = 1,
) -> None:
    """A year of so many calls, a budget for all clients but the last, and a sweep's report.

    :param scale: Of what a call costs.
    """
    ids = [client_id(client(number)) for number in range(clients)]
    values = {"ids": ids, "clients": clients, "calls": calls, "now": now, "scale": scale}
    session.execute(text(_LEDGER), values)
    session.execute(text(_JUST_NOW), values)
    session.execute(text(_BUDGETS), {"last": client(clients - 1), "budget": budget})
    session.execute(text(_STORED), {"now": now})
