"""Claude on loopback: the API's messages, token counts and batches, for the real SDK to speak to.

What it answers is up to the test, from what it was asked::

    with FakeClaude(lambda asked: {"moments": [...]}).serving() as claude:
        api = Api(SecretStr(claude.key), url=claude.url)
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Literal

from tests.support import claude_protocol
from tests.support.claude_batches import Batches
from tests.support.claude_protocol import (
    PromptCache,
    Refused,
    blocks,
    check_message,
    least_instance,
    prompt_tokens,
    tokens,
)

Asked = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the model says; longer than it may be, it is cut off where its tokens end."""

    text: str
    stop_reason: str = "end_turn"
    category: str | None = None
    """Of a refusal."""
    thinking: str = ""


Answering = Callable[[Asked], Answer | str | dict[str, Any]]


@dataclass(frozen=True)
class Fault:
    """What happens to a request instead of, or beside, being answered."""

    status: int = 0
    """The API answers with this error and does nothing; 0 for none."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """Sent instead of what the API would say."""
    cut: Literal["", "before", "after", "within"] = ""
    """The connection ends before the request is served, after that, or within the answer."""
    wait: threading.Event | None = None
    """The answer comes when it is set, or after ten seconds."""

    @property
    def name(self) -> str:
        """For the list of tests."""
        return f"{self.status or self.cut or self.body!r}"


_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def prompt_of(asked: Asked) -> str:
    """All text of the prompt."""
    return "\n".join(block["text"] for block in blocks(asked))


def _least(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = least_instance(asked["output_config"]["format"]["schema"])
    return found


class FakeClaude:
    """The API; counts what it was asked and what it would bill."""

    key = "sk-ant-test-key"

    def __init__(self, answering: Answering = _least) -> None:
        self.url = ""
        self._turn = threading.RLock()
        self.answering = answering
        self.forget()
        self.answering = answering

    def forget(self) -> None:
        """Be as new, at the same address."""
        self.answering = _least
        self.cache = PromptCache()
        self.batches = Batches(self)
        self.asked: list[tuple[str, str]] = []
        """Method and path of every request."""
        self.prompts: list[Asked] = []
        """Of every message that was answered, in a batch or not."""
        self.billed: list[dict[str, Any]] = []
        """Usage of every message that was answered, whether or not the answer arrived."""
        self.now: Callable[[], float] = time.time
        self._faults: list[tuple[str, Fault]] = []
        self._numbers = itertools.count(1)

    def fail(self, *faults: Fault, path: str = "/v1/messages") -> None:
        """The next requests of this path meet these, one each."""
        self._faults += [(path, fault) for fault in faults]

    def count(self, method: str, path: str) -> int:
        """How many such requests there were."""
        return self.asked.count((method, path))

    @contextmanager
    def serving(self) -> Iterator[FakeClaude]:
        """Answer at :attr:`url` while the block runs."""
        server = _Server(("127.0.0.1", 0), type("_OurHandler", (_Handler,), {"claude": self}))
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def next_id(self, prefix: str) -> str:
        """An id that was not given before."""
        return f"{prefix}_{next(self._numbers):024d}"

    def fault_of(self, path: str) -> Fault:
        """What this request meets."""
        with self._turn:
            for place, (wanted, fault) in enumerate(self._faults):
                if wanted == path:
                    del self._faults[place]
                    return fault
        return Fault()

    def serve(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """The API's answer; Refused when it is an error."""
        with self._turn:
            if path == "/v1/messages" and method == "POST":
                return self.message(body)
            if path == "/v1/messages/count_tokens" and method == "POST":
                check_message(body, counting=True)
                return {"input_tokens": prompt_tokens(body)}
            if path.startswith("/v1/messages/batches"):
                return self.batches.serve(method, path, query, body)
        raise Refused(404, "not_found_error", f"Not found: {method} {path}")

    def message(self, asked: Asked, *, tier: str = "standard") -> dict[str, Any]:
        """A message, billed."""
        check_message(asked)
        said = self.answering(asked)
        if isinstance(said, dict):
            said = json.dumps(said, ensure_ascii=False)
        answer = Answer(said) if isinstance(said, str) else said
        text, stop = answer.text, answer.stop_reason
        room = asked["max_tokens"] - tokens(answer.thinking)
        if tokens(text) > room:
            kept = int(max(0, room) * claude_protocol.bytes_per_token)
            text, stop = text.encode()[:kept].decode(errors="ignore"), "max_tokens"
        usage = {
            **self.cache.usage(asked, self.now()),
            "output_tokens": tokens(text) + tokens(answer.thinking),
            "service_tier": tier,
        }
        self.prompts.append(asked)
        self.billed.append({"model": asked["model"], **usage})
        refused = {"type": "refusal", "category": answer.category, "explanation": None}
        content = [{"type": "text", "text": text}] if text else []
        if answer.thinking:
            thought = {"type": "thinking", "thinking": answer.thinking, "signature": "c2ln"}
            content = [thought, *content]
        return {
            "id": self.next_id("msg"),
            "type": "message",
            "role": "assistant",
            "model": asked["model"],
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "stop_details": refused if stop == "refusal" else None,
            "usage": usage,
        }


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message, "details": None}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who no longer waits for an answer is no error."""


class _Handler(BaseHTTPRequestHandler):
    claude: ClassVar[FakeClaude]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing on stderr."""

    def _answer(self) -> None:
        path, _, asked_for = self.path.partition("?")
        query = dict(part.split("=", 1) for part in asked_for.split("&") if "=" in part)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.claude.asked.append((self.command, path))
        fault = self.claude.fault_of(path)
        if fault.cut == "before":
            self.close_connection = True
            return
        status, said = self._served(fault, path, query, json.loads(body) if body else None)
        if fault.wait is not None:
            fault.wait.wait(10)
        if fault.cut == "after":
            self.close_connection = True
            return
        self._send(status, said if fault.body is None else fault.body, fault)

    def _served(
        self, fault: Fault, path: str, query: dict[str, str], body: Any
    ) -> tuple[int, bytes]:
        try:
            self._check_headers()
            if fault.status:
                kind = _KINDS.get(fault.status, "api_error")
                raise Refused(fault.status, kind, f"A fault of kind {fault.status}.")
            found = self.claude.serve(self.command, path, query, body)
        except Refused as error:
            return error.status, json.dumps(_error(error.kind, error.message)).encode()
        return 200, found if isinstance(found, bytes) else json.dumps(found).encode()

    def _check_headers(self) -> None:
        given = self.headers.get("X-Api-Key") or self.headers.get("Authorization") or ""
        if given.removeprefix("Bearer ") != self.claude.key:
            raise Refused(401, "authentication_error", "invalid x-api-key")
        if not self.headers.get("anthropic-version"):
            raise Refused(400, "invalid_request_error", "anthropic-version: header is required")

    def _send(self, status: int, body: bytes, fault: Fault) -> None:
        self.send_response(status)
        lines = self.path.partition("?")[0].endswith("/results") and status == 200
        self.send_header("Content-Type", "application/x-jsonl" if lines else "application/json")
        self.send_header("request-id", self.claude.next_id("req"))
        for name, value in fault.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault.cut == "within":
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)
