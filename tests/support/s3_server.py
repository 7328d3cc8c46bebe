"""moto's S3 over HTTP in a process of its own: prints its port, ends when its input does."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from moto import backends
    from moto.server import ThreadedMotoServer

    # It would look through its own folder for every request.
    services = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    sys.stdout.write(f"{server.get_host_and_port()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
