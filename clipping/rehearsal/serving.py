"""A fake of a platform over HTTP on loopback: its routes, its scripted faults, its server.

A fake is a class with a method for each route::

    class FakeThing(FakeService):
        platform = PlatformName.X

        @route("POST", "/2/media/upload/{media_id}/append")
        def append(self, request: Request) -> Reply:
            ...
            return Reply.json({"data": {}})

    with FakeThing(World()).serving() as fake:
        fake.fail(Fault(cut="after"), on="POST /2/tweets")
        ...  # the client under test, at fake.url
"""

from __future__ import annotations

import inspect
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar, Literal, Self, TypeVar
from urllib.parse import parse_qsl

from clipping.models import PlatformName
from clipping.rehearsal.world import World


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    part_of: int | None = None
    """How many bytes were announced, when the connection was cut before they had all arrived."""
    at: Mapping[str, str] = field(default_factory=dict)
    """What stood in the path where its route has names in braces."""

    def json(self) -> dict[str, Any]:
        """The body's object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def form(self) -> dict[str, str]:
        """The body's fields when it is url-encoded."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def bearer(self, scheme: str = "Bearer") -> str:
        """The token of the Authorization header; empty when it has none of this scheme."""
        given, _, token = self.headers.get("authorization", "").partition(" ")
        return token if given == scheme else ""


@dataclass(frozen=True)
class Reply:
    """What the platform answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> Reply:
        """An answer in JSON; headers by their names with underscores for hyphens."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(
            status, json.dumps(value).encode(), {"Content-Type": "application/json", **named}
        )


class Answered(Exception):
    """Raised within a route to answer at once, mostly with a refusal."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True)
class Fault:
    """What happens to a request instead of, or beside, being answered."""

    status: int = 0
    """Answered with this status instead of being served; 0 for none."""
    body: bytes | None = None
    """Sent instead of what the platform would say."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent besides."""
    served: bool = False
    """With ``status``: the request takes effect all the same, and its answer is lost."""
    cut: Literal["", "before", "after"] = ""
    """The connection ends before the request takes effect, or after that without an answer."""
    keep_bytes: int | None = None
    """Only so many bytes of the body arrive, and then the connection ends."""
    delay_s: float = 0.0
    """The answer comes so much later, in real time."""
    kills: bool = False
    """With ``cut``: whoever asked is dead from then on (:attr:`World.dead`)."""


Chance = Callable[[str, int], Fault | None]
"""What happens to the n-th request (from 1) of a route, None for nothing."""

_Handling = TypeVar("_Handling", bound=Callable[..., Reply])


def route(method: str, path: str, *, in_part: bool = False) -> Callable[[_Handling], _Handling]:
    """Make a method of a fake answer requests to this path.

    :param path: With names in braces for what varies: ``/2/users/{user}/tweets``.
    :param in_part: Also called with what arrived of a body that was cut off, its answer unread.
    """

    def mark(handling: _Handling) -> _Handling:
        marks: list[tuple[str, str, bool]] = getattr(handling, "routes", [])
        handling.__dict__["routes"] = [*marks, (method, path, in_part)]
        return handling

    return mark


@dataclass(frozen=True)
class _Route:
    name: str
    method: str
    pattern: re.Pattern[str]
    handling: Callable[[Request], Reply]
    in_part: bool


