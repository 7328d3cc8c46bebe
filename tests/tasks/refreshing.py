"""Processes that want into the same account at once; run by ``test_tokens.py``.

Reads orders as lines of JSON; each forks some processes, which print what came of it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from typing import Any

from clipping.db import queries
from clipping.errors import ClippingError
from clipping.models import Account
from clipping.platforms.oauth import OAUTH, OAuth
from tasks import tokens
from tests.support.oauth import APPS


def oauth_for(account: Account, _proxy: object, hosts: Any) -> OAuth:
    """The fake."""
    kind = OAUTH[account.platform, account.login_path]
    name = account.login_path or account.platform.value
    return kind(APPS[name], hosts=hosts[name])


def _go_in(order: dict[str, Any]) -> str:
    if order.get("die"):
        # The answer is there, and nothing of it is stored.
        queries.tokens.save_tokens = lambda *_arguments: os.kill(os.getpid(), signal.SIGKILL)
    try:
        access = tokens.access_to(
            order["account_id"],
            datetime.fromisoformat(order["now"]),
            oauth_for=lambda account, proxy: oauth_for(account, proxy, order["hosts"]),
        )
    except ClippingError as error:
        return f"{type(error).__name__}: {error}"
    return access.token.get_secret_value()


def main() -> None:
    """Fork what is ordered, until there are no more orders."""
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        children, said = [], []
        for _ in range(order["count"]):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.write(writing, _go_in(order).encode())
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
