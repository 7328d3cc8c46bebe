"""How long a page takes in Chromium, from its address to where it can be used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from playwright.sync_api import Page, expect

from benchmarks.measure import Row
from tests.dashboard.browser_place import browsing, served, sign_in_again, until

LIMIT_S: Final = 2.0
ROUNDS: Final = 5
STAFF: Final = {
    "Today": "",
    "Review": "review",
    "Add": "add",
    "Calendar": "schedule",
    "Posts": "posts",
    "Accounts": "accounts",
    "Alarms": "alarms",
    "Clips": "clips",
    "Sources": "sources",
    "Strategy": "strategy",
    "Costs": "costs",
}
"""Without *Runs*, which shows what another server tells."""
OWN: Final = {"Clips": "", "Review": "review", "Numbers": "numbers"}
_USABLE: Final = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning'
        && document.querySelector('h1') !== null
        && document.querySelector('[data-stale=true]') === null;
}"""
"""Its script has ended, its heading is there, and nothing of a page before it."""


def usable(url: str, folder: Path, people: dict[str, dict[str, str]]) -> Iterator[Row]:
    """A row for each page of each person, who signs in with the password of tests.

    :param url: Of the database that the dashboard shows.
    :param people: Names, and the pages of each: heading and path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with served(url, folder / "store", folder) as address, browsing() as browser:
        for name, pages in people.items():
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            tab = context.new_page()
            sign_in_again(tab, address, name)
            for heading, path in pages.items():
                took = [_open(tab, f"{address}/{path}", heading) for _ in range(ROUNDS + 1)][1:]
                yield Row(
                    f"{heading}, usable in Chromium, as {name}",
                    f"{median(took):.2f} s",
                    f"{min(took):.2f}–{max(took):.2f} s",
                    f"≤ {LIMIT_S:.0f} s",
                    median(took) <= LIMIT_S,
                )
            context.close()


def _open(tab: Page, address: str, heading: str) -> float:
    begun = time.perf_counter()
    tab.goto(address, wait_until="commit")
    until(tab, _USABLE)
    took = time.perf_counter() - begun
    expect(tab.get_by_role("heading", level=1, name=heading)).to_be_visible()
    return took
