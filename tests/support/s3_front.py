"""What stands between a store and its S3 server: it counts, checks what S3 checks, and breaks.

moto takes any body under any checksum; S3 refuses one that is not what the request says. The front
does so in its place.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_OPERATIONS = {
    ("PUT", "uploadId"): "UploadPart",
    ("GET", "uploadId"): "ListParts",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("POST", "uploads"): "CreateMultipartUpload",
    ("GET", "uploads"): "ListMultipartUploads",
    ("GET", "list-type"): "ListObjectsV2",
    ("PUT", ""): "PutObject",
    ("GET", ""): "GetObject",
    ("HEAD", ""): "HeadObject",
    ("DELETE", ""): "DeleteObject",
}


@dataclass
class Request:
    """A request that came in, and what went out for it."""

    operation: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body_bytes: int
    status: int = 0
    reply_bytes: int = 0


@dataclass
class Fault:
    """What befalls requests of one operation, after ``skip`` of them, ``times`` times."""

    operation: str
    skip: int = 0
    times: int = 1
    status: int = 0
    """An answer of S3 itself with this status and ``code``."""

    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    drop: bool = False
    """No answer: the connection is closed."""

    cut_reply_after: int | None = None
    pause_reply_after: int | None = None
    flip_reply_byte: int | None = None
    flip_request_byte: int | None = None
    wait: threading.Event | None = None
    """What a paused reply, or a request that will be dropped, waits for."""

    meanwhile: Callable[[], None] | None = None
    """Called before the request is passed on."""


class Front:
    """The proxy's state; ``requests`` is in the order in which they came in."""

    def __init__(self, port: int) -> None:
        self.upstream = port
        self.url = ""
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.checks = True
        self.lock = threading.Lock()

    def forget(self) -> None:
        """As if nothing had happened yet."""
        with self.lock:
            self.requests, self.faults, self.checks = [], [], True

    def fail(self, operation: str, **what: Any) -> Fault:
        fault = Fault(operation, **what)
        self.faults.append(fault)
        return fault

    def of(self, operation: str) -> list[Request]:
        """What came in, in order."""
        with self.lock:
            return [request for request in self.requests if request.operation == operation]

    def count(self, operation: str) -> int:
        with self.lock:
            return sum(request.operation == operation for request in self.requests)

    def sent(self, operation: str) -> int:
        """Bytes that came in with these requests."""
        with self.lock:
            return sum(one.body_bytes for one in self.requests if one.operation == operation)

    def fetched(self) -> int:
        """Bytes of files that went out."""
        with self.lock:
            return sum(one.reply_bytes for one in self.requests if one.operation == "GetObject")

    def meet(self, request: Request) -> Fault | None:
        with self.lock:
            self.requests.append(request)
            for fault in self.faults:
                if fault.operation not in (request.operation, "*") or fault.times == 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None


@contextmanager
def serving(upstream: int) -> Iterator[Front]:
    """A front before the S3 server on that port of this machine."""
    front = Front(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(front))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    front.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield front
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.front = front
    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Or a body waits 40 ms for the client to acknowledge the headers.
    disable_nagle_algorithm = True
    front: Front

    def log_message(self, *_: Any) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            # The client is gone, killed perhaps.
            self.close_connection = True

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = self._request(len(body))
        fault = self.front.meet(request) or Fault("")
        if fault.meanwhile is not None:
            fault.meanwhile()
        if fault.drop:
            if fault.wait is not None:
                fault.wait.wait(60)
            self.close_connection = True
            return
        if fault.flip_request_byte is not None:
            body = _flipped(body, fault.flip_request_byte)
        status, headers, content = self._outcome(request, fault, body)
        if fault.flip_reply_byte is not None:
            content = _flipped(content, fault.flip_reply_byte)
        request.status = status
        self._reply(request, fault, headers, content)

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _request(self, size: int) -> Request:
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        mark = next((name for name in ("uploadId", "uploads", "list-type") if name in query), "")
        operation = _OPERATIONS.get((self.command, mark), "")
        if operation == "HeadObject" and "/" not in url.path.strip("/"):
            operation = "HeadBucket"
        return Request(operation, unquote(url.path), query, dict(self.headers.items()), size)

    def _outcome(
        self, request: Request, fault: Fault, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        refused = _mismatch(request.headers, body)
        if fault.status:
            content = fault.body if fault.body is not None else _error(fault.code)
            return fault.status, fault.headers, content if self.command != "HEAD" else b""
        if refused and self.front.checks:
            return 400, {}, _error(refused)
        connection = http.client.HTTPConnection("127.0.0.1", self.front.upstream, timeout=60)
        try:
            passed = {name: value for name, value in self.headers.items() if name != "Expect"}
            connection.request(self.command, self.path, body, passed)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()

    def _reply(
        self, request: Request, fault: Fault, headers: dict[str, str], content: bytes
    ) -> None:
        self.send_response_only(request.status)
        kept = {
            name.lower(): value
            for name, value in headers.items()
            if name.lower() not in {"connection", "transfer-encoding", "server", "date"}
        }
        length = kept.get("content-length", "0") if self.command == "HEAD" else str(len(content))
        for name, value in {**kept, "content-length": length}.items():
            self.send_header(name, value)
        self.end_headers()
        stop = fault.cut_reply_after if fault.cut_reply_after is not None else len(content)
        pause = fault.pause_reply_after
        if pause is not None and fault.wait is not None:
            self._write(request, content[:pause])
            fault.wait.wait(60)
            self._write(request, content[pause:stop])
        else:
            self._write(request, content[:stop])
        if stop < len(content):
            self.close_connection = True

    def _write(self, request: Request, content: bytes) -> None:
        if self.command != "HEAD":
            # Before: who has read it may look at once.
            request.reply_bytes += len(content)
            self.wfile.write(content)
            self.wfile.flush()


def _mismatch(headers: dict[str, str], body: bytes) -> str:
    """S3's code for a body that is not the one that was signed, or of another checksum."""
    given = {name.lower(): value for name, value in headers.items()}
    digest = hashlib.sha256(body)
    if given.get("x-amz-checksum-sha256", "") not in (
        "",
        base64.b64encode(digest.digest()).decode(),
    ):
        return "BadDigest"
    if given.get("x-amz-content-sha256", "") != digest.hexdigest():
        return "XAmzContentSHA256Mismatch"
    return ""


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _error(code: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code>'
        "<Message>m</Message></Error>"
    ).encode()
