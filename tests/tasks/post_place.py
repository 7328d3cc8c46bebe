"""What tests of the publisher share: a database, a store, fakes of the platforms, and deaths."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import (
    Account,
    ClipState,
    Ground,
    PlatformName,
    Post,
    PostCopy,
    PostState,
    Proof,
    ProofCheck,
    Rights,
    Stage,
    post_id,
)
from clipping.platforms.base import Access
from clipping.rehearsal.world import World
from clipping.settings import settings
from clipping.vault import Vault, new_key
from tasks import posting
from tasks.posting import Publisher
from tasks.workplace import db_session
from tests.db.values import a_clip, a_detection, a_moment, a_source, a_transcript
from tests.platforms.cases import AGREED, CASES, Case

KEY = new_key()
VAULT = Vault([KEY])
CLIENT = "acme"
OVER = (PostState.POSTED, PostState.FAILED, PostState.CANCELLED)
BY_NAME = {case.name: case for case in CASES}
PASSED = Proof(
    passed=True,
    checks=(ProofCheck(name="loudness", value=-14.0, limit="-14 ±1", unit="LUFS", passed=True),),
)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Place:
    """One platform, and a publisher's database."""

    url: str
    home: Path
    case: Case
    world: World
    fake: Any
    sha256: str
    clips: int = 0
    commits: int = 0
    dies_at: tuple[int, str] | None = None
    """Number of a transaction, and whether the process dies before or after its commit."""
    dies_at_stage: Stage | None = None
    """It dies as soon as a post is stored that has come so far."""
    accounts: list[Account] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    """All that were used."""

    @property
    def now(self) -> datetime:
        return self.world.clock.now

    def publisher(self, **options: Any) -> Publisher:
        """Another process."""
        platforms = {self.case.platform: self.fake.client()}
        chosen: dict[str, Any] = {
            "now": lambda: self.world.clock.now,
            "access": self.access,
            "chance": lambda: 0.5,
            "threads": 1,
        }
        return Publisher(platforms, **chosen | options)

    def access(self, account_id: str, _now: datetime) -> Access:
        """What opens an account of the fake."""
        with self.session() as session:
            account = queries.accounts.get_account(session, account_id)
        grant = self.fake.join(account.platform_user_id)
        self.tokens.append(grant.access)
        secrets = {name: SecretStr(text) for name, text in self.fake.app.items()}
        return Access(account, SecretStr(grant.access), secrets)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with open_session(self.url) as session:
            yield session

    def account(self, user: str, **changes: Any) -> Account:
        """Another account on the platform."""
        account = self.case.account().replace(
            account_id=f"account_{user}",
            client=CLIENT,
            handle=f"ada{user}",
            platform_user_id=user,
            premium=True,
        )
        account = account.replace(**changes)
        with self.session() as session:
            queries.accounts.save_account(session, account)
        self.accounts.append(account)
        return account

    def post(self, account: Account, *, after_s: float = 0, **changes: Any) -> Post:
        """A clip of its own, reserved for an account."""
        self.clips += 1
        clip_id = f"clip_{self.clips}"
        with self.session() as session:
            save_clip(session, clip_id, self.sha256, self.case.file_bytes)
            post = a_post(account, clip_id, self.now + timedelta(seconds=after_s), **changes)
            assert queries.posts.reserve_post(session, post, self.now)
        return post

    def run(self, publisher: Publisher | None = None, most_passes: int = 120) -> None:
        """Time goes by until nothing is left to do."""
        publisher = publisher or self.publisher()
        for _ in range(most_passes):
            publisher.round()
            ahead = [one.next_at for one in self.posts() if one.next_at and one.state not in OVER]
            if not ahead:
                return
            self.world.clock.advance_to(min(ahead))
        raise AssertionError([repr(one) for one in self.posts() if one.state not in OVER])

    def posts(self) -> list[Post]:
        with self.session() as session:
            return queries.posts.posts(session)

    def stored(self, post: Post) -> Post:
        with self.session() as session:
            return queries.posts.get_post(session, post.post_id, vault=VAULT)

    def public(self, account: Account) -> list[Any]:
        return self.world.public_posts(self.case.platform, account.platform_user_id)

    def wrongs(self, account: Account, post: Post) -> list[str]:
        """What is wrong with a post that should be public once."""
        public, stored = self.public(account), self.stored(post)
        if len(public) != 1:
            return [f"{len(public)} posts, {stored.state}: {stored.failure} {stored.note}"]
        found = [] if stored.state is PostState.POSTED else [f"it is {stored.state}: {stored!r}"]
        if public[0].sha256 != self.sha256:
            found.append("not the file")
        return found


def save_clip(session: Session, clip_id: str, sha256: str, size_bytes: int) -> None:
    """A clip that may be posted."""
    clip = a_clip(
        clip_id,
        CLIENT,
        state=ClipState.READY,
        proof=PASSED,
        video_sha256=sha256,
        size_bytes=size_bytes,
        video_key=f"{CLIENT}/clips/shared.mp4",
    )
    queries.clips.save_clip(session, clip)


def a_post(account: Account, clip_id: str, due_at: datetime, **changes: Any) -> Post:
    slot_id = f"slot_{clip_id}"
    values: dict[str, Any] = {
        "post_id": post_id(account.account_id, clip_id, slot_id),
        "client": account.client,
        "account_id": account.account_id,
        "platform": account.platform,
        "clip_id": clip_id,
        "moment_id": a_moment().moment_id,
        "source_id": a_source(CLIENT).source_id,
        "slot_id": slot_id,
        "due_at": due_at,
        "next_at": due_at,
        "words": PostCopy(
            platform=account.platform,
            title="" if account.platform is PlatformName.X else "A title",
            caption="He never came back.",
            hashtags=("story",),
        ),
        "consent": AGREED,
        "marker": f"c{clip_id}",
    }
    return Post(**values | changes)


@contextmanager
def place_at(name: str, url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A platform's fake, and a database with a source whose rights are stated."""
    case = BY_NAME[name]
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CLIPPER_HOME", str(home))
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", KEY.get_secret_value())
    settings.cache_clear()
    content = (bytes(range(256)) * (case.file_bytes // 256 + 1))[: case.file_bytes]
    folder = home / "store" / CLIENT / "clips"
    folder.mkdir(parents=True)
    (folder / "shared.mp4").write_bytes(content)
    with open_session(url) as session:
        source = a_source(CLIENT, rights=Rights(ground=Ground.OWN, owner=CLIENT))
        queries.sources.save_source(session, source)
        heard = queries.transcripts.save_transcript(session, source.source_id, None, a_transcript())
        queries.detections.save_detection(session, source.source_id, heard, "key", a_detection())
    world = World()
    with case.fake(world).serving() as fake:
        place = Place(url, home, case, world, fake, hashlib.sha256(content).hexdigest())
        monkeypatch.setattr(posting, "db_session", _mortal(place, db_session))
        yield place
    settings.cache_clear()


def _mortal(place: Place, real: Callable[[], Any]) -> Callable[[], Any]:
    """Transactions of a process that dies before or after one of its commits."""

    @contextmanager
    def mortal() -> Iterator[Session]:
        if place.world.dead:
            raise Killed
        place.commits += 1
        number = place.commits
        with real() as session:
            yield session
            if place.dies_at == (number, "before"):
                raise Killed
        reached = place.dies_at_stage is not None and any(
            one.receipt.stage is place.dies_at_stage for one in place.posts()
        )
        if reached or place.dies_at == (number, "after"):
            raise Killed

    return mortal
