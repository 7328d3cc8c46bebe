"""Somebody who is told of alarms, over HTTP on loopback, as Apprise's ``json://`` asks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hook-token-CANARY"


class FakeApprise:
    """Takes messages, or refuses them."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.status = 200
        self.address = ""

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.taken]

    @contextmanager
    def serving(self) -> Iterator[FakeApprise]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if fake.status == 200:
                    fake.taken.append(json.loads(body))
                self.send_response(fake.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.address = f"json://127.0.0.1:{server.server_port}/{TOKEN}"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