class FakeService:
    """Base of the fakes.

    :ivar url: Where it answers, while it serves.
    :ivar asked: The route of every request so far, as ``POST /2/tweets``.
    :ivar chance: Faults beside the scripted ones, for those who throw dice.
    """

    platform: ClassVar[PlatformName]

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.url = ""
        self.asked: list[str] = []
        self.chance: Chance | None = None
        self._counts: Counter[str] = Counter()
        self._scripted: dict[tuple[str, int], Fault] = {}
        self._routes = _routes_of(self)

    def fail(self, *faults: Fault, on: str = "", at: int = 1) -> None:
        """From the ``at``-th request on, counted from now, these faults meet one request each.

        :param on: Only requests of this route count; empty for all.
        """
        with self.world.turn:
            for number, fault in enumerate(faults, self.count(on) + at):
                self._scripted[on, number] = fault

    def count(self, name: str = "") -> int:
        """How many requests there were, of this route or of all."""
        return self._counts[name] if name else len(self.asked)

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """Answer at :attr:`url` while the block runs."""
        server = _Server(("127.0.0.1", 0), type("_OurHandler", (_Handler,), {"fake": self}))
        thread = Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def settle(self) -> None:
        """Let happen what is due by now; done before every request is served."""

    def no_route(self, request: Request) -> Reply:
        """The platform's answer to a path that it does not have."""
        return Reply.json({"error": f"no such path: {request.method} {request.path}"}, 404)

    def find(self, request: Request) -> tuple[_Route | None, Request]:
        """The route of a request, and the request with what its path holds."""
        for one in self._routes:
            found = one.pattern.fullmatch(request.path) if one.method == request.method else None
            if found is not None:
                return one, replace(request, at=found.groupdict())
        return None, request

    def met(self, name: str) -> Fault:
        """What the request that has just come meets; it is counted with this."""
        with self.world.turn:
            self.asked.append(name)
            self._counts[name] += 1
            if self.world.dead:
                return Fault(cut="before")
            for on in (name, ""):
                scripted = self._scripted.pop((on, self.count(on)), None)
                if scripted is not None:
                    return scripted
            thrown = self.chance(name, self.count(name)) if self.chance else None
            return thrown or Fault()

    def serve(self, found: _Route | None, request: Request) -> Reply:
        """The answer, with all its effects."""
        with self.world.turn:
            self.settle()
            try:
                return self.no_route(request) if found is None else found.handling(request)
            except Answered as answered:
                return answered.reply


def _routes_of(fake: FakeService) -> list[_Route]:
    found = []
    for _, handling in inspect.getmembers(fake, inspect.ismethod):
        for method, path, in_part in getattr(handling, "routes", []):
            pattern = re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
            found.append(_Route(f"{method} {path}", method, pattern, handling, in_part))
    # The most exact comes first, whatever its method is called.
    return sorted(found, key=lambda one: one.pattern.groups)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who no longer waits for an answer is no error."""


class _Handler(BaseHTTPRequestHandler):
    fake: ClassVar[FakeService]
    protocol_version = "HTTP/1.1"
    # An answer goes out in two writes, and the second must not wait for the first's receipt.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing on stderr."""

    def _answer(self) -> None:
        path, _, asked_for = self.path.partition("?")
        query = dict(parse_qsl(asked_for, keep_blank_values=True))
        headers = {name.lower(): text for name, text in self.headers.items()}
        found, request = self.fake.find(Request(self.command, path, query, headers, b""))
        fault = self.fake.met(found.name if found else f"{self.command} {path}")
        announced = int(headers.get("content-length", 0))
        if fault.keep_bytes is not None and fault.keep_bytes < announced:
            body = self.rfile.read(fault.keep_bytes)
            if found is not None and found.in_part:
                self.fake.serve(found, replace(request, body=body, part_of=announced))
            self._cut(fault)
            return
        request = replace(request, body=self.rfile.read(announced))
        if fault.cut == "before":
            self._cut(fault)
            return
        reply = Reply()
        if not fault.status or fault.served:
            reply = self.fake.serve(found, request)
        if fault.delay_s:
            time.sleep(fault.delay_s)
        if fault.cut == "after":
            self._cut(fault)
            return
        self._send(reply, fault)

    def _cut(self, fault: Fault) -> None:
        if fault.kills:
            self.fake.world.kill()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, reply: Reply, fault: Fault) -> None:
        instead = b"" if fault.status else reply.body
        body = instead if fault.body is None else fault.body
        self.send_response(fault.status or reply.status)
        for name, text in {**reply.headers, **fault.headers}.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
