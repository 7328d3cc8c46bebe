"""The platforms as the contract tests meet them: client, fake, account and job of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from clipping.models import (
    Account,
    Consent,
    Disclosure,
    PlatformName,
    PostCopy,
    PostFile,
    PostJob,
)
from clipping.platforms.base import Access, Platform
from clipping.rehearsal.instagram import FakeInstagram
from clipping.rehearsal.tiktok import FakeTikTok
from clipping.rehearsal.world import World
from clipping.rehearsal.x import FakeX
from clipping.rehearsal.youtube import FakeYouTube

USER = "1784"
AGREED = Consent(owner="Ada", given_at=datetime(2026, 11, 1, tzinfo=UTC))
GRAIN = 256 * 1024
"""YouTube's: parts of an upload are multiples of it."""
WEB = "https://media.example/clip.mp4"


@dataclass(frozen=True)
class Case:
    """One platform, or one way into it.

    ``fake`` makes its fake, ``armed`` is the route that makes a post public, ``file_bytes`` a size
    that takes several exchanges to send where the platform has such.
    """

    name: str
    platform: PlatformName
    fake: Callable[[World], Any]
    armed: str
    file_bytes: int = 7_000
    login_path: str = ""

    def account(self) -> Account:
        """The account that is posted to."""
        return Account(
            account_id="acc",
            client="client",
            platform=self.platform,
            handle="ada",
            platform_user_id=USER,
            login_path=self.login_path,
            consent=AGREED,
        )

    def enter(self, fake: Any) -> tuple[Platform, Access]:
        """A client of the fake and fresh access to the account, as a new process has them."""
        grant = fake.join(USER)
        access = Access(
            self.account(),
            SecretStr(grant.access),
            {name: SecretStr(text) for name, text in fake.app.items()},
        )
        return fake.client(), access

    def job(self, folder: Path, **changes: Any) -> PostJob:
        """A post with a file of its own."""
        return a_job(self.platform, folder, self.file_bytes, **changes)


def a_job(platform: PlatformName, folder: Path, size: int = 7_000, **changes: Any) -> PostJob:
    """A post that every platform takes."""
    path = folder / "clip.mp4"
    content = bytes(range(256)) * (size // 256 + 1)
    path.write_bytes(content[:size])
    file = PostFile(
        path=str(path),
        size_bytes=size,
        duration_ms=30_000,
        width_px=720,
        height_px=1280,
        fps=30.0,
        sha256=hashlib.sha256(content[:size]).hexdigest(),
        cover_ms=1_000,
        url=WEB,
    )
    words = PostCopy(
        platform=platform,
        title="" if platform is PlatformName.X else "A title",
        caption="He never came back.",
        hashtags=("story",),
    )
    job = PostJob(
        post_id="post_1",
        words=words,
        file=file,
        disclosure=Disclosure(),
        consent=AGREED,
        marker="m1784",
    )
    return job.replace(**changes)


def _tiktok(world: World) -> FakeTikTok:
    fake = FakeTikTok(world, megabyte=100)
    fake.processing_s = 4.0
    return fake


def _instagram(world: World) -> FakeInstagram:
    fake = FakeInstagram(world)
    fake.processing_s, fake.checking_s = 4.0, 6.0
    return fake


def _instagram_with_web(world: World) -> FakeInstagram:
    fake = _instagram(world)
    content = bytes(range(256)) * 28
    fake.web[WEB] = content[:7_000]
    return fake


def _youtube(world: World) -> FakeYouTube:
    fake = FakeYouTube(world)
    fake.processing_s, fake.chunk_bytes = 4.0, GRAIN
    return fake


def _x(world: World) -> FakeX:
    fake = FakeX(world)
    fake.chunk_bytes = 4_096
    # Nothing but the client's own look may keep it from being out twice.
    fake.same_words_s = 0
    return fake


CASES = [
    Case(
        "tiktok",
        PlatformName.TIKTOK,
        _tiktok,
        armed="PUT /video/{publish_id}",
    ),
    Case(
        "instagram",
        PlatformName.INSTAGRAM,
        _instagram,
        armed="POST /{host}/{version}/{user}/media_publish",
        login_path="facebook",
    ),
    Case(
        "instagram-login",
        PlatformName.INSTAGRAM,
        _instagram_with_web,
        armed="POST /{host}/{version}/{user}/media_publish",
        login_path="instagram",
    ),
    Case(
        "youtube",
        PlatformName.YOUTUBE,
        _youtube,
        armed="PUT /upload/youtube/v3/videos",
        file_bytes=2 * GRAIN + 80,
    ),
    Case("x", PlatformName.X, _x, armed="POST /2/tweets"),
]
"""One line for each platform registers it for the contract tests."""
