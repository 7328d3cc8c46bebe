"""A real Chromium for tests of pages that post."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from clipping.platforms.browser.tab import Patience

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is what Playwright itself takes without a screen: it spares a sixth of a test's time,
since it draws no windows that nobody sees."""
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"
)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
"""What it needs where tests run: as root, without a screen, with little shared memory."""
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
"""So that it asks nobody by itself."""
QUICK = Patience(page_s=20, notice_s=1.5, step_s=0.4, upload_s=60, answer_s=20)
"""What fakes are waited for."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser, in which contexts are made."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, "--process-per-site"],
        )
        try:
            yield browser
        finally:
            browser.close()
