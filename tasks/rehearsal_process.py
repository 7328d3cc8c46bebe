"""The process of a rehearsal that plans and publishes: it may be killed, and the next one goes on.

``python -m tasks.rehearsal_process`` reads orders as lines of JSON and answers each with one. It
forks a process that carries them out; when that is killed, it says so and forks the next. Database,
home and secrets are those of its environment, its time that of a file.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any

from pydantic import SecretStr
from sqlalchemy import event
from sqlmodel import Session

from clipping.errors import ClippingError, NotInstalled
from clipping.models import ClipCandidate, PlanRequest
from clipping.platforms.base import Access, Clock
from clipping.rehearsal.cast import CLIENT, FIRST_DAY, Cast
from clipping.rehearsal.clock import SharedClock
from clipping.rehearsal.stage import Stage
from clipping.rehearsal.world import World
from clipping.scheduling import plan_day
from clipping.timing import TimeSpan
from tasks.rehearsed import Given, Workplace


@contextmanager
def _mortal(dies: list[Any] | None) -> Iterator[None]:
    """Inside, the process ends before, or after, the commit with this number from 1."""
    if dies is None:
        yield
        return
    number, when = dies
    commits = count(1)
    passing: list[int] = []

    def before(_session: Session) -> None:
        passing[:] = [next(commits)]
        if (passing[0], when) == (number, "before"):
            os.kill(os.getpid(), signal.SIGKILL)

    def after(_session: Session) -> None:
        if passing == [number] and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "before_commit", before)
    event.listen(Session, "after_commit", after)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", before)
        event.remove(Session, "after_commit", after)


def _say(value: Any) -> None:
    line = json.dumps(value, default=str).encode() + b"\n"
    while line:
        line = line[os.write(1, line) :]


def _live(given: Given, life: int, orders: IO[bytes]) -> None:
    """Carry orders out until there are no more; one may name a commit at which it dies."""
    workplace = Workplace(given, life)
    _say({"alive": os.getpid()})
    while line := orders.readline():
        try:
            order = json.loads(line)
            with _mortal(order.get("dies")):
                said = workplace.carry_out(order)
            _say({"said": said})
        except ClippingError as error:
            _say({"refused": f"{type(error).__name__}: {error}"})


def _warm_up(given: Given) -> None:
    """Do once what takes a while the first time: all that are forked have it done.

    :raises NotInstalled: Something of the extra 'publish' is missing.
    """
    cast, stage = Cast(4, 1, 0, 0.0), Stage(World(SharedClock(Path(given.clock))))
    stage.at(given.urls)
    clients, members = stage.clients(), list(cast.members())
    for account in members:
        try:
            access = Access(account, SecretStr("none"))
            clients[account.platform].limits(access, Clock(cast.begins_at))
        except NotInstalled:
            raise
        except ClippingError:
            # Refused, for want of a token.
            continue
    clip = ClipCandidate(
        clip_id="clip",
        moment_id="moment",
        source_id="source",
        span=TimeSpan(start_ms=0, end_ms=15_000),
        score=50,
        ready=True,
        proof_passed=True,
        rights_recorded=True,
        disclosure_set=True,
        approved=True,
    )
    plan_day(PlanRequest(client=CLIENT, day=FIRST_DAY, accounts=tuple(members), clips=(clip,)))
    gc.freeze()
    # Statements are made of many small objects, and nearly all are gone at once.
    gc.set_threshold(100_000, 20, 20)


def main() -> None:
    """Fork one process after the other."""
    given = Given(**json.loads(sys.argv[1]))
    try:
        _warm_up(given)
    except NotInstalled as error:
        _say({"missing": str(error)})
        return
    # Unbuffered: whatever the killed have not read is the next one's.
    with open(0, "rb", buffering=0, closefd=False) as orders:
        for life in count(1):
            pid = os.fork()
            if pid == 0:
                _live(given, life, orders)
                os._exit(0)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            if code != -signal.SIGKILL:
                sys.exit(code)
            _say({"died": pid})


if __name__ == "__main__":
    main()
