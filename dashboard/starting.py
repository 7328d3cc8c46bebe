"""Work that takes longer than a page may: begun in a process of its own, and left to it."""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Thread

from clipping.settings import CHECKOUT, settings
from dashboard.door.admission import database_url


def start_change(change_id: str) -> None:
    """Have a change rendered: by a worker where a Prefect server is named, else on this machine.

    What becomes of it stands in the database.
    """
    log = settings().home / "logs" / "changes.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.change", change_id],
            cwd=CHECKOUT,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            # A page, or the whole dashboard, may end before it.
            start_new_session=True,
        )
    # Else it would stay in the table of processes until somebody asked how it ended.
    Thread(target=process.wait, name=f"change {change_id}", daemon=True).start()
