"""Prefect's HTTP API on loopback, as far as the dashboard speaks it."""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PASSWORD = "clipper:a-password-CANARY"
_CLIP_SOURCE = str(uuid.UUID(int=7))


class FakePrefect:
    """Knows one deployment, ``clip-source``, and runs; filters by states and tags as the real one.

    :ivar runs: What was asked to be started of ``clip-source``, by the id of the run; these stand
        as ``states`` says, else they wait.
    :ivar listed: Runs that there are, as its API tells them.
    :ivar started: What was asked to be started of other deployments, by idempotency key.
    :ivar busy: So many times it does not start a run yet, and says 503.
    """

    def __init__(self) -> None:
        self.url = ""
        self.runs: dict[str, dict[str, Any]] = {}
        self.states: dict[str, tuple[str, str]] = {}
        self.deployed = True
        self.status = 200
        self.listed: list[dict[str, Any]] = []
        self.percents: dict[str, float] = {}
        self.started: dict[str, dict[str, Any]] = {}
        self.busy = 0
        self.asked = 0
        self.slow_s = 0.0
        self.answers_nonsense = False

    def add(
        self, name: str, state: str, *clients: str, message: str = "", **told: Any
    ) -> dict[str, Any]:
        """A run that ended, or began, an hour ago."""
        at = datetime.now(UTC) - timedelta(hours=1)
        over = state in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
        run = {
            "id": f"00000000-0000-0000-0000-{len(self.listed):012d}",
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
        self.listed.append(run)
        return run

    def answer(self, path: str, asked: Any) -> tuple[int, Any]:
        """Status and body of an answer.

        :param asked: The body of a POST; None for a GET.
        """
        self.asked += 1
        time.sleep(self.slow_s)
        if self.status != 200:
            return self.status, {}
        if self.busy and path.endswith("/create_flow_run"):
            self.busy -= 1
            return 503, {}
        if self.answers_nonsense:
            return 200, {"detail": "an upgrade is under way"}
        found = self._read(path) if asked is None else self._posted(path, asked)
        return (404, {"detail": "Not Found"}) if found is None else (200, found)

    def _read(self, path: str) -> Any:
        if path == "deployments/name/clip-source/clip-source":
            return {"id": _CLIP_SOURCE} if self.deployed else None
        if path.startswith("flow_runs/"):
            return next((one for one in self.listed if path.endswith(one["id"])), None)
        return None

    def _posted(self, path: str, asked: dict[str, Any]) -> Any:
        if path == f"deployments/{_CLIP_SOURCE}/create_flow_run":
            return self._clip(asked)
        if path.startswith("deployments/") and path.endswith("/create_flow_run"):
            made = {**asked, "id": "new", "state_type": "SCHEDULED", "deployment_id": "dep-1"}
            return self.started.setdefault(asked["idempotency_key"], made)
        if path == "flow_runs/filter":
            if "id" in asked["flow_runs"]:
                known = [run for run in asked["flow_runs"]["id"]["any_"] if run in self.runs]
                return [self._told(run) for run in known]
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
        return None

    def _clip(self, asked: dict[str, Any]) -> dict[str, str]:
        for run_id, made in self.runs.items():
            if made["idempotency_key"] == asked["idempotency_key"]:
                return {"id": run_id}
        run_id = str(uuid.uuid4())
        self.runs[run_id] = asked
        return {"id": run_id}

    def _told(self, run_id: str) -> dict[str, Any]:
        kind, message = self.states.get(run_id, ("SCHEDULED", ""))
        return {"id": run_id, "state_type": kind, "state": {"type": kind, "message": message}}

    def _found(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = asked["flow_runs"]
        states = wanted["state"]["type"]["any_"]
        tags = wanted.get("tags", {}).get("any_")
        return [
            run
            for run in reversed(self.listed)
            if run["state_type"] in states and (tags is None or set(tags) & set(run["tags"]))
        ]

    @contextmanager
    def serving(self) -> Iterator[FakePrefect]:
        """At ``url`` while the block runs."""
        fake = self
        wanted = "Basic " + base64.b64encode(PASSWORD.encode()).decode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(None)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self._answer(json.loads(self.rfile.read(length) or b"{}"))

            def _answer(self, asked: Any) -> None:
                status: int = 401
                told: Any = {}
                if self.headers.get("Authorization") == wanted:
                    status, told = fake.answer(self.path.removeprefix("/api/"), asked)
                content = json.dumps(told).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # Who asked has stopped waiting.

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.block_on_close = False
        how = {"poll_interval": 0.01}
        thread = threading.Thread(target=server.serve_forever, kwargs=how, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/api"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
