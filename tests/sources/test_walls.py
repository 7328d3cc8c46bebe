"""Each part of the walls is there: what one of them alone would let through."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from yt_dlp.networking._requests import RequestsRH
from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import HTTPError

from clipping.errors import LinkRefused
from clipping.sources import fetch_process, ytdlp
from clipping.sources.confine import Refused, Walls, _guarded, check_connection
from clipping.sources.exchange import Declined, Job
from tests.db.processes import finish, python
from tests.sources.batch import batch_job, error_of, run_batch
from tests.sources.internet import FakeInternet
from tests.sources.places import SITE

TRIED = """
    import os, resource, socket
    from clipping.sources.confine import Refused, Walls, raise_walls
    raise_walls(Walls())
    datagram = socket.socket(type=socket.SOCK_DGRAM)
    inside = ("127.0.0.1", 9)
    ways = {
        "connect": lambda: socket.socket().connect(inside),
        "sendto": lambda: datagram.sendto(b"x", inside),
        "sendmsg": lambda: datagram.sendmsg([b"x"], [], 0, inside),
        "gethostbyname": lambda: socket.gethostbyname("localhost"),
        "gethostbyname_ex": lambda: socket.gethostbyname_ex("localhost"),
        "gethostbyaddr": lambda: socket.gethostbyaddr("127.0.0.1"),
        "getnameinfo": lambda: socket.getnameinfo(inside, 0),
        "getfqdn": lambda: socket.getfqdn("localhost"),
        "system": lambda: os.system("true"),
        "popen": lambda: os.popen("true").read(),
        "fork": lambda: os.fork() or os._exit(0),
        "forkpty": lambda: os.forkpty()[0] or os._exit(0),
        "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "execv": lambda: os.execv("/bin/true", ["true"]),
        "spawnv": lambda: os.spawnv(os.P_WAIT, "/bin/true", ["true"]),
    }
    for name, way in ways.items():
        try:
            way()
        except (Refused, PermissionError):
            continue
        print("open:", name, flush=True)
    print("core:", resource.getrlimit(resource.RLIMIT_CORE), flush=True)
"""


def test_no_way_to_a_machine_or_a_program_is_open_and_no_core_is_left() -> None:
    with python(TRIED) as process:
        assert finish(process).splitlines() == ["core: (0, 0)"]


def test_with_a_proxy_no_other_name_is_looked_up() -> None:
    asked: list[str] = []

    def lookup(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 3128))]

    look = _guarded(Walls(lookup=lookup, proxy=("proxy.example", 3128)))
    assert look("proxy.example", 3128)
    with pytest.raises(Refused, match="past the proxy"):
        look("secret.of.a.page.example.com", 443)
    assert asked == ["proxy.example"]


def test_with_a_proxy_nobody_else_is_talked_to() -> None:
    door = frozenset({("10.0.0.1", 3128)})
    check_connection(Walls(), door, ("10.0.0.1", 3128))
    for target in (("8.8.8.8", 443), ("10.0.0.1", 22), ("10.0.0.2", 3128)):
        with pytest.raises(Refused):
            check_connection(Walls(), door, target)
    check_connection(Walls(), frozenset(), ("8.8.8.8", 443))


def test_an_error_page_without_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = SimpleNamespace(read=lambda *_, **__: b" " * 1_000_000, closed=False)
    page = Response(stream, "https://a.example.com/", {}, 500)
    page.read = lambda amount=None: page._real_read(amount)

    def fail(*_: object) -> None:
        raise HTTPError(page)

    monkeypatch.setattr(RequestsRH, "_send", fail)
    handler = object.__new__(ytdlp.GuardedRH)
    with pytest.raises(HTTPError) as caught:
        handler._send(None)
    with pytest.raises(Declined, match="page_too_large"):
        caught.value.response.read()


@pytest.mark.parametrize("status", [302, 308])
def test_a_redirect_with_a_page_without_end_is_followed_unread(
    status: int, net: FakeInternet, tmp_path: Path
) -> None:
    far = net.page("/v/far", {"raise": "expected", "message": "It was followed"})
    net.pages[f"{SITE}/v/endless"] = (status, {"Location": far}, b" " * 40_000_000)
    job = batch_job(f"https://{SITE}/v/endless", tmp_path / "folder")
    net.forget()
    [answer] = run_batch(net, [{"job": job}])
    assert isinstance(error_of(answer), LinkRefused)
    assert "It was followed" in str(error_of(answer))
    # The site notes what it has sent once it sees that nobody reads on.
    deadline = time.monotonic() + 20
    while f"{SITE}/v/endless" not in net.sent and time.monotonic() < deadline:
        time.sleep(0.05)
    assert net.sent[f"{SITE}/v/endless"] < 20_000_000, "what the sockets hold, and no more"


def test_no_request_goes_out_on_a_connection_with_an_unread_redirect() -> None:
    closed: list[bool] = []
    raw = SimpleNamespace(close=lambda: closed.append(True))
    answers = [SimpleNamespace(is_redirect=found, raw=raw) for found in (False, True)]
    inner: Any = SimpleNamespace(send=lambda *_, **__: answers.pop(0))
    door = ytdlp._Gate(inner)
    request = SimpleNamespace(url="https://example.com/")
    door.send(request)
    assert closed == []
    door.send(request)
    assert closed == [True]


def test_what_a_library_complains_of_is_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = """import sys; print("hidden", file=sys.stderr); print('{"kind": "done"}')"""
    monkeypatch.setattr(fetch_process, "COMMAND", (sys.executable, "-S", "-c", code))
    job = Job("list", "https://a.example.com/", (), str(tmp_path))
    said = fetch_process.converse(job, "A", lambda _: None, lambda: None)
    assert said == {"kind": "done"}
    assert "hidden" not in "".join(capfd.readouterr())


def test_what_the_child_started_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """import json, subprocess
started = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
print(json.dumps({"kind": "done", "pid": started.pid}))"""
    monkeypatch.setattr(fetch_process, "COMMAND", (sys.executable, "-c", code))
    job = Job("list", "https://a.example.com/", (), str(tmp_path))
    said = fetch_process.converse(job, "A", lambda _: None, lambda: None)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(said["pid"]).wait(timeout=10)
    assert not psutil.pid_exists(said["pid"])
