"""What all fakes of a rehearsal share: the time, what became public, which rules were broken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import RLock

from clipping.models import PlatformName

_BEGINNING = datetime(2026, 11, 26, 9, tzinfo=UTC)


class WorldClock:
    """What time it is in a rehearsal; it moves only when it is told to."""

    def __init__(self, now: datetime = _BEGINNING) -> None:
        self._now = now
        self._turn = RLock()

    @property
    def now(self) -> datetime:
        """In UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        with self._turn:
            self._now += timedelta(seconds=seconds)

    def advance_to(self, at: datetime) -> None:
        """Let time pass until then; a time that is past changes nothing."""
        with self._turn:
            self._now = max(self._now, at)


@dataclass(frozen=True)
class PublicPost:
    """A post that was made public."""

    platform: PlatformName
    account: str
    """The platform's own id of the account."""
    public_id: str
    sha256: str
    """Of the file as it arrived."""
    text: str
    at: datetime


@dataclass(frozen=True)
class Violation:
    """A rule of a platform that its client should have kept."""

    platform: PlatformName
    account: str
    rule: str
    """``rate``, ``chunk``, ``daily``, ...: short, for counting."""
    detail: str
    at: datetime


class World:
    """One rehearsal: its clock, the ledger of public posts, and the violations.

    :ivar turn: Held while a fake serves a request, so that its state changes in one piece.
    :ivar dead: Nothing gets through to any fake while it is set: whoever asked was killed.
    :ivar killer: Kills whoever asks, where that is a process of its own; then nobody is ``dead``.
    """

    def __init__(self, clock: WorldClock | None = None) -> None:
        self.clock = clock or WorldClock()
        self.turn = RLock()
        self.ledger: list[PublicPost] = []
        self.violations: list[Violation] = []
        self.dead = False
        self.killer: Callable[[], None] | None = None

    def publish(
        self,
        platform: PlatformName,
        account: str,
        public_id: str,
        sha256: str,
        text: str,
        at: datetime | None = None,
    ) -> None:
        """Enter a post that became public, at this time or just now."""
        post = PublicPost(platform, account, public_id, sha256, text, at or self.clock.now)
        with self.turn:
            self.ledger.append(post)

    def violate(self, platform: PlatformName, account: str, rule: str, detail: str) -> None:
        """Enter a rule that was broken just now."""
        with self.turn:
            self.violations.append(Violation(platform, account, rule, detail, self.clock.now))

    def public_posts(self, platform: PlatformName, account: str) -> list[PublicPost]:
        """All that this account ever made public, the oldest first."""
        with self.turn:
            return [
                one for one in self.ledger if (one.platform, one.account) == (platform, account)
            ]

    def doubles(self) -> list[list[PublicPost]]:
        """The same file on the same account more than once."""
        groups: dict[tuple[PlatformName, str, str], list[PublicPost]] = defaultdict(list)
        with self.turn:
            for one in self.ledger:
                groups[one.platform, one.account, one.sha256].append(one)
        return [group for group in groups.values() if len(group) > 1]

    def kill(self) -> None:
        """Whoever has just asked ends, and hears of no answer."""
        if self.killer is None:
            self.dead = True
        else:
            self.killer()

    def revive(self) -> None:
        """Another process takes over from the one that was killed."""
        self.dead = False
