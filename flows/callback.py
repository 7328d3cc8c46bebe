"""Where a platform sends an account's owner back to: a page on this machine, for one answer."""

from __future__ import annotations

import hmac
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from clipping.errors import NeedsPerson, Rejected, ServiceUnavailable
from clipping.vault import redact, remember

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
PATH: Final = "/callback/"
_DONE: Final = "Thank you. You can close this page and go back to the terminal."
_DENIED: Final = "Nothing was connected. You can close this page."
_FOREIGN: Final = "This page was not asked for by the command that is waiting; nothing was done."


@dataclass(frozen=True)
class Answer:
    """What came back with the owner."""

    code: str = field(default="", repr=False)
    denied: str = ""
    """Why there is no code, in the platform's words."""


def read_answer(address: str, state: str) -> Answer | None:
    """The answer in an address that the platform sent the owner to; None when it is not to us.

    :param state: What the question was sent with; another one is somebody else's answer.
    """
    parts = urlsplit(address)
    # Some put a sign behind the code that belongs to no query.
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
        return None
    if code := given.get("code"):
        return Answer(code=code)
    told = given.get("error_description") or given.get("error_message") or given.get("error")
    return Answer(denied=redact(told or "no code came back").strip().rstrip(".")[:200])


class Callback:
    """The page; :meth:`wait` gives the code.

    :param uri: Its address, under which the platform's console has to know it.
    """

    def __init__(self, uri: str, answers: queue.Queue[str]) -> None:
        self.uri = uri
        self._answers = answers

    def wait(self, state: str, title: str, timeout_s: float) -> str:
        """The code that the owner came back with.

        :raises Rejected: The owner did not agree.
        :raises NeedsPerson: Nobody came back in time.
        """
        try:
            answer = read_answer(self._answers.get(timeout=timeout_s), state)
        except queue.Empty:
            raise NeedsPerson(
                f"Nobody came back from {title} within {timeout_s:.0f} seconds: run the command "
                "again, and open its address in a browser on this machine."
            ) from None
        return code_of(answer, title)


def code_of(answer: Answer | None, title: str) -> str:
    """The code of an answer.

    :raises Rejected: There is none, and why.
    """
    if answer is None:
        raise Rejected(f"What came back from {title} answers another question than ours.")
    if answer.denied:
        raise Rejected(f"{title} was not allowed to let us in: {answer.denied}.")
    remember(SecretStr(answer.code), SecretStr(answer.code.removesuffix("#_")))
    return answer.code


@contextmanager
def waiting(uri: str, state: str) -> Iterator[Callback]:
    """Serve the page while the block runs.

    :param uri: On a loopback host; its port 0 takes any that is free.
    :param state: Only an answer with it is taken; what else comes is shown the door.
    :raises ServiceUnavailable: Another program listens there.
    """
    parts = urlsplit(uri)
    answers: queue.Queue[str] = queue.Queue()

    class Handler(_Handler):
        asked = (parts.path or "/", state, answers)

    try:
        # Never on another interface: the code comes in plain HTTP.
        server = ThreadingHTTPServer(("127.0.0.1", parts.port or 0), Handler)
    except OSError:
        raise ServiceUnavailable(
            f"Another program listens at port {parts.port}: stop it, or name another with --port."
        ) from None
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    host = parts.hostname or "127.0.0.1"
    try:
        yield Callback(f"http://{host}:{server.server_address[1]}{parts.path or '/'}", answers)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    asked: tuple[str, str, queue.Queue[str]]
    timeout = 10

    def do_GET(self) -> None:
        path, state, answers = self.asked
        if urlsplit(self.path).path.rstrip("/") != path.rstrip("/"):
            self._show(HTTPStatus.NOT_FOUND, _FOREIGN)
            return
        answer = read_answer(self.path, state)
        if answer is None:
            self._show(HTTPStatus.BAD_REQUEST, _FOREIGN)
            return
        self._show(HTTPStatus.OK, _DENIED if answer.denied else _DONE)
        answers.put(self.path)

    def _show(self, status: HTTPStatus, words: str) -> None:
        page = f"<!doctype html><meta charset=utf-8><title>clipper</title><p>{words}</p>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        # The code stands in the address: it goes nowhere else.
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing: the code stands in the address."""
