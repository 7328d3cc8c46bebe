"""A database as an agency has it after a while, made by Postgres itself: of any size, in a minute.

The same arguments make the same rows. What is public lies behind ``now``, two days ahead of it are
planned, and a little of everything that goes wrong is there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries.clients import client_id
from clipping.db.tables import PlanRow
from clipping.models import (
    Cause,
    Consent,
    DayPlan,
    PlatformName,
    PostCopy,
    Shortage,
    Stop,
)
from tests.db.values import MEDIA, a_plan

_NAMES: Final = ("Northwind Talks", "Harbor & Pine", "Studio Lumen", "Field Notes")
_ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London")
_TITLES: Final = (
    "The one habit that changed my mornings",
    "Nobody tells you this about pricing",
    "Why I stopped saying yes",
    "A mistake that cost us a year",
    "What the first ten customers taught us",
    "He asked one question, and everybody went quiet",
    "How to read a room in five seconds",
    "The email that saved the launch",
)
_FAILED: Final = (
    "TikTok refused the video: its sound is not cleared for business accounts (copyright).",
    "Instagram could not fetch the video three times in a row.",
)
_AHEAD: Final = 4
"""Planned posts of an account: two days."""


@dataclass(frozen=True)
class Size:
    """How much there is."""

    clients: int = 2
    accounts: int = 30
    posts: int = 200
    """Each of a clip of its own; as many on every account, give or take one."""
    waiting: int = 7
    """Clips of each client that nobody has decided about."""


def seed(session: Session, size: Size, now: datetime) -> None:
    """Fill an empty database."""
    values = _values(size, now)
    for statement in _STATEMENTS:
        session.execute(text(statement), values)
    _plans(session, size, now)
    queries.stops.add_stop(
        session,
        Stop(account_id=account(5), by="Mara", at=now - timedelta(hours=3), why="Owner on leave."),
    )


def client(number: int) -> str:
    """A client's name."""
    return _NAMES[number] if number < len(_NAMES) else f"Client {number:02d}"


def account(number: int) -> str:
    """An account's id; it is of the client with this number modulo their number."""
    return f"account_{number:05d}"


def _values(size: Size, now: datetime) -> dict[str, Any]:
    names = [client(number) for number in range(size.clients)]
    consent = Consent(owner="Jo Doe", given_at=datetime(2025, 1, 1, tzinfo=UTC))
    caption = "Watch to the end. The last one is the one that nobody expects."
    jobs = {
        name.value: {
            "words": PostCopy(
                platform=name, title="", caption=caption, hashtags=("talks", "ideas")
            ).model_dump(mode="json"),
            "disclosure": {},
            "consent": consent.model_dump(mode="json"),
            "inbox": False,
            "marker": "",
            "file": None,
        }
        for name in PlatformName
    }
    return {
        "now": now,
        "midnight": datetime.combine(now.date(), time(), UTC),
        "clients": size.clients,
        "accounts": size.accounts,
        "posts": size.posts,
        "waiting": size.waiting,
        "ahead": _AHEAD,
        "names": names,
        "client_ids": [client_id(name) for name in names],
        "platforms": [name.value for name in PlatformName],
        "zones": list(_ZONES),
        "titles": list(_TITLES),
        "failed": list(_FAILED),
        "consent": consent.model_dump_json(),
        "media": MEDIA.model_dump_json(),
        "plan": a_plan().model_dump_json(),
        "jobs": json.dumps(jobs),
    }


_CLIENT: Final = "(CAST(:client_ids AS text[]))[1 + {} % :clients]"
_PLATFORM: Final = "(CAST(:platforms AS text[]))[1 + {} / :clients % 4]"

