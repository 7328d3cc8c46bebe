"""Publishers in processes of their own, killed for good; run by ``test_publishing.py``.

Reads orders as lines of JSON; each forks some processes, which print what came of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlmodel import Session

from clipping.db import queries
from clipping.models import Bucket, PlatformName
from clipping.platforms.base import Access
from clipping.platforms.x import X
from clipping.publishing.steps import Step
from tasks import posting
from tasks.posting import Publisher
from tasks.workplace import db_session


def _publish(order: dict[str, Any]) -> str:
    now = datetime.fromisoformat(order["now"])
    if order["dies_at"]:
        vars(posting)["db_session"] = _mortal(*order["dies_at"])

    def access(account_id: str, _now: datetime) -> Access:
        with db_session() as session:
            account = queries.accounts.get_account(session, account_id)
        return Access(account, SecretStr(order["token"]))

    publisher = Publisher(
        {PlatformName.X: X(order["url"], 4_096)}, now=lambda: now, access=access, threads=1
    )
    found = publisher.work(Step.RECONCILE) + publisher.work(Step.SUBMIT)
    return json.dumps(found)


def _mortal(number: int, when: str) -> Any:
    """Sessions of which one ends with the process, before or after its commit."""
    count = 0

    @contextmanager
    def mortal() -> Iterator[Session]:
        nonlocal count
        count += 1
        with db_session() as session:
            yield session
            if (count, when) == (number, "before"):
                os.kill(os.getpid(), signal.SIGKILL)
        if (count, when) == (number, "after"):
            os.kill(os.getpid(), signal.SIGKILL)

    return mortal


def _take(order: dict[str, Any]) -> str:
    """Take tokens until there are none."""
    bucket, taken = Bucket(key="shared", most=order["most"], per_s=0), 0
    now = datetime.fromisoformat(order["now"])
    while True:
        with db_session() as session:
            if queries.buckets.take_tokens(session, [bucket], now):
                return str(taken)
        taken += 1


def main() -> None:
    """Fork what is ordered, until there are no more orders."""
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        act = {"publish": _publish, "take": _take}[order["act"]]
        children, said = [], []
        for _ in range(order["count"]):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.write(writing, act(order).encode())
                os._exit(0)
            os.close(writing)
            children.append((pid, reading))
        for pid, reading in children:
            with os.fdopen(reading) as pipe:
                text = pipe.read()
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            said.append(text or f"ended with {code}")
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
