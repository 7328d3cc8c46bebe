"""Whether a platform's pages are still the ones that its table describes; nothing is posted."""

from __future__ import annotations

from dataclasses import dataclass

from clipping.platforms.browser.acts import check_owner, rows
from clipping.platforms.browser.tab import Tab, located
from clipping.platforms.browser.tables import Look

_LATER = ("success", "success link", "failed")
"""Parts that show only after an upload or a post."""


@dataclass(frozen=True)
class Checked:
    """One part of a page."""

    part: str
    found: Look | None
    """By what it was found."""
    hidden: str = ""
    """Where it is not looked for: what would have to happen before it shows."""

    @property
    def missing(self) -> bool:
        """Whether it should be there and is not."""
        return self.found is None and not self.hidden


def self_check(tab: Tab) -> list[Checked]:
    """Look for every part that shows without pressing or uploading anything.

    :raises NeedsPerson: The page asks for its owner, or is not known at all.
    :raises ServiceUnavailable: It did not open.
    """
    listed = rows(tab)
    check_owner(tab)
    owner = _look(tab, "owner")
    tab.open(tab.table.upload_url(tab.origin))
    found = [Checked("owner", owner), Checked("list of posts", _list_look(bool(listed), tab))]
    for part in tab.table.parts:
        if part in ("owner", "no posts"):
            continue
        later = tab.table.only_after.get(part) or ("a post" if part in _LATER else "")
        look = None
        if not later:
            tab.wait(lambda part=part: tab.find(part), tab.patience.page_s)  # type: ignore[misc]
            look = _look(tab, part)
        found.append(Checked(part, look, later))
    return found


def _look(tab: Tab, part: str) -> Look | None:
    with tab.reading():
        for look in tab.table.looks(part, tab.account.handle):
            there = located(tab.page, look)
            if (there if part == "file" else there.filter(visible=True)).count():
                return look
    return None


def _list_look(has_posts: bool, tab: Tab) -> Look:
    from clipping.platforms.browser.tables import css

    return css(tab.table.posts.row) if has_posts else tab.table.parts["no posts"][0]