_STATEMENTS: Final = (
    # Nothing here can be wrong in what these look for, and a million rows are not looked up.
    "SET LOCAL session_replication_role = replica",
    """
    INSERT INTO clipping.clients (client_id, name, editorial_policy)
    SELECT (CAST(:client_ids AS text[]))[i], (CAST(:names AS text[]))[i],
        CASE WHEN i % 2 = 1 THEN '{"approval": "required"}'::jsonb
            ELSE '{"approval": "not_needed"}'::jsonb END
    FROM generate_series(1, :clients) AS i""",
    f"""
    INSERT INTO clipping.sources (source_id, client_id, sha256, file_name, location, media_key,
        media, rights_ground, rights_owner, ingested_at)
    SELECT 'src_' || i, {_CLIENT.format("i")}, repeat(md5(i::text), 2), 'talk ' || i || '.mp4',
        '/talks/' || i || '.mp4', 'sources/' || i, CAST(:media AS jsonb), 'own', 'us',
        CAST(:now AS timestamptz) - interval '30 days'
    FROM generate_series(0, GREATEST(:clients, :posts / 200) - 1) AS i""",
    """
    INSERT INTO clipping.moments (moment_id, source_id, start_ms, end_ms, score, rubric, reason,
        hook, title, text)
    SELECT 'mom_' || i, 'src_' || i % GREATEST(:clients, :posts / 200), 1000, 31000, 50 + i % 50,
        '[]', 'A claim with its proof.', t.title, t.title, t.title
    FROM generate_series(0, :posts + :waiting * :clients - 1) AS i,
        LATERAL (SELECT
            (CAST(:titles AS text[]))[1 + (i * 5 + i / 8 + i / 30) % 8] AS title) AS t""",
    f"""
    INSERT INTO clipping.clips (clip_id, moment_id, source_id, client_id, state, style,
        recipe_hash, plan, video_key, cover_key, video_sha256, frames_sha256, size_bytes, proof,
        rendered_at, decided, score)
    SELECT 'clip_' || i, 'mom_' || i, 'src_' || i % GREATEST(:clients, :posts / 200),
        {_CLIENT.format("i")},
        CASE WHEN i >= :posts AND i % 5 = 4 THEN 'held' ELSE 'ready' END, 'classic', md5(i::text),
        CAST(:plan AS json), 'clips/' || i || '.mp4', 'clips/' || i || '.jpg', md5(i::text),
        md5(i::text), 5000000, '{{"passed": true, "checks": []}}',
        CASE WHEN i >= :posts THEN CAST(:now AS timestamptz) - i % 40 * interval '1 hour'
            ELSE CAST(:now AS timestamptz)
                - (i / :accounts - :ahead + 6) * interval '12 hours' END,
        i < :posts, 50 + i % 50
    FROM generate_series(0, :posts + :waiting * :clients - 1) AS i""",
    """
    INSERT INTO clipping.verdicts (clip_id, decision, person, why, at)
    SELECT 'clip_' || i, 'approved', 'Mara', '', CAST(:now AS timestamptz)
    FROM generate_series(0, :posts - 1) AS i""",
    f"""
    INSERT INTO clipping.accounts (account_id, client_id, platform, handle, platform_user_id,
        timezone, method, login_path, app, angle, caption_style, disclosure, wakes_at, sleeps_at,
        first_post_on, premium, status, paused, consent)
    SELECT 'account_' || lpad(i::text, 5, '0'), {_CLIENT.format("i")}, {_PLATFORM.format("i")},
        (CAST(:handles AS text[]))[1 + i / :clients % 6] || '.' || i, 'user' || i,
        (CAST(:zones AS text[]))[1 + i / :clients % 4], CASE WHEN i % 23 = 22 THEN 'manual'
            ELSE 'api' END, '', '', 'work and habits', '', '{{}}', '08:00', '23:00',
        CASE WHEN i % 13 = 12 THEN NULL ELSE CAST(:now AS date) - (i * 3 % 60) END, false,
        CASE i % 30 WHEN 7 THEN 'reauthorise' WHEN 13 THEN 'suspended' WHEN 21 THEN 'warned'
            ELSE 'active' END,
        CASE WHEN i % 30 = 17 THEN 'Mara: the owner changes the name' ELSE '' END,
        CASE WHEN i % 30 = 11 THEN NULL ELSE CAST(:consent AS jsonb) END
    FROM generate_series(0, :accounts - 1) AS i""".replace(
        "(CAST(:handles AS text[]))",
        "(ARRAY['daily.talks', 'the_short_cut', 'clipnotes', 'big.ideas', 'morningminutes', "
        "'unsaid'])",
    ),
    """
    INSERT INTO clipping.account_tokens (account_id, access, refresh, expires_at,
        refresh_expires_at, scopes, obtained_at, version)
    SELECT account_id, 'gAAAAA', CASE WHEN platform = 'instagram' THEN NULL ELSE 'gAAAAA' END,
        CAST(:now AS timestamptz) + CASE WHEN platform = 'instagram' THEN interval '41 days'
            ELSE interval '1 hour' END,
        CASE WHEN platform = 'tiktok' THEN CAST(:now AS timestamptz) + interval '300 days' END,
        '[]', CAST(:now AS timestamptz), 1
    FROM clipping.accounts WHERE method = 'api' AND status <> 'reauthorise'""",
    """
    INSERT INTO clipping.account_checks (account_id, why_not, checked_at)
    SELECT account_id, CASE WHEN status = 'suspended'
        THEN '["its platform has suspended or restricted it"]'::jsonb ELSE '[]' END,
        CAST(:now AS timestamptz) - interval '5 hours' FROM clipping.accounts""",
    """
    INSERT INTO clipping.account_events (account_id, at, kind, before, after, reason)
    SELECT account_id, CAST(:now AS timestamptz) - interval '40 days', 'connected', '', '', ''
    FROM clipping.accounts
    UNION ALL
    SELECT account_id, CAST(:now AS timestamptz) - interval '2 days', 'status', 'active', status,
        'Its platform said so when it was asked.'
    FROM clipping.accounts WHERE status <> 'active'""",
    f"""
    INSERT INTO clipping.posts (post_id, client_id, account_id, platform, clip_id, moment_id,
        source_id, slot_id, due_at, reason, state, job, file_key, stage, receipt, next_at,
        attempts, begun, renewed, begun_at, posted_at, failure, note, gone)
    SELECT 'post_' || i, {_CLIENT.format("i")}, 'account_' || lpad(a::text, 5, '0'),
        {_PLATFORM.format("a")}, 'clip_' || i, 'mom_' || i,
        'src_' || i % GREATEST(:clients, :posts / 200), 'slot_' || i, due, 'It fits the account.',
        state, CAST(:jobs AS jsonb)->({_PLATFORM.format("a")}), '',
        CASE state WHEN 'posted' THEN 'posted' WHEN 'unknown' THEN 'armed'
            WHEN 'submitting' THEN 'sending' WHEN 'processing' THEN 'inbox' ELSE 'new' END,
        jsonb_build_object('stage', CASE state WHEN 'posted' THEN 'posted'
            WHEN 'unknown' THEN 'armed' WHEN 'submitting' THEN 'sending'
            WHEN 'processing' THEN 'inbox' ELSE 'new' END,
            'url', CASE state WHEN 'posted' THEN 'https://example.com/p/' || i ELSE '' END),
        CASE WHEN state IN ('reserved', 'submitting', 'unknown', 'held') THEN due END, 0, 0, false,
        CASE WHEN state IN ('reserved', 'cancelled', 'held') THEN NULL ELSE due END,
        CASE WHEN state = 'posted' THEN due + interval '2 minutes' END,
        CASE WHEN state = 'failed' THEN jsonb_build_object('kind', 'permanent_media', 'code', '',
            'sentence', (CAST(:failed AS text[]))[1 + i / 7 % 2]) END,
        CASE state WHEN 'held' THEN 'Its platform has suspended or restricted the account.'
            WHEN 'unknown' THEN 'The answer to the last exchange never came.'
            WHEN 'processing' THEN 'A package waits for its owner to post it.'
            WHEN 'cancelled' THEN 'Mara cancelled it: it was out of date.' ELSE '' END,
        ''
    FROM (
        SELECT i, a, k, due, CASE
            WHEN due > now AND (a % 30 = 13 OR i % 97 = 5) THEN 'held'
            WHEN due > now THEN 'reserved'
            WHEN now - due < interval '20 minutes' THEN 'submitting'
            WHEN now - due < interval '2 days' AND i % (:posts / 3 + 1) IN (40, 41) THEN 'unknown'
            WHEN now - due < interval '3 days' AND a % 30 = 22 THEN 'processing'
            WHEN i % 41 = 3 THEN 'failed'
            WHEN i % 53 = 9 THEN 'cancelled'
            ELSE 'posted' END AS state
        FROM generate_series(0, :posts - 1) AS i,
            LATERAL (SELECT i % :accounts AS a, i / :accounts AS k,
                CAST(:now AS timestamptz) AS now) AS part,
            LATERAL (SELECT date_trunc('minute', CAST(:midnight AS timestamptz)
                + (:ahead - 1 - k) * interval '12 hours'
                + interval '9 hours' + a * 37 % 115 * interval '1 minute'
                - (ARRAY[1, -5, 9, 0])[1 + a / :clients % 4] * interval '1 hour') AS due)
                AS planned
    ) AS made""",
    """
    INSERT INTO clipping.post_events (post_id, at, before, after, stage, sentence, by)
    SELECT post_id, due_at - interval '1 day', '', 'reserved', 'new', '', '' FROM clipping.posts
    UNION ALL
    SELECT post_id, due_at, 'reserved', state, stage,
        coalesce(failure->>'sentence', note), CASE state WHEN 'cancelled' THEN 'Mara' ELSE '' END
    FROM clipping.posts WHERE state <> 'reserved'""",
    """
    INSERT INTO clipping.alerts (at, kind, sentence, client_id, account_id, post_id, seen_at,
        seen_by, seen_note)
    SELECT due_at, state, coalesce(failure->>'sentence', note), client_id, account_id, post_id,
        CASE WHEN old THEN due_at + interval '3 hours' END, CASE WHEN old THEN 'Mara' ELSE '' END,
        CASE WHEN old THEN 'Sent again with other music.' ELSE '' END
    FROM clipping.posts,
        LATERAL (SELECT due_at < CAST(:now AS timestamptz) - interval '2 days' AS old) AS o
    WHERE state IN ('failed', 'unknown')""",
    """
    INSERT INTO clipping.alerts (at, kind, sentence, client_id, account_id, post_id, seen_by)
    SELECT CAST(:now AS timestamptz) - interval '70 minutes', kind, sentence, client_id, '', '', ''
    FROM (VALUES
        ('takedown', 'YouTube took a post down after a claim by Example Music.'),
        ('app', 'TikTok does not take our app at present: its audit has not ended.')
    ) AS said (kind, sentence), clipping.clients WHERE name = (CAST(:names AS text[]))[1]""",
    "SET LOCAL session_replication_role = DEFAULT",
)


def _plans(session: Session, size: Size, now: datetime) -> None:
    """A third of the clients lacks posts tomorrow."""
    for number in range(0, size.clients, 3):
        day: date = now.date() + timedelta(days=1)
        short = Shortage(
            platform=PlatformName.TIKTOK,
            account_id=account(number),
            missing=2,
            cause=Cause.CLIPS,
            sentence="No clip is left that may go there.",
        )
        plan = DayPlan(client=client(number), day=day, shortages=(short,), moments_wanted=2)
        session.add(
            PlanRow(
                client_id=client_id(client(number)),
                day=day,
                plan=plan.model_dump(mode="json", exclude={"assignments"}),
                posts=28,
                planned_at=now,
            )
        )
    session.flush()
