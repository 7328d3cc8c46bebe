"""A Prefect server for one command, gone when the command is: ``python -m flows.private_server``.

Prefect's own temporary server takes longer to start and outlives a parent that is killed. This
one imports itself, waits for a line on its standard input, prints its port, then serves until the
input closes, which the kernel sees to whatever happens to the parent.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading

# Read by Prefect when it is imported: no pages, no schedules, only what a run in process needs.
os.environ["PREFECT__SERVER_EPHEMERAL"] = "1"
os.environ["PREFECT__SERVER_FINAL"] = "1"
os.environ["PREFECT_UI_ENABLED"] = "0"


def _leave_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main() -> None:
    """Import the server, wait for the word, then serve on a free port until the parent goes."""
    # Nothing that imports leave is garbage: a tenth of their time goes into looking for it.
    gc.disable()
    import uvicorn
    from prefect.server.api.server import create_app

    from flows.sqlite_turns import take_turns

    take_turns()
    if not sys.stdin.buffer.readline():
        return
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(create_app(ephemeral=True, final=True), log_level="error")
    gc.freeze()
    gc.enable()
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
