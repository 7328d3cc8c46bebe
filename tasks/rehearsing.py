"""A rehearsal: the planner and the publisher at work for a month, over fakes, within minutes.

This process holds the platforms, the clock and what happens in the world. Planning, publishing and
all that touches the database is done by another one, which may be killed.
"""

from __future__ import annotations

import heapq
import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from clipping import progress
from clipping.db import embedded, migrate
from clipping.models import RehearsalReport
from clipping.rehearsal import tally
from clipping.rehearsal.cast import FIRST_DAY, Cast
from clipping.rehearsal.clock import SharedClock
from clipping.rehearsal.mishaps import Mishap, Mishaps
from clipping.rehearsal.stage import Stage, environment
from clipping.rehearsal.weather import Faults, Weather
from clipping.rehearsal.world import World
from clipping.scratch import scratch_folder
from clipping.settings import Settings
from clipping.vault import new_key
from tasks.planning import days_to_plan
from tasks.rehearsal_person import Person
from tasks.rehearsal_worker import Worker

_LOOK: Final = timedelta(seconds=30)
"""Between two looks for what is due, while something is."""
_PLAN_AT: Final = timedelta(minutes=20)
_PLAN: Final = timedelta(hours=3)
"""The deployment plans each hour; this costs less, and shows the same."""
_REPLAN: Final = timedelta(hours=12)
"""Between two plans of a day in which something changed."""
_REMOVED: Final = timedelta(hours=24)
_PERSON: Final = timedelta(hours=4)
_DRAIN: Final = timedelta(days=4)
"""After the last day, for what is still on its way."""
_SPARE: Final = {Faults.NONE: 0.1, Faults.NORMAL: 0.2, Faults.BRUTAL: 0.5}
_KILL_EVERY: Final = (40, 120)
"""Public posts between two kills, fewer in a short rehearsal."""
_NO_FLUSH: Final = "options=-c%20synchronous_commit%3Doff"
"""Its database need not survive the machine."""


@dataclass(frozen=True)
class Wishes:
    """What is to be rehearsed."""

    accounts: int = 30
    days: int = 31
    seed: int = 7
    faults: Faults = Faults.NORMAL


def rehearse(wishes: Wishes, database_url: str | None = None) -> RehearsalReport:
    """Rehearse; nothing of it touches the tables, the store or the settings of this program.

    :param database_url: A migrated database without any rows; one of its own unless given.
    :raises ClippingError: It could not be done at all.
    """
    began = time.monotonic()
    with scratch_folder("rehearsal") as home, _database(home, database_url) as url:
        report = _Rehearsal(wishes, home, url).run()
    return report.replace(took_s=round(time.monotonic() - began, 1))


@contextmanager
def _database(home: Path, given: str | None) -> Iterator[str]:
    if given is not None:
        yield given
        return
    own = Settings(home=home, DATABASE_URL=None)
    try:
        with embedded.database_url(own) as url:
            migrate.upgrade(url)
            yield f"{url}&{_NO_FLUSH}"
    finally:
        link = home / "postgres"
        if link.is_symlink():
            # Root's databases lie elsewhere.
            shutil.rmtree(link.readlink().parent, ignore_errors=True)


