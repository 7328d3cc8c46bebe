"""A day of many clients planned from the database on: read, chosen, worded, reserved."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import psutil
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import Session

from benchmarks.measure import Row
from clipping.db import queries
from clipping.db.queries.clients import client_id
from clipping.likeness import PRINT_VERSION
from clipping.models import (
    Account,
    ClipDistance,
    Consent,
    Detection,
    Draft,
    EncoderSettings,
    Ground,
    PlatformName,
    Proof,
    ProofCheck,
    Rights,
    Tokens,
    Writing,
)
from clipping.timing import TimeSpan
from clipping.vault import Vault, new_key
from tests.db.values import a_clip, a_moment, a_plan, a_source, a_transcript

CLIENTS, ACCOUNTS, MOMENTS, CLIPS_OF_A_MOMENT, MOMENTS_OF_A_SOURCE = 50, 30, 100, 3, 5
LIMIT_S = 60.0
_DAY = date(2026, 3, 10)
_NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
_WORDS = ("boxing", "money", "family", "training", "travel", "food", "law", "music")
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
_FIRST: Final = "bench00"
_CHECKS = 30
_TABLES = {
    "clients": "name",
    "accounts": "account_id",
    "account_tokens": "account_id",
    "sources": "source_id",
    "moments": "moment_id",
    "drafts": "moment_id",
    "clips": "clip_id",
    "clip_distances": "clip_id",
}
"""Of each table a column that holds the name of its client, in the order of their keys."""


def rows(folder: Path, clients: int = CLIENTS) -> list[Row]:
    """What a day's plans cost the first time, and again when nothing has changed."""
    # Read by every part at its first use.
    os.environ["CLIPPER_HOME"] = str(folder / "planned-days")
    from clipping.settings import settings
    from tasks.planning import plan_client
    from tasks.workplace import database

    settings.cache_clear()
    with database():
        names = set_up(clients)
        spent = []
        posts = 0
        for later in (timedelta(0), timedelta(hours=1)):
            before_s, began = cpu_with_postgres_s(), time.monotonic()
            plans = [plan_client(name, _DAY, _NOW + later) for name in names]
            posts = sum(len(plan.assignments) for plan in plans)
            spent.append((cpu_with_postgres_s() - before_s, time.monotonic() - began))
    (first_cpu_s, first_s), (again_cpu_s, again_s) = spent
    wanted = 2 * ACCOUNTS * clients
    return [
        Row(
            f"the same from the database on, with its own time, {posts} posts reserved",
            f"{first_cpu_s:.1f} CPU-s, {first_s:.1f} s",
            limit=f"≤ {LIMIT_S:.0f} CPU-s and s, {wanted} posts",
            within=max(first_cpu_s, first_s) <= LIMIT_S and posts == wanted,
        ),
        Row("all of them again an hour later", f"{again_cpu_s:.1f} CPU-s, {again_s:.1f} s"),
    ]


def cpu_with_postgres_s() -> float:
    """CPU time of this process, and of all of Postgres, connections that are closed included."""
    from tasks.workplace import db_session

    with db_session() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    server = psutil.Process(pid).parent()
    assert server is not None
    ended = server.cpu_times()
    spent = [one.cpu_times() for one in (psutil.Process(), server, *server.children())]
    own = sum(one.user + one.system for one in spent)
    return float(own + ended.children_user + ended.children_system)


def set_up(clients: int) -> list[str]:
    """So many clients with accounts, clips and what was measured between them."""
    from tasks.workplace import db_session

    with db_session() as session:
        _first_client(session)
        names = [_FIRST, *(f"bench{number:02d}" for number in range(1, clients))]
        for table, column in _TABLES.items():
            _copied(session, table, column, names[1:])
        session.execute(
            text("UPDATE clipping.moments SET score = 40 + abs(hashtext(moment_id)) % 61")
        )
    # As on a database that has been there for a while.
    from clipping.db.session import engine
    from tasks.workplace import database

    with database() as url, engine(url).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return names


