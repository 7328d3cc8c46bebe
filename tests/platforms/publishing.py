"""A publisher in small, and a post for each platform to be published by it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from clipping.errors import ClippingError
from clipping.models import (
    Account,
    Consent,
    Disclosure,
    PlatformName,
    PostCopy,
    PostFile,
    PostJob,
    Receipt,
    Stage,
)
from clipping.platforms.base import Access, Clock, Platform
from clipping.platforms.failures import FailureKind, kind_of
from clipping.rehearsal.serving import FakeService
from clipping.rehearsal.tokens import Grant
from clipping.rehearsal.x import FakeX
from clipping.rehearsal.youtube import FakeYouTube

GRAIN = 256 * 1024
_ACCOUNT = "1234"


@dataclass
class Publishing:
    """One post on one platform; ``stored`` is what the database would hold of it."""

    fake: FakeService
    platform: Platform
    job: PostJob
    account: Account
    token: Callable[[], Grant]
    stored: list[Receipt] = field(default_factory=lambda: [Receipt()])
    errors: list[ClippingError] = field(default_factory=list)

    @property
    def access(self) -> Access:
        """With a fresh token."""
        return Access(self.account, SecretStr(self.token().access))

    @property
    def clock(self) -> Clock:
        """The fake's."""
        return Clock(self.fake.world.clock.now)

    def step(self, receipt: Receipt, *, mine: bool) -> Receipt:
        """The next step; ``mine`` says that an ``ARMED`` one was armed by us just now."""
        walk = self.platform.submit
        if receipt.stage is Stage.PROCESSING:
            walk = self.platform.poll
        elif receipt.stage is Stage.ARMED and not mine:
            walk = self.platform.reconcile
        return walk(self.job, receipt, self.access, self.clock)

    def run(self, most_steps: int = 80) -> Receipt:
        """Walk until it is posted; a refusal for good is raised."""
        receipt, mine = self.stored[-1], False
        for _ in range(most_steps):
            if receipt.settled:
                return receipt
            if receipt.not_before is not None:
                self.fake.world.clock.advance_to(receipt.not_before)
            try:
                after = self.step(receipt, mine=mine)
            except ClippingError as error:
                receipt, mine = self._failed(receipt, error), False
                continue
            mine = after.stage is Stage.ARMED and receipt.stage is not Stage.ARMED
            receipt = after
            self.stored.append(receipt)
        raise AssertionError(f"it is still {receipt.stage}")

    def _failed(self, receipt: Receipt, error: ClippingError) -> Receipt:
        self.errors.append(error)
        kind = kind_of(error)
        if kind is FailureKind.RETRY_NEW_CONTAINER:
            receipt = Receipt(tries=receipt.tries + 1)
            self.stored.append(receipt)
        elif kind not in (
            FailureKind.RETRY_AFTER,
            FailureKind.RETRY_BACKOFF,
            FailureKind.UNKNOWN_OUTCOME,
        ):
            raise error
        self.fake.world.clock.advance(getattr(error, "retry_after_s", None) or 20)
        return receipt


def job_for(platform: PlatformName, path: Path, size_bytes: int, **changes: object) -> PostJob:
    """A post with a file of this size, of which no two parts are alike."""
    if not path.exists():
        path.write_bytes(b"".join(n.to_bytes(8, "big") for n in range(size_bytes // 8)))
    job = PostJob(
        post_id="post_1",
        words=PostCopy(
            platform=platform,
            title="What nobody tells you" if platform is PlatformName.YOUTUBE else "",
            caption="Bread & butter",
            hashtags=("baking",),
        ),
        file=PostFile(
            path=str(path),
            size_bytes=size_bytes,
            duration_ms=30_000,
            width_px=720,
            height_px=1280,
            fps=30.0,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        ),
        disclosure=Disclosure(),
        consent=Consent(owner="Ann", given_at=datetime(2026, 11, 1, tzinfo=UTC)),
        marker="clip-7f3a91",
    )
    return job.replace(**changes)


def account_on(platform: PlatformName) -> Account:
    """An account that the fakes let in."""
    return Account(
        account_id="acc_1",
        client="acme",
        platform=platform,
        handle="acme",
        platform_user_id=_ACCOUNT,
    )


@contextmanager
def youtube(folder: Path, **changes: object) -> Iterator[Publishing]:
    """Three parts on YouTube."""
    with FakeYouTube().serving() as fake:
        job = job_for(PlatformName.YOUTUBE, folder / "youtube.mp4", 2 * GRAIN + 80, **changes)
        fake.chunk_bytes = GRAIN
        yield Publishing(
            fake, fake.client(), job, account_on(PlatformName.YOUTUBE), lambda: fake.join(_ACCOUNT)
        )


@contextmanager
def x(folder: Path, **changes: object) -> Iterator[Publishing]:
    """Three parts on X."""
    with FakeX().serving() as fake:
        # Nothing but our own look may keep it from being out twice.
        fake.same_words_s = 0
        job = job_for(PlatformName.X, folder / "x.mp4", 2 * 4096 + 80, **changes)
        fake.chunk_bytes = 4096
        yield Publishing(
            fake, fake.client(), job, account_on(PlatformName.X), lambda: fake.join(_ACCOUNT)
        )
