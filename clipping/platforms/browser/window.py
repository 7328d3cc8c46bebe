"""A browser that is held open for one post while its publisher takes step after step."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from clipping.errors import ServiceUnavailable
from clipping.models import Account
from clipping.platforms.base import Access
from clipping.platforms.browser.tab import Patience, Tab
from clipping.platforms.browser.tables import Table

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

Opener = Callable[[str, str | None], AbstractContextManager["BrowserContext"]]
"""Opens the profile of an account, by its id, with its proxy."""


class Window:
    """The account's browser, and the page in which its clip lies.

    Playwright ties it to the thread that opened it; a publisher drives a post in one thread.
    """

    def __init__(
        self,
        opener: Opener,
        access: Access,
        table: Table,
        *,
        origin: str,
        patience: Patience,
        name: str,
    ) -> None:
        self.account: Account = access.account
        self.done = 0
        """How many acts of the table were done."""
        self.withdrawn = 0
        """How often the click was not made because something was in its way."""
        self.began = time.monotonic()
        self._table, self._origin, self._patience, self._name = table, origin, patience, name
        self._open = ExitStack()
        try:
            self._context = self._open.enter_context(
                opener(access.account.account_id, access.proxy)
            )
            self.upload = self.tab()
        except Error:
            self.close()
            raise ServiceUnavailable("Chromium went away as soon as it was started.") from None

    def tab(self) -> Tab:
        """A new page."""
        return Tab(
            self._context.new_page(),
            self._table,
            self.account,
            origin=self._origin,
            patience=self._patience,
            name=self._name,
        )

    def close(self) -> None:
        """Close the browser, whatever its pages say."""
        with suppress(Error):
            self._open.close()
