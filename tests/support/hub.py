"""The Hugging Face hub on loopback: as much of it as a download of a model's files asks for."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes, dict[str, str]]

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub:
    """Serves the files of one repository; may answer everything with one status instead."""

    def __init__(self, repository: str, files: Mapping[str, bytes]) -> None:
        self.repository = repository
        self.files = dict(files)
        self.status: int | None = None
        self.broken: set[str] = set()
        """Names of files that cannot be had just now."""
        self.asked: list[tuple[str, str]] = []
        """Method and path of every request."""
        self.headers: list[dict[str, str]] = []
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator[FakeHub]:
        """Answer at :attr:`url` while the block runs."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, path: str) -> Answer:
        """Status, body and headers for a path."""
        if self.status is not None:
            return self.status, b"{}", {"Content-Type": "application/json"}
        api = f"/api/models/{self.repository}"
        if path.startswith(f"/{self.repository}/resolve/"):
            return self._file(path.rsplit("/", 1)[-1])
        if path.startswith(f"{api}/tree/"):
            return _json([self._entry(name) for name in self.files])
        if path == api or path.startswith(f"{api}/revision/"):
            siblings = [{"rfilename": name} for name in self.files]
            return _json({"id": self.repository, "sha": COMMIT, "siblings": siblings})
        return 404, b"{}", {"X-Error-Code": "RepoNotFound"}

    def _file(self, name: str) -> Answer:
        if name not in self.files:
            return 404, b"{}", {"X-Error-Code": "EntryNotFound"}
        if name in self.broken:
            # Not 503, which the client would ask again for half a minute.
            return 410, b"", {}
        data = self.files[name]
        return 200, data, {"ETag": f'"{_etag(data)}"', "X-Repo-Commit": COMMIT}

    def _entry(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        return {"type": "file", "path": name, "size": len(data), "oid": _etag(data)}


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing on stderr."""

        def _answer(self, *, with_body: bool) -> None:
            path = self.path.split("?")[0]
            hub.asked.append((self.command, path))
            hub.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, body, headers = hub.answer(path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    return Handler


def _json(value: Any) -> Answer:
    return 200, json.dumps(value).encode(), {"Content-Type": "application/json"}


def _etag(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()
