"""Publishers that post in a browser, killed for good; run by ``test_publishing_in_browser.py``.

Reads orders as lines of JSON; each forks one process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from typing import Any

from clipping.models import PlatformName, Post, Stage
from clipping.platforms.browser.posting import TikTokInBrowser
from tasks.posting import Publisher
from tests.support.chromium import QUICK


class MortalPublisher(Publisher):
    """Dies before or after it stores a post that came from a stage, or to one."""

    dies: tuple[str, Stage] = ("", Stage.NEW)

    def _save(self, before: Post, after: Post, *args: Any, **options: Any) -> bool:
        when, stage = self.dies
        if when == "before what follows" and before.receipt.stage is stage:
            os.kill(os.getpid(), signal.SIGKILL)
        saved = super()._save(before, after, *args, **options)
        if when == "after" and after.receipt.stage is stage:
            os.kill(os.getpid(), signal.SIGKILL)
        return saved


def _publish(order: dict[str, Any]) -> None:
    now = datetime.fromisoformat(order["now"])
    posting = TikTokInBrowser(origin=order["origin"], patience=QUICK)
    publisher = MortalPublisher(
        {}, now=lambda: now, browsers=lambda: {PlatformName.TIKTOK: posting}, threads=1
    )
    publisher.dies = (order["when"], Stage(order["stage"]))
    publisher.round()


def main() -> None:
    """Fork what is ordered, until there are no more orders."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _publish(json.loads(line))
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
