"""The dashboard as the operator meets it: the real server, in a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from clipping.models import RenderedClip
from clipping.settings import CHECKOUT
from tests.dashboard.conftest import Workplace

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""Linux's own of all sockets."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def address(workplace: Workplace, tmp_path: Path) -> Iterator[str]:
    """The server of ``make up``'s dashboard, started the same way."""
    port = free_port()
    log = (tmp_path / "streamlit.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "DATABASE_URL": workplace.database_url,
            "CLIPPER_STORE": str(workplace.store),
        },
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_healthy(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def wait_until_healthy(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended by itself"
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not answer within 60 s")


def listening_addresses(port: int) -> set[str]:
    """Local addresses on which the port is open, from the kernel's own table."""
    found = set()
    for table in TABLES:
        for line in table.read_text("utf-8").splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            host, number = local.rsplit(":", 1)
            if state == "0A" and int(number, 16) == port:
                found.add(host)
    return found


def test_the_operator_finds_a_clip_plays_it_and_sees_why_it_failed_and_nobody_elsewhere_does(
    clips: list[RenderedClip], address: str
) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    if TABLES[0].exists():
        assert listening_addresses(int(address.rsplit(":", 1)[1])) == {"0100007F"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tab = browser.new_page(viewport={"width": 1280, "height": 1000})
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        tab.goto(address)
        expect(tab.get_by_role("heading", name="Clips")).to_be_visible(timeout=30_000)
        expect(tab.get_by_text("Nobody f***ing expected this")).to_have_count(2)
        expect(tab.locator("img[src*='/media/']")).to_have_count(2)
        screenshot(tab, "clips")
        tab.locator(".st-key-clip_bad button").click()
        expect(tab.get_by_text("hook was not measured, the limit is present")).to_be_visible()
        tab.wait_for_function("document.querySelector('video')?.readyState >= 2")
        tab.evaluate("v => { v = document.querySelector('video'); v.muted = true; v.play() }")
        tab.wait_for_function("document.querySelector('video').currentTime > 0.1")
        screenshot(tab, "clip")
        tab.get_by_role("link", name="Sources").click()
        expect(tab.get_by_role("heading", name="Sources")).to_be_visible()
        screenshot(tab, "sources")
        browser.close()
    assert complaints == []
    assert {url for url in requests if not url.startswith((address, "data:", "blob:"))} == set()


def screenshot(tab: Page, name: str) -> None:
    """Kept when the environment names a folder for them."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        tab.wait_for_timeout(1000)
        tab.screenshot(path=str(Path(folder) / f"{name}.png"))