class _Rehearsal:
    """One run."""

    def __init__(self, wishes: Wishes, home: Path, url: str) -> None:
        self._wishes = wishes
        self._home, self._url = home, url
        spare = _SPARE[wishes.faults]
        self._cast = Cast(wishes.accounts, wishes.days, wishes.seed, spare)
        self._accounts = {one.account_id: one for one in self._cast.members()}
        self._clock = SharedClock(home / "clock", self._cast.begins_at)
        self._world = World(self._clock)
        self._stage = Stage(self._world)
        self._weather = Weather(self._world, wishes.faults, wishes.seed)
        self._mishaps = Mishaps(self._cast, wishes.faults, self._stage, self._weather)
        self._chance = random.Random(f"kills {wishes.seed}")
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._due: datetime | None = None
        self._planned: dict[str, tuple[datetime, str]] = {}
        self._moving = True
        self._happened: Counter[str] = Counter()
        self._kill_at = self._next_kill()
        self._dies: list[Any] | None = None

    def run(self) -> RehearsalReport:
        """From the beginning to the end."""
        with self._stage.serving() as urls:
            given = {
                "clock": str(self._home / "clock"),
                "urls": urls,
                "cast": asdict(self._cast),
            }
            key = new_key().get_secret_value()
            variables = environment(str(self._home), self._url, key, self._stage)
            self._worker = Worker(given, self._home, variables)
            self._person = Person(self._worker, self._stage, self._accounts)
            self._world.killer = self._worker.kill
            try:
                self._worker.begin()
                self._prepare()
                self._live()
                return self._report(self._worker.ask("rows"))
            finally:
                self._worker.end()

    def _prepare(self) -> None:
        tokens = {}
        for account in self._accounts.values():
            self._stage.join(account)
            tokens[account.account_id] = self._stage.grant(account)
        self._worker.ask("prepare", tokens=tokens)
        self._asked_before = sum(fake.count() for fake in self._stage.fakes.values())
        for platform, fake in self._stage.fakes.items():
            fake.chance = self._weather.over(platform)
        self._every(_PLAN, self._plan, self._clock.now + _PLAN_AT)
        if self._wishes.faults is not Faults.NONE:
            self._every(_PERSON, self._look, self._clock.now + _PERSON)
        self._every(_REMOVED, self._look_for_removed, self._clock.now + _REMOVED)
        for mishap in self._mishaps.all:
            self._at(mishap.at, self._happening(mishap))

    def _at(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), act))

    def _every(self, pause: timedelta, act: Callable[[], None], first: datetime) -> None:
        def again() -> None:
            act()
            self._every(pause, act, self._clock.now + pause)

        self._at(first, again)

    def _happening(self, mishap: Mishap) -> Callable[[], None]:
        def happens() -> None:
            if mishap.act() and mishap.what:
                self._happened[mishap.what] += 1

        return happens

    def _live(self) -> None:
        """Let time pass from one thing to the next, until nothing is left or it takes too long."""
        over = datetime.combine(self._cast.last_day, datetime.min.time(), self._clock.now.tzinfo)
        over += timedelta(days=1, hours=12)
        total_s = (over - self._cast.begins_at).total_seconds()
        while self._clock.now < over + _DRAIN:
            gone_s = (self._clock.now - self._cast.begins_at).total_seconds()
            told = f"{self._clock.now:%d %B}, {len(self._world.ledger)} posts"
            progress.report("rehearse", min(0.99, gone_s / total_s), told)
            if self._clock.now > over and self._due is None and not self._moving:
                break
            at = self._agenda[0][0]
            self._clock.advance_to(at if self._due is None else min(at, self._due))
            acted = False
            while self._agenda[0][0] <= self._clock.now:
                heapq.heappop(self._agenda)[2]()
                acted = True
            if acted:
                self._set_due(self._worker.ask("next"))
            if self._due is not None and self._due <= self._clock.now:
                self._round()
        progress.report("rehearse", 1.0)

    def _set_due(self, told: dict[str, Any] | None) -> None:
        """When there is something to publish."""
        if told is None:
            # Killed; what it was at is free when its lease ends.
            told = self._worker.ask("next")
        self._due = datetime.fromisoformat(told["next"]) if told["next"] else None

    def _round(self) -> None:
        self._arm()
        order = {"dies": self._dies} if self._dies else {}
        died = self._worker.died
        told = self._worker.ask("round", **order)
        if self._worker.died > died:
            self._dies = None
        self._set_due(told)
        if self._due is not None:
            self._due = max(self._due, self._clock.now + _LOOK)

    def _next_kill(self) -> int:
        """After how many public posts the publisher is killed again."""
        few, many = (max(1, min(one, self._cast.slots // 4)) for one in _KILL_EVERY)
        return len(self._world.ledger) + self._chance.randint(few, many)

    def _arm(self) -> None:
        """Now and then the publisher will die: at an exchange, or at a commit."""
        if self._wishes.faults is not Faults.BRUTAL or len(self._world.ledger) < self._kill_at:
            return
        self._kill_at = self._next_kill()
        after, publishing = self._chance.random() < 0.6, self._chance.random() < 0.6
        if self._chance.random() < 0.6:
            requests = self._chance.randint(0, 3 if publishing else 30)
            self._weather.kill(requests, after=after, publishing=publishing)
        else:
            self._dies = [self._chance.randint(1, 12), "after" if after else "before"]

    def _plan(self) -> None:
        """Plan the days that are near, and those again in which something has changed."""
        now = self._clock.now
        found = self._find()
        self._moving = bool(found["moving"])
        sign = json.dumps(found["sign"])
        changed = False
        for day in days_to_plan(self._accounts.values(), now):
            if not FIRST_DAY <= day <= self._cast.last_day:
                continue
            planned_at, seen = self._planned.get(str(day), (now - _REPLAN, ""))
            if seen == sign or now - planned_at < _REPLAN:
                continue
            self._worker.ask("plan", day=str(day))
            self._planned[str(day)] = (now, sign)
            changed = True
        if changed:
            # What the planner has changed itself is nothing new.
            sign = json.dumps(self._find()["sign"])
            for name, (at, _) in self._planned.items():
                if at == now:
                    self._planned[name] = (at, sign)

    def _find(self) -> dict[str, Any]:
        since = self._clock.now - timedelta(days=3)
        found: dict[str, Any] = self._worker.ask("look", since=since.isoformat())
        return found

    def _look(self) -> None:
        self._person.look(self._find())

    def _look_for_removed(self) -> None:
        self._worker.ask("removed", most=len(self._accounts))

    def _report(self, ended: dict[str, Any]) -> RehearsalReport:
        rows = [tally.Row.model_validate(one) for one in ended["rows"]]
        ledger, accounts = self._world.ledger, self._accounts
        late_s = tally.seconds_late(rows, ledger, accounts)
        clips = {row.sha256: row.clip_id for row in rows if row.sha256}
        by_account = tally.parts(rows, late_s, lambda row: accounts[row.account_id].handle)
        states = Counter(row.state.value for row in rows)
        return RehearsalReport(
            accounts=self._wishes.accounts,
            days=self._wishes.days,
            first_day=FIRST_DAY,
            seed=self._wishes.seed,
            faults=self._wishes.faults.value,
            planned=len({row.slot_id for row in rows if row.slot_id}),
            wanted=self._cast.slots,
            posts=len(rows),
            states=dict(sorted(states.items())),
            late=sum(part.late for part in by_account),
            minutes_late=tally.minutes(late_s.values()),
            reasons=tuple(tally.reasons(rows)),
            removed=sum(bool(row.gone) for row in rows),
            duplicates=tuple(tally.duplicates(ledger, clips)),
            lost=tuple(tally.lost(rows, ledger, accounts, self._stage.is_up)),
            violations=tuple(tally.violated(self._world.violations)),
            kills=self._worker.died,
            renewals=ended["versions"] - len(accounts) - self._person.did["connected"],
            exchanges=sum(fake.count() for fake in self._stage.fakes.values()) - self._asked_before,
            met=dict(sorted((self._weather.met + self._happened).items())),
            person=dict(sorted(self._person.did.items())),
            platforms=tuple(tally.parts(rows, late_s, lambda row: row.platform.value)),
            by_account=tuple(by_account),
            by_day=tuple(
                tally.parts(rows, late_s, lambda row: str(tally.local_day(row, accounts)))
            ),
        )
