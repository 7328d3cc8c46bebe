"""A proxy of the environment is for what lies outside, never for the API on loopback."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from flows import local_run


class _Handler(BaseHTTPRequestHandler):
    said: list[str]

    def do_GET(self) -> None:
        self.said.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str], list[str]]]:
    """The address of an API on loopback, and what it and a proxy of the environment were asked."""
    asked: list[list[str]] = [[], []]
    servers = [
        ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"said": said}))
        for said in asked
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    api, proxy = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    yield f"{api}/api", asked[0], asked[1]
    for server in servers:
        server.shutdown()
        server.server_close()


def test_our_own_api_is_not_asked_through_a_proxy_which_would_see_its_password(
    served: tuple[str, list[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, api, proxy = served
    # Made at the first request of a process, with the proxies that are named by then.
    monkeypatch.setattr(urllib.request, "_opener", None)
    assert local_run.healthy(url)
    assert (len(api), len(proxy)) == (0, 1), "without our environment it is"
    for name, value in local_run.prefect_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(urllib.request, "_opener", None)
    assert local_run.healthy(url)
    assert httpx.get(f"{url}/flows").status_code == 200
    assert (len(api), len(proxy)) == (2, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"NO_PROXY": "db.example, localhost"}, "db.example,localhost,127.0.0.1"),
        ({"NO_PROXY": "a.example", "no_proxy": "b.example"}, "b.example,127.0.0.1,localhost"),
        ({"no_proxy": "*"}, "*"),
    ],
)
def test_hosts_that_were_excepted_from_the_proxy_stay_so(
    before: dict[str, str], after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in before.items():
        monkeypatch.setenv(name, value)
    for _ in range(2):
        for name in ("NO_PROXY", "no_proxy"):
            assert local_run.prefect_environment()[name] == after
            monkeypatch.setenv(name, after)
    assert urllib.request.getproxies_environment()["no"] == after