def _copied(session: Session, table: str, column: str, names: list[str]) -> None:
    """The first client's rows once more for each of the others, under its name."""
    session.execute(
        text(
            f"INSERT INTO clipping.{table} SELECT made.* "
            f"FROM clipping.{table} one, "
            "unnest(CAST(:names AS text[]), CAST(:ids AS text[])) AS other(name, id), "
            f"LATERAL jsonb_populate_record(NULL::clipping.{table}, "
            "replace(replace(to_jsonb(one)::text, :name, other.name), :id, other.id)::jsonb) made "
            f"WHERE strpos(one.{column}, :name) > 0"
        ),
        {
            "names": names,
            "ids": [client_id(name) for name in names],
            "name": _FIRST,
            "id": client_id(_FIRST),
        },
    )


def _first_client(session: Session) -> None:
    chance = random.Random(1)
    vault = Vault([new_key()])
    for number in range(ACCOUNTS):
        account = _account(number, chance)
        queries.accounts.save_account(session, account)
        tokens = Tokens(access=SecretStr(f"token {number}"), obtained_at=_NOW)
        queries.tokens.save_tokens(session, vault, account.account_id, tokens)
    passed = Proof(
        passed=True,
        checks=tuple(
            ProofCheck(
                name=f"check {number}", value=-14.2, limit="-14 ±1", unit="LUFS", passed=True
            )
            for number in range(_CHECKS)
        ),
    )
    for number in range(MOMENTS // MOMENTS_OF_A_SOURCE):
        source_id = f"src_{_FIRST}_{number}"
        source = a_source(
            _FIRST,
            f"{number:064x}",
            source_id=source_id,
            rights=Rights(ground=Ground.OWN, owner=_FIRST),
        )
        queries.sources.save_source(session, source)
        heard = queries.transcripts.save_transcript(session, source_id, None, a_transcript())
        moments = tuple(
            a_moment(
                rank,
                moment_id=f"mom_{_FIRST}_{number}_{rank}",
                span=TimeSpan(start_ms=rank * 100_000, end_ms=rank * 100_000 + 30_000),
                title=" ".join(chance.sample(_WORDS, 3)),
                holds=(),
            )
            for rank in range(1, MOMENTS_OF_A_SOURCE + 1)
        )
        found = Detection(detector="local", detector_version="1", moments=moments, rejections=())
        queries.detections.save_detection(session, source_id, heard, f"key {number}", found)
        queries.drafts.save_writings(
            session, {one.moment_id: _writing(one.moment_id, chance) for one in moments}
        )
        clips = []
        for moment in moments:
            for variation in range(CLIPS_OF_A_MOMENT):
                clip_id = f"clip_{moment.moment_id}_{variation}"
                clip = a_clip(
                    clip_id,
                    _FIRST,
                    moment_id=moment.moment_id,
                    source_id=source_id,
                    plan=a_plan(encoder=EncoderSettings(build=clip_id), frames=899),
                    proof=passed,
                    size_bytes=5_000_000,
                )
                queries.clips.save_clip(session, clip)
                clips.append(clip)
        pairs = [
            ClipDistance(
                first=one.clip_id,
                second=other.clip_id,
                distance=0.2 if one.moment_id == other.moment_id else 0.8,
            )
            for place, one in enumerate(clips)
            for other in clips[:place]
        ]
        queries.likeness.save_clip_distances(session, pairs, PRINT_VERSION)


def _account(number: int, chance: random.Random) -> Account:
    platform = tuple(PlatformName)[number % 4]
    return Account(
        account_id=f"account_{_FIRST}_{number}",
        client=_FIRST,
        platform=platform,
        platform_user_id=f"{_FIRST}{number}",
        login_path="facebook" if platform is PlatformName.INSTAGRAM else "",
        app=_FIRST,
        handle=f"{_FIRST}a{number}",
        timezone=chance.choice(_ZONES),
        angle=" ".join(chance.sample(_WORDS, 2)),
        first_post_on=date(2025, 1, 1),
        consent=Consent(owner="Jo Doe", given_at=datetime(2025, 1, 1, tzinfo=UTC)),
    )


def _writing(moment_id: str, chance: random.Random) -> Writing:
    return Writing(
        draft=Draft(
            hook="He left his own fight before the bell",
            title="Why he left",
            caption=f"He never came back to {_FIRST} after {moment_id.replace('_', ' ')}. What "
            "he said to his trainer that night, and why it was the best thing he ever did for his "
            "family and for his business.",
            hashtags=tuple(chance.sample(_WORDS, 3)),
        ),
        writer="local",
        writer_version="1",
        wishes="none",
    )
