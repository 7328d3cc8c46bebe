"""The pictures of ``docs/dashboard-pages.md`` that need a whole agency, from the real pages.

``python -m tests.dashboard.pictures`` writes them anew into ``docs/images``; with a folder named,
all pages into that, by day and on a phone by night, to look at.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.dashboard_pages import STAFF
from clipping.db import migrate
from clipping.db.session import open_session
from clipping.models import Role
from tests.dashboard.browser_place import browsing, served, sign_in_again, until
from tests.dashboard.door_place import a_user
from tests.dashboard.seeded import Size, seed
from tests.dashboard.seeded_costs import seed_costs
from tests.support.database import embedded_database

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "images"
SIZE: Final = Size(clients=2, accounts=24, posts=480, waiting=3)
SHOWN: Final = {"Today": 900, "Calendar": 1000, "Accounts": 900}
"""Pages of the docs, and how high their pictures are, CSS pixels."""
QUALITY: Final = 80
WIDTH_PX: Final = 1000
_RESTS: Final = "document.querySelector('[data-testid=stApp]').dataset.testScriptState"


def main(looked_at: Path | None) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with embedded_database(folder / "database") as url:
            migrate.upgrade(url)
            now = datetime.now(UTC)
            with open_session(url) as session:
                seed(session, SIZE, now)
                seed_costs(session, SIZE.clients, 400, now)
            a_user(url, "mara", Role.ADMIN)
            with served(url, folder / "store", folder) as address, browsing() as browser:
                tab = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
                sign_in_again(tab, address, "mara")
                for name, path in STAFF.items():
                    tab.goto(f"{address}/{path}")
                    expect(tab.get_by_role("heading", level=1, name=name)).to_be_visible()
                    _rests(tab)
                    if looked_at is not None:
                        _look(tab, looked_at / name.lower())
                    elif name in SHOWN:
                        _keep(tab, name)


def _rests(tab: Page) -> None:
    until(tab, f"{_RESTS} === 'notRunning'")
    # Tables and plots are drawn a moment after their script has ended.
    tab.wait_for_timeout(1500)


def _keep(tab: Page, name: str) -> None:
    tab.set_viewport_size({"width": 1280, "height": SHOWN[name]})
    with tempfile.NamedTemporaryFile(suffix=".png") as taken:
        tab.screenshot(path=taken.name)
        with Image.open(taken.name) as picture:
            smaller = picture.convert("RGB")
            smaller.thumbnail((WIDTH_PX, WIDTH_PX))
            smaller.save(FOLDER / f"page-{name.lower()}.jpg", quality=QUALITY, optimize=True)


def _look(tab: Page, path: Path) -> None:
    tab.screenshot(path=f"{path}.png")
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.emulate_media(color_scheme="dark")
    _rests(tab)
    tab.screenshot(path=f"{path}-phone.png")
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": 1280, "height": 1000})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
