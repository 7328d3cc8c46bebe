"""A publisher in small: it stores the receipt after every step, and can be killed anywhere."""

from __future__ import annotations

from datetime import timedelta

from clipping.errors import OutcomeUnknown, StartAgain, Transient
from clipping.models import PostJob, Receipt, Stage
from clipping.platforms.base import Access, Clock, Platform
from clipping.rehearsal.world import World

_MOST_STEPS = 120
_MOST_FAILURES = 6


class Killed(Exception):
    """The process is gone."""


class Desk:
    """Publishes one post.

    :ivar stored: What a database would hold: all that outlives a process.
    :ivar dies_at: Number of a write, and whether the process dies ``before`` or ``after`` it.
    """

    def __init__(
        self,
        world: World,
        job: PostJob,
        stored: Receipt | None = None,
        dies_at: tuple[int, str] | None = None,
    ) -> None:
        self.world = world
        self.job = job
        self.stored = stored or Receipt()
        self.writes = 0
        self.failures: list[Exception] = []
        self._dies_at = dies_at

    def run(self, platform: Platform, access: Access, until: Stage | None = None) -> Receipt:
        """Step by step to the end, or to the first receipt of this stage."""
        just_armed = False
        for _ in range(_MOST_STEPS):
            receipt = self.stored
            if receipt.settled or receipt.stage is until:
                return receipt
            if receipt.not_before is not None:
                self.world.clock.advance_to(receipt.not_before)
            try:
                after = self._step(platform, access, receipt, just_armed)
            except (Transient, OutcomeUnknown) as error:
                just_armed = False
                self._failed(error, receipt)
                continue
            self._write(after)
            just_armed = after.stage is Stage.ARMED and receipt.stage is not Stage.ARMED
        raise AssertionError(f"no end after {_MOST_STEPS} steps: {self.stored!r}")

    def _step(
        self, platform: Platform, access: Access, receipt: Receipt, just_armed: bool
    ) -> Receipt:
        step = platform.submit
        if receipt.stage is Stage.PROCESSING:
            step = platform.poll
        elif receipt.stage is Stage.ARMED and not just_armed:
            step = platform.reconcile
        return step(self.job, receipt, access, Clock(self.world.clock.now))

    def _failed(self, error: Exception, receipt: Receipt) -> None:
        if self.world.dead:
            raise Killed from None
        self.failures.append(error)
        if len(self.failures) > _MOST_FAILURES:
            raise error
        if isinstance(error, StartAgain):
            self._write(Receipt(tries=receipt.tries + 1))
        wait_s = getattr(error, "retry_after_s", None) or 30.0
        self.world.clock.advance(wait_s)

    def _write(self, receipt: Receipt) -> None:
        if self.world.dead:
            raise Killed
        self.writes += 1
        if self._dies_at == (self.writes, "before"):
            raise Killed
        self.stored = receipt
        if self._dies_at == (self.writes, "after"):
            raise Killed


def let_pass(world: World, seconds: float) -> None:
    """Time goes by until another process takes over."""
    world.revive()
    world.clock.advance_to(world.clock.now + timedelta(seconds=seconds))
