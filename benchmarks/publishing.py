"""Publishing: what claiming posts and keeping account of them costs, apart from the platforms."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from pydantic import SecretStr
from sqlalchemy import text

from benchmarks.measure import Row
from clipping.db import queries
from clipping.models import (
    Account,
    AccountLimits,
    ClipState,
    Consent,
    Ground,
    PlatformName,
    Post,
    PostCopy,
    PostJob,
    Proof,
    Receipt,
    Rights,
    Stage,
    post_id,
)
from clipping.platforms.base import Access, Clock, Gone, Platform
from clipping.vault import new_key
from tests.db.values import a_clip, a_detection, a_moment, a_source, a_transcript

POSTS_A_DAY = 3_000
LIMIT = 0.05
_POSTS = 150
_LOOKS = 300
_LOOKS_A_DAY = 86_400
_DAY_S = 86_400.0
_CHUNKS = 3
_POLLS = 3


class NullPlatform(Platform):
    """Takes every step at once: a beginning, three chunks, the point of no return, three looks."""

    name = PlatformName.TIKTOK

    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        """Nothing is refused."""
        return []

    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        """None."""
        return AccountLimits()

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """The next step."""
        if receipt.stage is Stage.NEW:
            address = f"https://upload.example/{job.post_id}?token={'x' * 64}"
            return Receipt(stage=Stage.SENDING, handle={"upload_url": address})
        if receipt.stage is Stage.ARMED:
            return receipt.replace(stage=Stage.PROCESSING, not_before=clock.now)
        sent = receipt.sent_bytes + 1
        stage = Stage.SENDING if sent < _CHUNKS else Stage.ARMED
        return receipt.replace(stage=stage, sent_bytes=sent)

    def poll(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Public at the third look."""
        sent = receipt.sent_bytes + 1
        stage = Stage.PROCESSING if sent < _CHUNKS + _POLLS else Stage.POSTED
        return receipt.replace(stage=stage, sent_bytes=sent, public_id=str(sent))

    def reconcile(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Never asked."""
        return receipt

    def still_public(
        self, receipts: Mapping[str, Receipt], access: Access, clock: Clock
    ) -> dict[str, Gone]:
        """All are."""
        return {}


def measure(folder: Path) -> list[Row]:
    """CPU time of the publisher and of Postgres together, for a day's posts and looks."""
    # Read by every part at its first use.
    os.environ["CLIPPER_HOME"] = str(folder / "publishing")
    os.environ["CLIPPER_VAULT_KEYS"] = new_key().get_secret_value()
    from clipping.settings import settings
    from tasks.posting import Publisher
    from tasks.workplace import database

    settings.cache_clear()
    with database():
        accounts = _set_up()
        publisher = Publisher(
            {PlatformName.TIKTOK: NullPlatform()},
            access=lambda account_id, _now: Access(accounts[account_id], SecretStr("token")),
            threads=4,
        )
        publisher.round()
        _reserve(accounts)
        before_s = _cpu_s()
        began = time.monotonic()
        posted = 0
        while posted < _POSTS:
            posted += publisher.round()["posted"]
        took_s, posts_s = time.monotonic() - began, _cpu_s() - before_s
        before_s = _cpu_s()
        for _ in range(_LOOKS):
            publisher.round()
        looks_s = _cpu_s() - before_s
    per_post_s, per_look_s = posts_s / _POSTS, looks_s / _LOOKS
    share = (POSTS_A_DAY * per_post_s + _LOOKS_A_DAY * per_look_s) / _DAY_S
    return [
        Row("one post, of nine steps", f"{per_post_s * 1000:.0f} ms CPU"),
        Row("one look for what is due, once a second", f"{per_look_s * 1000:.1f} ms CPU"),
        Row("as fast as it goes", f"{_POSTS / took_s * 60:.0f} posts a minute"),
        Row(
            f"{POSTS_A_DAY} posts a day",
            f"{share:.1%} of a core",
            limit=f"{LIMIT:.0%}",
            within=share <= LIMIT,
        ),
    ]


def _cpu_s() -> float:
    """Of this process and of its Postgres."""
    from tasks.workplace import db_session

    with db_session() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    server = psutil.Process(pid).parent()
    assert server is not None
    spent = [one.cpu_times() for one in (psutil.Process(), server, *server.children())]
    return float(sum(one.user + one.system for one in spent))


def _set_up() -> dict[str, Account]:
    """A source, a file, and as many accounts and clips as there are posts."""
    from tasks.workplace import db_session, media_store

    given = Consent(owner="Ada", given_at=datetime(2026, 11, 1, tzinfo=UTC))
    found = {}
    with db_session() as session:
        source = a_source("bench", rights=Rights(ground=Ground.OWN, owner="bench"))
        queries.sources.save_source(session, source)
        heard = queries.transcripts.save_transcript(session, source.source_id, None, a_transcript())
        queries.detections.save_detection(session, source.source_id, heard, "key", a_detection())
        for number in range(_POSTS):
            account = Account(
                account_id=f"account_{number}",
                client="bench",
                platform=PlatformName.TIKTOK,
                handle=f"clips{number}",
                consent=given,
            )
            queries.accounts.save_account(session, account)
            found[account.account_id] = account
            clip = a_clip(
                f"clip_{number}",
                "bench",
                state=ClipState.READY,
                proof=Proof(passed=True, checks=()),
                video_key="bench/clips/one.mp4",
            )
            queries.clips.save_clip(session, clip)
    file = Path(os.environ["CLIPPER_HOME"]) / "one.mp4"
    file.write_bytes(b"x" * 1_000)
    media_store().put(file, "bench/clips/one.mp4")
    return found


def _reserve(accounts: Mapping[str, Account]) -> None:
    from tasks.workplace import db_session

    now = datetime.now(UTC) - timedelta(minutes=1)
    words = PostCopy(platform=PlatformName.TIKTOK, title="", caption="Why", hashtags=("why",))
    with db_session() as session:
        for number, account in enumerate(accounts.values()):
            clip_id = f"clip_{number}"
            assert account.consent is not None
            post = Post(
                post_id=post_id(account.account_id, clip_id, "noon"),
                client="bench",
                account_id=account.account_id,
                platform=account.platform,
                clip_id=clip_id,
                moment_id=a_moment().moment_id,
                source_id=a_source("bench").source_id,
                slot_id="noon",
                due_at=now,
                next_at=now,
                words=words,
                consent=account.consent,
            )
            assert queries.posts.reserve_post(session, post, now)
