"""What happens in the world of a rehearsal besides requests that fail, and when: by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from clipping.models import Account, PlatformName
from clipping.rehearsal.cast import Cast
from clipping.rehearsal.stage import DOOMS, PASSING, Stage
from clipping.rehearsal.weather import Faults, Weather

_DAY: Final = timedelta(days=1)
_PROCESSING_S: Final = (5.0, 20.0, 60.0, 240.0)
_TELLING_S: Final = (60.0, 600.0, 7_200.0)


@dataclass(frozen=True)
class Mishap:
    """Something that happens once."""

    at: datetime
    what: str
    """For the report: ``suspended``, ``takedown``, ...; empty for what nobody counts."""
    act: Callable[[], bool]
    """Lets it happen; whether there was anything for it to happen to."""


class Mishaps:
    """All of them in order of time."""

    def __init__(self, cast: Cast, faults: Faults, stage: Stage, weather: Weather) -> None:
        self._cast = cast
        self._stage = stage
        self._weather = weather
        self._chance = random.Random(f"mishaps {cast.seed}")
        self._accounts = list(cast.members())
        found: list[Mishap] = []
        if faults is not Faults.NONE:
            found += [*self._slow_days(), *self._outages(), *self._passing()]
        if faults is Faults.BRUTAL:
            found += [
                *self._suspensions(),
                *self._revocations(),
                *self._takedowns(),
                *self._dooms(),
                *self._used_up(),
                *self._lowered(),
            ]
        self.all: Sequence[Mishap] = sorted(found, key=lambda one: one.at)

    def _times(self, share: float, least: int = 0) -> list[datetime]:
        """As many times as this share of all posts."""
        count = max(least, round(self._cast.slots * share))
        span_s = self._cast.days * _DAY.total_seconds()
        first = self._cast.begins_at + _DAY / 2
        return [first + timedelta(seconds=self._chance.uniform(0, span_s)) for _ in range(count)]

    def _days(self) -> list[datetime]:
        return [self._cast.begins_at + number * _DAY for number in range(self._cast.days + 1)]

    def _slow_days(self) -> list[Mishap]:
        found = []
        for at in self._days():
            for platform in PlatformName:
                took_s = self._chance.choice(_PROCESSING_S)
                told_s = self._chance.choice(_TELLING_S)
                found.append(Mishap(at, "", self._works_at(platform, took_s, told_s)))
        return found

    def _works_at(
        self, platform: PlatformName, processing_s: float, telling_s: float
    ) -> Callable[[], bool]:
        def act() -> bool:
            self._stage.work_at(platform, processing_s, telling_s)
            return True

        return act

    def _outages(self) -> list[Mishap]:
        """Each platform about once a week, for up to half an hour."""
        found = []
        for day in self._days():
            for platform in PlatformName:
                if self._chance.random() < 1 / 7:
                    at = day + self._chance.random() * _DAY
                    until = at + timedelta(minutes=self._chance.randint(3, 30))
                    found.append(Mishap(at, "outage", self._breaks_down(platform, until)))
        return found

    def _breaks_down(self, platform: PlatformName, until: datetime) -> Callable[[], bool]:
        def act() -> bool:
            self._weather.break_down(platform, until)
            return True

        return act

    def _passing(self) -> list[Mishap]:
        """Uploads that the platform loses; a new one goes through."""
        return [
            Mishap(at, "upload lost", self._dooms_next(platform, PASSING[platform]))
            for at in self._times(1 / 120, 1)
            for platform in [self._chance.choice(sorted(PASSING))]
        ]

    def _dooms(self) -> list[Mishap]:
        """Publications that are not taken, for whatever reason."""
        found = []
        for at in self._times(1 / 60, 1):
            platform = self._chance.choice(list(PlatformName))
            how = self._chance.choice(DOOMS[platform])
            found.append(Mishap(at, "refused", self._dooms_next(platform, how)))
        return found

    def _dooms_next(self, platform: PlatformName, how: str) -> Callable[[], bool]:
        def act() -> bool:
            self._stage.doom(platform, how)
            return True

        return act

    def _suspensions(self) -> list[Mishap]:
        """Most are lifted again; in a long rehearsal one is not."""
        found = []
        times = self._times(1 / 300, 1)
        for number, at in enumerate(times):
            account = self._chance.choice(self._accounts)
            found.append(Mishap(at, "suspended", self._suspends(account)))
            if number or len(times) == 1:
                until = at + timedelta(hours=self._chance.randint(6, 40))
                found.append(Mishap(until, "suspension lifted", self._suspends(account, False)))
        return found

    def _suspends(self, account: Account, suspended: bool = True) -> Callable[[], bool]:
        def act() -> bool:
            was = self._stage.is_suspended(account)
            self._stage.suspend(account, lifted=not suspended)
            return was is not suspended

        return act

    def _revocations(self) -> list[Mishap]:
        """An owner shuts us out, and lets us in again when asked."""
        found = []
        for at in self._times(1 / 500):
            account = self._chance.choice(self._accounts)
            found.append(Mishap(at, "login withdrawn", self._revokes(account)))
        return found

    def _revokes(self, account: Account) -> Callable[[], bool]:
        def act() -> bool:
            self._stage.revoke(account)
            return True

        return act

    def _takedowns(self) -> list[Mishap]:
        return [Mishap(at, "takedown", self._takes_down) for at in self._times(1 / 300, 1)]

    def _takes_down(self) -> bool:
        stage = self._stage
        up = [one for one in stage.world.ledger if stage.is_up(one.platform, one.public_id)]
        if not up:
            return False
        chosen = self._chance.choice(up[-60:])
        stage.take_down(chosen.platform, chosen.public_id)
        return True

    def _used_up(self) -> list[Mishap]:
        """What an account, or the app, may post in a day goes to others."""
        tiktok = [one for one in self._accounts if one.platform is PlatformName.TIKTOK]
        found = [
            Mishap(at, "quota used by others", self._uses_up(self._chance.choice(tiktok)))
            for at in self._times(1 / 400)
        ]
        inserts = self._times(1 / 600)
        return [*found, *(Mishap(at, "quota used by others", self._no_inserts) for at in inserts)]

    def _lowered(self) -> list[Mishap]:
        """For a day or two Instagram takes one post in 24 hours: it says so to who asks first."""
        most, found = self._stage.instagram.publishing.most, []
        for at in self._times(1 / 600, 1):
            until = at + timedelta(hours=self._chance.randint(12, 40))
            found.append(Mishap(at, "quota lowered", self._lets_post(1)))
            found.append(Mishap(until, "", self._lets_post(most)))
        return found

    def _lets_post(self, most: int) -> Callable[[], bool]:
        def act() -> bool:
            self._stage.instagram.publishing.most = most
            return True

        return act

    def _uses_up(self, account: Account) -> Callable[[], bool]:
        def act() -> bool:
            self._stage.use_up(account)
            return True

        return act

    def _no_inserts(self) -> bool:
        self._weather.use_up_inserts()
        return True
