"""Batches of the Claude API on loopback: they end when the test says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.claude_protocol import Refused

if TYPE_CHECKING:
    from tests.support.claude import FakeClaude

_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def _all_succeed(_custom_id: str) -> str:
    return "succeeded"


class Batches:
    """All that were ever made, the newest last."""

    def __init__(self, claude: FakeClaude) -> None:
        self._claude = claude
        self.made: dict[str, dict[str, Any]] = {}
        self.requests: dict[str, list[dict[str, Any]]] = {}
        self.results: dict[str, list[dict[str, Any]]] = {}
        self.fate: Callable[[str], str] = _all_succeed
        """``succeeded``, ``errored``, ``expired`` or an error's type, by custom id."""
        self.ends_after_s: float | None = None
        """Seconds that a batch takes; with None, :meth:`end_all` ends it."""

    def end_all(self) -> None:
        """Come to every question that waits."""
        self._end_older_than(0.0)

    def _end_older_than(self, seconds: float) -> None:
        latest = self._now() - timedelta(seconds=seconds)
        for batch_id, batch in self.made.items():
            waits = batch["processing_status"] != "ended"
            if waits and datetime.fromisoformat(batch["created_at"]) <= latest:
                self._end(batch_id)

    def custom_ids(self) -> list[str]:
        """Of all questions that were ever taken."""
        return [one["custom_id"] for asked in self.requests.values() for one in asked]

    def serve(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """The API's answer; Refused when it is an error."""
        if self.ends_after_s is not None:
            self._end_older_than(self.ends_after_s)
        batch_id, _, act = path.removeprefix("/v1/messages/batches").strip("/").partition("/")
        if not batch_id:
            return self._create(body) if method == "POST" else self._list(query)
        if batch_id not in self.made:
            raise Refused(404, "not_found_error", f"No such batch: {batch_id}")
        if method == "DELETE":
            del self.made[batch_id]
            return {"id": batch_id, "type": "message_batch_deleted"}
        if act == "cancel":
            self.fate = lambda _custom_id: "canceled"
            self._end(batch_id)
        if act == "results":
            return self._lines(batch_id)
        return self.made[batch_id]

    def _create(self, body: Any) -> dict[str, Any]:
        asked = body["requests"]
        ids = [one["custom_id"] for one in asked]
        if not ids or len(set(ids)) != len(ids):
            raise Refused(400, "invalid_request_error", "requests: custom_id must be unique")
        if not all(_CUSTOM_ID.fullmatch(one) for one in ids):
            raise Refused(400, "invalid_request_error", "custom_id: String should match pattern")
        batch_id, now = self._claude.next_id("msgbatch"), self._now()
        self.requests[batch_id] = asked
        self.made[batch_id] = {
            "id": batch_id,
            "type": "message_batch",
            "processing_status": "in_progress",
            "request_counts": _counts(processing=len(asked)),
            "created_at": now.isoformat(),
            "expires_at": (now + timedelta(hours=24)).isoformat(),
            "ended_at": None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": None,
        }
        return self.made[batch_id]

    def _end(self, batch_id: str) -> None:
        results = [self._result(one) for one in self.requests[batch_id]]
        counts = _counts()
        for one in results:
            counts[one["result"]["type"]] += 1
        # In no order that anybody could rely on.
        self.results[batch_id] = results[::-1]
        self.made[batch_id] |= {
            "processing_status": "ended",
            "ended_at": self._now().isoformat(),
            "request_counts": counts,
            "results_url": f"{self._claude.url}/v1/messages/batches/{batch_id}/results",
        }

    def _result(self, request: dict[str, Any]) -> dict[str, Any]:
        fate, custom_id = self.fate(request["custom_id"]), request["custom_id"]
        if fate in ("canceled", "expired"):
            return {"custom_id": custom_id, "result": {"type": fate}}
        kind, said = fate, "Not now."
        if fate == "succeeded":
            try:
                message = self._claude.message(request["params"], tier="batch")
            except Refused as error:
                kind, said = error.kind, error.message
            else:
                result = {"type": "succeeded", "message": message}
                return {"custom_id": custom_id, "result": result}
        told = {"type": "error", "error": {"type": kind, "message": said, "details": None}}
        return {"custom_id": custom_id, "result": {"type": "errored", "error": told}}

    def _lines(self, batch_id: str) -> bytes:
        if self.made[batch_id]["processing_status"] != "ended":
            raise Refused(404, "not_found_error", "The batch has not ended.")
        return b"".join(json.dumps(one).encode() + b"\n" for one in self.results[batch_id])

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        listed = list(self.made.values())[::-1]
        ids = [one["id"] for one in listed]
        if "after_id" in query:
            listed = listed[ids.index(query["after_id"]) + 1 :]
        page = listed[: int(query.get("limit", 20))]
        return {
            "data": page,
            "has_more": len(listed) > len(page),
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
        }

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._claude.now(), UTC)


def _counts(processing: int = 0) -> dict[str, int]:
    return {"processing": processing, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
