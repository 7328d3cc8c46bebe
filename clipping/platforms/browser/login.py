"""How an owner logs in: in a window of the account's own profile, on the platform's own page."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from clipping.models import Account
from clipping.platforms.browser.tab import Tab
from clipping.platforms.browser.tables import Press, Table

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

_PAUSE_MS = 500


def wait_for_owner(
    context: BrowserContext, table: Table, account: Account, timeout_s: float, origin: str = ""
) -> bool:
    """Open the platform's page and leave it to the owner; whether it was seen to be signed in.

    Nothing is typed or pressed. False when the owner has closed the window, or time ran out.
    """
    ends = time.monotonic() + timeout_s
    with suppress(Error):
        page = context.pages[0] if context.pages else context.new_page()
        tab = Tab(page, table, account, origin=origin)
        page.goto(table.upload_url(origin), wait_until="domcontentloaded")
        while time.monotonic() < ends and not page.is_closed():
            if tab.is_free() and tab.find(_sign(table)) is not None:
                return True
            page.wait_for_timeout(_PAUSE_MS)
    return False


def _sign(table: Table) -> str:
    """The part of the upload page that only those see who are signed in."""
    first = table.opening[0] if table.opening else None
    return first.part if isinstance(first, Press) else "file"
