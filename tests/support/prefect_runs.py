"""A fake of the part of Prefect's API that the pages ask, over HTTP on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

AUTH = "Basic Y2xpcHBlcjpzZWNyZXQ="
"""Of ``clipper:secret``."""


class FakePrefect:
    """Runs, as its API tells them; filters by states and tags as the real one does."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.percents: dict[str, float] = {}
        self.started: dict[str, dict[str, Any]] = {}
        """What was asked to be started, by idempotency key."""
        self.asked = 0
        self.slow_s = 0.0
        self.answers_nonsense = False
        self.url = ""

    def add(
        self, name: str, state: str, *clients: str, message: str = "", **told: Any
    ) -> dict[str, Any]:
        """A run that ended, or began, an hour ago."""
        at = datetime.now(UTC) - timedelta(hours=1)
        over = state in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        run = {
            "id": f"00000000-0000-0000-0000-{len(self.runs):012d}",
            "name": name,
            "state_type": state,
            "state_name": state.title(),
            "state": {"type": state, "message": message},
            "tags": ["stage:clip", *(f"client:{client}" for client in clients)],
            "start_time": None if state == "SCHEDULED" else at.isoformat(),
            "end_time": (at + timedelta(minutes=12)).isoformat() if over else None,
            "expected_start_time": at.isoformat(),
            "deployment_id": "dep-1",
            "parent_task_run_id": None,
            "parameters": {"location": "/talks/1.mp4"},
            **told,
        }
        self.runs.append(run)
        return run

    def answer(self, path: str, asked: Any) -> Any:
        """What the API says; None for what it does not have."""
        self.asked += 1
        time.sleep(self.slow_s)
        if self.answers_nonsense:
            return {"detail": "an upgrade is under way"}
        if path == "flow_runs/filter":
            return self._found(asked)[: asked["limit"]]
        if path == "flow_runs/count":
            return len(self._found(asked))
        if path == "artifacts/filter":
            wanted = asked["artifacts"]["flow_run_id"]["any_"]
            return [
                {"flow_run_id": run_id, "data": percent}
                for run_id, percent in self.percents.items()
                if run_id in wanted
            ]
        if path.startswith("flow_runs/"):
            return next((one for one in self.runs if path.endswith(one["id"])), None)
        if path.startswith("deployments/") and path.endswith("/create_flow_run"):
            return self.started.setdefault(
                asked["idempotency_key"],
                {**asked, "id": "new", "state_type": "SCHEDULED", "deployment_id": "dep-1"},
            )
        return None

    def _found(self, asked: Any) -> list[dict[str, Any]]:
        wanted = asked["flow_runs"]
        states = wanted["state"]["type"]["any_"]
        tags = wanted.get("tags", {}).get("any_")
        return [
            run
            for run in reversed(self.runs)
            if run["state_type"] in states and (tags is None or set(tags) & set(run["tags"]))
        ]


@contextmanager
def fake_prefect() -> Iterator[FakePrefect]:
    """The fake, at its ``url`` while the block runs."""
    fake = FakePrefect()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            self._answer(json.loads(self.rfile.read(length)))

        def _answer(self, asked: Any) -> None:
            found = None
            status = 401
            if self.headers.get("authorization") == AUTH:
                found = fake.answer(self.path.removeprefix("/api/"), asked)
                status = 404 if found is None else 200
            body = json.dumps(found).encode()
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # Who asked has stopped waiting.

        def log_message(self, *_told: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/api"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
