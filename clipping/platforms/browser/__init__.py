"""Posting through a platform's ordinary upload page, in a profile that the owner logged in.

``posting.BROWSERS`` has the clients; they are imported only where somebody posts so, because they
need Playwright.
"""

from __future__ import annotations

from typing import Final

from clipping.models import PlatformName
from clipping.platforms.browser.instagram import INSTAGRAM
from clipping.platforms.browser.tables import Table
from clipping.platforms.browser.tiktok import TIKTOK
from clipping.platforms.browser.x import X
from clipping.platforms.browser.youtube import YOUTUBE

TABLES: Final[dict[PlatformName, Table]] = {
    table.platform: table for table in (TIKTOK, INSTAGRAM, YOUTUBE, X)
}
"""The selectors of each platform."""
