"""What ``clipper publish`` does: it brings what is due to its end, and says what comes next."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Final

from flows import console

_PAUSE_S: Final = 1.0
_LOOK_EVERY: Final = 10
"""So many rounds, in which nothing was due, lie between two looks for what is next."""


def publish(*, once: bool, as_json: bool) -> None:
    """Publish what is due, once or until somebody ends it."""
    from clipping.db import queries
    from flows.connecting import blocks_within_reach
    from tasks.posting import Publisher
    from tasks.workplace import database, db_session

    with database():
        with db_session() as session:
            apps = {account.app for account in queries.accounts.accounts(session)}
        with blocks_within_reach(*apps):
            publisher, ahead = Publisher(), Ahead()
            while True:
                found = publisher.round()
                if found or once:
                    _tell(found, as_json=as_json)
                if once:
                    if not found and not as_json:
                        console.output.print(next_line())
                    return
                if not as_json:
                    ahead.tell(changed=bool(found))
                time.sleep(_PAUSE_S)


def _tell(found: Counter[str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(dict(found), indent=2) + "\n")
        return
    told = ", ".join(f"{count} {state}" for state, count in sorted(found.items()))
    console.output.print(f"{datetime.now(UTC):%H:%M:%S} UTC: {told or 'nothing is due'}")


class Ahead:
    """Says what goes out next: at first, and whenever that has changed."""

    def __init__(self) -> None:
        self._said, self._rounds = "", 0

    def tell(self, *, changed: bool) -> None:
        """Print it if it is something new.

        :param changed: Whether a post has changed since the last time.
        """
        self._rounds += 1
        if self._said and not changed and self._rounds % _LOOK_EVERY:
            return
        line = next_line()
        if line != self._said:
            first = "" if self._said else "Publishing until Ctrl-C. "
            console.output.print(f"{first}{line}")
            self._said = line


def next_line() -> str:
    """Which post goes out next, on its account's clock; what to do where there is none."""
    from clipping.db import queries
    from clipping.publishing import gates
    from tasks.workplace import db_session

    with db_session() as session:
        post = queries.posts.next_reserved(session)
        if post is None:
            return "No post is reserved: clipper plan --client NAME reserves some."
        account = queries.accounts.get_account(session, post.account_id)
        stops = queries.stops.stops_of(session, post)
    at = account.clock(post.next_at or post.due_at)
    line = f"Next: {account.platform} @{account.handle} of {account.client}, {at} ({post.post_id})."
    return f"{line} It will be held: {gates.stopped(stops[0])}" if stops else line
