"""The acts of a table in a page, and the reading of an account's own list."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Error

from clipping.errors import ClippingError
from clipping.models import PostJob
from clipping.platforms.browser.listing import Row
from clipping.platforms.browser.tab import Tab
from clipping.platforms.browser.tables import Act, Await, Press, Switch, Table, Write
from clipping.platforms.browser.wanted import switches, texts
from clipping.platforms.failures import FailureKind, failure

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_MOST_ROWS: Final = 20
_MOST_PAGES: Final = 4
"""Of posts whose words only their own pages show."""


def do(tab: Tab, act: Act, job: PostJob) -> bool:
    """One act; False when what it waits for is not there yet."""
    with tab.reading():
        if isinstance(act, Await):
            return _awaited(tab, act)
        if isinstance(act, Press):
            _press(tab, act, job)
        elif isinstance(act, Write):
            _write(tab, act, texts(job)[act.what])
        else:
            _switch(tab, act, on=switches(job)[act.what])
    return True


def _awaited(tab: Tab, act: Await) -> bool:
    return tab.wait(lambda: _ended(tab, act.part), tab.patience.step_s) is not None


def _ended(tab: Tab, part: str) -> Locator | None:
    if "failed" in tab.table.parts and tab.find("failed") is not None:
        raise tab.stop(
            FailureKind.PERMANENT_MEDIA,
            f"{tab.table.title}'s page does not take the file",
            "upload_failed",
        )
    return tab.find(part)


def _press(tab: Tab, act: Press, job: PostJob) -> None:
    if act.when and not switches(job)[act.when]:
        return
    if act.optional:
        found = tab.wait(lambda: tab.find(act.part), tab.patience.notice_s)
    else:
        found = tab.needed(act.part)
    if found is not None:
        _clicked(tab, act.part, found)


def _clicked(tab: Tab, part: str, found: Locator) -> None:
    try:
        found.click(timeout=tab.patience.page_s * 1000)
    except Error:
        tab.check()
        raise tab.unknown(f'on which "{part}" cannot be pressed') from None


def _write(tab: Tab, act: Write, words: str) -> None:
    box = tab.needed(act.part)
    try:
        box.fill(words, timeout=tab.patience.page_s * 1000)
    except Error:
        tab.check()
        raise tab.unknown(f'on which "{act.part}" cannot be written') from None
    if not says(box, words):
        raise tab.unknown(f'that keeps something else in "{act.part}" than was written')


def says(box: Locator, words: str) -> bool:
    """Whether a box holds these words, whatever their spaces."""
    typed = box.evaluate("box => 'value' in box ? box.value : box.innerText")
    return _plain(str(typed)) == _plain(words)


def _plain(words: str) -> str:
    return " ".join(words.replace("\u200b", "").replace("\ufeff", "").split())


def _switch(tab: Tab, act: Switch, *, on: bool) -> None:
    if not on and not act.always:
        found = tab.find(act.part)
        if found is None:
            return
    else:
        found = tab.needed(act.part)
    if is_on(found) == on:
        return
    _clicked(tab, act.part, found)
    ends = time.monotonic() + tab.patience.notice_s
    while is_on(found) != on:
        if time.monotonic() >= ends:
            state = "on" if on else "off"
            raise tab.unknown(f'on which "{act.part}" cannot be turned {state}')
        tab.page.wait_for_timeout(50)


def is_on(switch: Locator) -> bool:
    """Whether a checkbox, radio or switch is on."""
    state = switch.evaluate(
        "it => 'checked' in it ? it.checked : it.getAttribute('aria-checked') ?? 'no switch'"
    )
    return state is True or state == "true"


def check_owner(tab: Tab) -> None:
    """Stop unless the page says that the account itself is signed in."""
    if tab.wait(lambda: tab.find("owner"), tab.patience.page_s) is None:
        account = tab.account
        raise tab.stop(
            FailureKind.REAUTH,
            f"{tab.table.title}'s page does not say that @{account.handle} is signed in (clipper "
            f"accounts login {account.account_id})",
            "other_account",
        )


def rows(tab: Tab) -> list[Row]:
    """The account's newest posts, as its list shows them.

    Raises what stops at a page that shows neither posts nor that there are none.
    """
    posts = tab.table.posts
    tab.open(tab.table.posts_url(tab.account.handle, tab.origin))
    check_owner(tab)
    with tab.reading():
        listed = tab.page.locator(posts.row)
        shown = tab.wait(
            lambda: listed.first if listed.count() else tab.find("no posts"), tab.patience.page_s
        )
        if shown is None:
            raise tab.unknown("without a list of posts")
        found = [_row(tab, listed.nth(n)) for n in range(min(listed.count(), _MOST_ROWS))]
    return [row for row in found if row is not None]


def with_words(tab: Tab, found: list[Row], known: set[str]) -> list[Row]:
    """The rows, with the words of those that were not known, where the list shows none."""
    if tab.table.posts.words:
        return found
    new = [row for row in found if row.public_id not in known][:_MOST_PAGES]
    return [_read(tab, row) for row in new]


def _row(tab: Tab, row: Locator) -> Row | None:
    posts = tab.table.posts
    link = row if posts.link == "self" else row.locator(posts.link).first
    if not link.count():
        # Not a post, such as a line of headings.
        return None
    address = urljoin(tab.page.url, link.get_attribute("href") or "")
    match = re.search(posts.public_id, urlsplit(address).path)
    if match is None:
        return None
    words = row.locator(posts.words).first if posts.words else None
    told = " ".join(words.all_inner_texts()) if words is not None else ""
    return Row(address, match[1], told, _time(row, posts.time))


def _read(tab: Tab, row: Row) -> Row:
    tab.open(row.address)
    posts = tab.table.posts
    told = tab.page.locator(posts.page_words).first
    if tab.wait(lambda: told if told.count() else None, tab.patience.page_s) is None:
        raise tab.unknown("of a post without words")
    return Row(row.address, row.public_id, told.inner_text(), _time(tab.page.locator("body"), ""))


def _time(where: Locator, selector: str) -> datetime | None:
    told = where.locator(selector or "time[datetime]").first
    if not told.count():
        return None
    try:
        at = datetime.fromisoformat(told.get_attribute("datetime") or "")
    except ValueError:
        return None
    return at if at.tzinfo else None


def address_of(table: Table, row: Row, handle: str, origin: str) -> str:
    """The address at which everybody finds a post."""
    address = table.posts.address
    if not address or origin:
        return row.address
    return address.format(id=row.public_id, handle=handle)


def not_taken(tab: Tab) -> ClippingError:
    """The error of an upload that takes longer than anybody waits."""
    sentence = f"{tab.table.title}'s page did not take the file within the time that it has."
    return failure(FailureKind.RETRY_BACKOFF, sentence)
