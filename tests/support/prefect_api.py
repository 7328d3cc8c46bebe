"""Prefect's HTTP API on loopback, as far as the dashboard speaks it."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PASSWORD = "clipper:a-password-CANARY"
_DEPLOYMENT = str(uuid.UUID(int=7))


class FakePrefect:
    """Knows one deployment, ``clip-source``; runs stand as a test says, else they wait."""

    def __init__(self) -> None:
        self.url = ""
        self.runs: dict[str, dict[str, Any]] = {}
        """What runs were made with, by their id."""
        self.states: dict[str, tuple[str, str]] = {}
        self.deployed = True
        self.status = 200

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {}
        if (method, path) == ("GET", "/api/deployments/name/clip-source/clip-source"):
            return (200, {"id": _DEPLOYMENT}) if self.deployed else (404, {"detail": "none"})
        if (method, path) == ("POST", f"/api/deployments/{_DEPLOYMENT}/create_flow_run"):
            for run_id, made in self.runs.items():
                if made["idempotency_key"] == body["idempotency_key"]:
                    return 200, {"id": run_id}
            run_id = str(uuid.uuid4())
            self.runs[run_id] = body
            return 201, {"id": run_id}
        if (method, path) == ("POST", "/api/flow_runs/filter"):
            known = [run for run in body["flow_runs"]["id"]["any_"] if run in self.runs]
            return 200, [self._told(run) for run in known]
        return 404, {"detail": "Not Found"}

    def _told(self, run_id: str) -> dict[str, Any]:
        kind, message = self.states.get(run_id, ("SCHEDULED", ""))
        return {"id": run_id, "state_type": kind, "state": {"type": kind, "message": message}}

    @contextmanager
    def serving(self) -> Iterator[FakePrefect]:
        fake = self
        wanted = "Basic " + base64.b64encode(PASSWORD.encode()).decode()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                status: int = 401
                told: Any = {}
                if self.headers.get("Authorization") == wanted:
                    status, told = fake.answer(self.command, self.path, body)
                content = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/api"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
