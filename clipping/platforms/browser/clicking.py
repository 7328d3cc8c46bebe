"""The click that publishes: made once, or provably not at all."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from urllib.parse import urljoin

from playwright.sync_api import Error

from clipping.errors import AccountBlocked, AuthorizationExpired, ClippingError
from clipping.platforms.browser.tab import Tab
from clipping.platforms.failures import FailureKind, failure

_PAUSE_MS = 200
_TRIAL_MS = 5_000


@dataclass(frozen=True)
class Answer:
    """What the page said after the click."""

    clicked: bool
    address: str = ""
    """Of the post, where the page says it."""


NOT_CLICKED = Answer(clicked=False)


def click_once(tab: Tab) -> Answer:
    """Press what publishes, and wait for what the page says.

    What is in the way before the press gives ``NOT_CLICKED``. From the press on, everything but
    the page's own word that it is posted is an unknown outcome, or a check for the owner.

    :raises OutcomeUnknown: Nobody can tell whether it was published.
    :raises AuthorizationExpired: A check or a login showed after the press.
    """
    place = _place(tab)
    if place is None:
        return NOT_CLICKED
    try:
        # Unlike a locator's click, this one is never repeated by the library.
        tab.page.mouse.click(*place)
        return _said(tab)
    except Error:
        raise _unknown(tab, "went away") from None
    except (AuthorizationExpired, AccountBlocked):
        raise
    except ClippingError as error:
        raise failure(FailureKind.UNKNOWN_OUTCOME, str(error), code="after_click") from None


def _place(tab: Tab) -> tuple[float, float] | None:
    """Where to press; None when something is in the way."""
    try:
        if tab.obstacle() is not None:
            return None
        button = tab.find("publish")
        if button is None:
            return None
        # Scrolls there and looks that nothing lies over it, and does not press.
        button.click(trial=True, timeout=_TRIAL_MS)
        box = button.bounding_box()
    except (Error, ClippingError):
        return None
    if box is None:
        return None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _said(tab: Tab) -> Answer:
    ends = time.monotonic() + tab.patience.answer_s
    while time.monotonic() < ends:
        if _succeeded(tab):
            return Answer(clicked=True, address=_address(tab))
        tab.check()
        tab.page.wait_for_timeout(_PAUSE_MS)
    raise _unknown(tab, "did not say that it is posted")


def _succeeded(tab: Tab) -> bool:
    there = tab.table.success_urls
    if there and re.search(there, tab.page.url):
        return True
    return tab.find("success") is not None


def _address(tab: Tab) -> str:
    if "success link" not in tab.table.parts:
        return ""
    link = tab.find("success link")
    told = link.get_attribute("href") if link is not None else None
    return urljoin(tab.page.url, told) if told else ""


def _unknown(tab: Tab, what: str) -> ClippingError:
    title = tab.table.title
    return tab.stop(
        FailureKind.UNKNOWN_OUTCOME,
        f"{title}'s page {what} after the click, so it may have been published",
        "after_click",
    )
