"""What tests of planning share: a client with accounts and clips, and its posts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import (
    Account,
    DayPlan,
    Detection,
    DetectOptions,
    Draft,
    EncoderSettings,
    Ground,
    PlatformName,
    Post,
    PostState,
    Proof,
    ProofCheck,
    Rights,
    Tokens,
    Writing,
)
from clipping.platforms.standing import BY_TOKEN
from clipping.settings import settings
from clipping.timing import TimeSpan
from clipping.vault import Vault, new_key
from tasks import planning
from tests.db.values import a_clip, a_moment, a_plan, a_rejection, a_source, a_transcript
from tests.scheduling.made import account

CLIENT = "acme"
DAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 0, 5, tzinfo=UTC)
SOURCE = a_source(CLIENT, rights=Rights(ground=Ground.OWN, owner=CLIENT))
HOUR = timedelta(hours=1)
VAULT = Vault([new_key()])
PASSED = Proof(
    passed=True,
    checks=(ProofCheck(name="loudness", value=-14.0, limit="-14 ±1", unit="LUFS", passed=True),),
)
WRITING = Writing(
    draft=Draft(hook="He left", caption="He never came back.", hashtags=("story",)),
    writer="local",
    writer_version="1",
    wishes="none",
)


@dataclass
class PlanPlace:
    """A client's database, and what is planned in it."""

    url: str
    accounts: list[Account] = field(default_factory=list)
    clips: list[str] = field(default_factory=list)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with open_session(self.url) as session:
            yield session

    def account(self, platform: PlatformName, *, connected: bool = True, **changes: Any) -> Account:
        """Another account at full pace; connected where that is how it is posted to."""
        number = len(self.accounts)
        given = {
            "platform": platform,
            "platform_user_id": f"{1000 + number}",
            "login_path": "facebook" if platform is PlatformName.INSTAGRAM else "",
        }
        made = account(number, **given | changes)
        with self.session() as session:
            queries.accounts.save_account(session, made)
            if connected and made.method in BY_TOKEN:
                tokens = Tokens(access=SecretStr("a-token"), obtained_at=NOW)
                queries.tokens.save_tokens(session, VAULT, made.account_id, tokens)
        self.accounts.append(made)
        return made

    def clip(self, **changes: Any) -> str:
        """Another clip, of a moment of its own; the best comes first."""
        with self.session() as session:
            return self._clip(session, **changes)

    def more_clips(self, count: int) -> None:
        """So many more."""
        with self.session() as session:
            for _ in range(count):
                self._clip(session)

    def _clip(self, session: Session, frames: int = 449, **changes: Any) -> str:
        number = len(self.clips) + 1
        made = a_clip(
            f"clip_{number:02d}",
            moment_id=moment_id(number),
            plan=a_plan(frames=frames, encoder=EncoderSettings(build=f"clip_{number}")),
            proof=PASSED,
            size_bytes=5_000_000,
        )
        queries.clips.save_clip(session, made.replace(**changes))
        self.clips.append(made.clip_id)
        return made.clip_id

    def plan(self, *, now: datetime = NOW, **options: Any) -> DayPlan:
        return planning.plan_client(CLIENT, DAY, now, **options)

    def posts(self, *states: PostState) -> list[Post]:
        with self.session() as session:
            return queries.posts.posts(session, CLIENT, states=states)

    def change(self, post: Post, **changes: Any) -> None:
        """What somebody else does to a post."""
        with self.session() as session:
            found = queries.posts.get_post(session, post.post_id)
            assert queries.posts.save_post(session, found, found.replace(**changes), NOW)


def moment_id(number: int) -> str:
    return f"mom_{number:02d}"


def detection(moments: int, left_out: int = 0) -> Detection:
    """Moments without an overlap, the best first, and such as were left out for their number."""
    return Detection(
        detector="local",
        detector_version="1",
        moments=tuple(
            a_moment(number, moment_id=moment_id(number), holds=(), score=max(0, 90 - number))
            for number in range(1, moments + 1)
        ),
        rejections=tuple(
            a_rejection(
                index,
                code="over_count",
                score=50 - index,
                span=TimeSpan(start_ms=900_000 + index * 20_000, end_ms=915_000 + index * 20_000),
            )
            for index in range(left_out)
        ),
    )


@contextmanager
def plan_place(
    url: str, home: Path, monkeypatch: pytest.MonkeyPatch, *, moments: int = 12
) -> Iterator[PlanPlace]:
    """A client with one source whose rights are stated, and with so many moments."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CLIPPER_HOME", str(home))
    settings.cache_clear()
    found = detection(moments, left_out=4)
    with open_session(url) as session:
        queries.sources.save_source(session, SOURCE)
        heard = queries.transcripts.save_transcript(session, SOURCE.source_id, None, a_transcript())
        options = DetectOptions(count=min(moments, 50), min_ms=10_000)
        queries.detections.save_detection(session, SOURCE.source_id, heard, "key", found, options)
        queries.drafts.save_writings(
            session, {moment.moment_id: WRITING for moment in found.moments}
        )
    yield PlanPlace(url)
    settings.cache_clear()
