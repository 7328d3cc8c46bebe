"""The dashboard's server as ``make up`` starts it, and what is done in a browser there."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, expect, sync_playwright

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import ClipWord, EditorialPolicy, RenderedClip
from clipping.settings import CHECKOUT
from tests.dashboard.conftest import Workplace, put_files
from tests.dashboard.door_place import PASSWORD
from tests.support.chromium import ARGUMENTS, CHROMIUM, QUIET

FIRST = re.compile(r"Today|Clips")
"""The page on which whoever works for clients begins, or a client."""


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser that asks nobody by itself."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *QUIET])
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(database_url: str, store: Path, folder: Path) -> Iterator[str]:
    """The server of ``make up``'s dashboard, started the same way; the address of it.

    :param folder: For its log and its home.
    """
    port = free_port()
    log = (folder / "streamlit.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "CLIPPER_STORE": str(store),
            "CLIPPER_HOME": str(folder / "home"),
            "CLIPPER_DISK_STOP_BYTES": "0",
            # Whatever somebody sets, the door does without none of these.
            "STREAMLIT_SERVER_ENABLE_AGENT_API": "true",
            "STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "false",
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
        told = (folder / "streamlit.log").read_text("utf-8")
        assert "Traceback" not in told, told


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


def until(tab: Page, expression: str, most_s: float = 30) -> None:
    """Wait for it to be true; Playwright's own way is one that the pages' policy forbids."""
    deadline = time.monotonic() + most_s
    while not tab.evaluate(expression):
        assert time.monotonic() < deadline, expression
        tab.wait_for_timeout(50)


def ended(tab: Page, state: str = "notRunning") -> None:
    """The page's script has run to its end, or stands so."""
    until(tab, f"!!document.querySelector('[data-test-script-state={state}]')")


def press(tab: Page, key: str) -> None:
    """A key, as somebody presses it who sees a page at rest.

    A button is shown a moment before it hears its key: React tells it of the key once the browser
    has nothing more urgent to do, and on a busy machine that is long after it is seen.
    """
    ended(tab)
    tab.evaluate(_AT_REST)
    tab.keyboard.press(key)


_AT_REST = """() => new Promise((done) => {
  requestAnimationFrame(() => requestIdleCallback(() => setTimeout(done), { timeout: 10000 }));
})"""


def more_clips_to_approve(workplace: Workplace, like: RenderedClip, *names: str) -> None:
    """Of acme, which wants its clips approved: these and that which they are like wait then."""
    words = [
        ClipWord(text=word, start_ms=at * 400, end_ms=at * 400 + 350, muted=word == "d***")
        for at, word in enumerate(
            "Nobody expected this. Here is the d*** reason why it works so well.".split()
        )
    ]
    with open_session(workplace.database_url) as session:
        policy = EditorialPolicy(approval="required")
        queries.clients.save_editorial_policy(session, "acme", policy)
        for at, name in enumerate(names):
            plan = like.plan.replace(fade_ms=at + 1, words=words)
            clip = like.replace(
                clip_id=name,
                plan=plan,
                recipe_hash=plan.recipe_hash(),
                video_key=f"acme/clips/{name}.mp4",
                cover_key=f"acme/clips/{name}.jpg",
            )
            queries.clips.save_clip(session, clip)
            put_files(workplace.store, clip)


def sign_in_again(tab: Page, address: str, name: str) -> None:
    tab.goto(address)
    tab.get_by_label("Name").fill(name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name=FIRST, level=1)).to_be_visible(timeout=30_000)
