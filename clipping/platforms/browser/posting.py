"""Posting in a browser, as a platform: the same walk of a receipt, with one click at its end.

``NEW`` opens the page and gives it the file, ``SENDING`` fills it in while the upload runs,
``SENT`` looks whether all is as it should be, and ``ARMED`` clicks, once. After that click nothing
is clicked again by anybody: what became of it is read in the account's own list, or a person looks.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urlsplit

from clipping.models import (
    Account,
    AccountLimits,
    AccountStatus,
    PlatformName,
    PostJob,
    Receipt,
    Stage,
)
from clipping.platforms.base import Access, Clock, Gone, Platform
from clipping.platforms.beginnings import lost
from clipping.platforms.browser import TABLES
from clipping.platforms.browser.acts import (
    address_of,
    do,
    not_taken,
    rows,
    says,
    with_words,
)
from clipping.platforms.browser.clicking import click_once
from clipping.platforms.browser.listing import Row, ours
from clipping.platforms.browser.profiles import is_logged_in, opened
from clipping.platforms.browser.tab import PATIENCE, SIGNED_OUT, Patience, Tab
from clipping.platforms.browser.tables import Await, Table
from clipping.platforms.browser.wanted import refusals, texts, words_in_list
from clipping.platforms.browser.window import Opener, Window
from clipping.platforms.exchange import is_whole
from clipping.platforms.failures import FailureKind, failure

_SOONEST: Final = timedelta(minutes=1)
_LOOKED_FOR: Final = timedelta(hours=1)
"""So long after the click the list is read; then a person looks."""
_MOST_WITHDRAWN: Final = 3
_KNOWN: Final = "known"


class InBrowser(Platform):
    """Posts through a platform's upload page.

    The handle holds ``known``: the ids of the posts that the list showed before.

    :param opener: Opens an account's profile.
    :param origin: Another place than the platform's own, such as a fake's.
    """

    table: ClassVar[Table]

    def __init__(
        self, opener: Opener | None = None, *, origin: str = "", patience: Patience = PATIENCE
    ) -> None:
        self._opener = opener or opened
        self._needs_login = opener is None
        self._origin, self._patience = origin, patience
        self._windows: dict[str, Window] = {}

    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        """What the page has no field for."""
        return refusals(job, self.table)

    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        """None that a page would tell."""
        return AccountLimits()

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """The next step; the click is made from a stored ``ARMED`` only."""
        if receipt.stage is Stage.NEW:
            return self._begin(job, receipt, access)
        window = self._windows.get(job.post_id)
        if window is None:
            if receipt.stage is Stage.ARMED:
                # Armed by us a moment ago, and the click was not made.
                return receipt.replace(stage=Stage.SENT, armed_at=None)
            raise lost(receipt, "The browser in which the clip was uploaded is gone.")
        if receipt.stage is Stage.SENDING:
            return self._fill(job, receipt, window)
        if receipt.stage is Stage.SENT:
            return self._arm(job, receipt, window, clock)
        return self._publish(job, receipt, window)

    def poll(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Look for the address of a post that the page said is public, or will be."""
        found = self._found(job, receipt, access)
        if len(found) == 1:
            return self._posted(job, receipt, found[0])
        if _since(receipt, clock.now) < _LOOKED_FOR:
            return receipt.replace(not_before=_next_look(receipt, clock.now))
        note = f"{self.table.title}'s page said that it is posted; its address was not found."
        return receipt.replace(stage=Stage.POSTED, note=note, not_before=None)

    def reconcile(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Look for the post in the account's own list; nothing is submitted again from here.

        A list that does not show it is no proof that it is not public.
        """
        found = self._found(job, receipt, access)
        if len(found) == 1:
            return self._posted(job, receipt, found[0])
        if not found and _since(receipt, clock.now) < _LOOKED_FOR:
            return receipt.replace(not_before=_next_look(receipt, clock.now))
        seen = f"{len(found)} posts that can be it" if found else "no such post"
        sentence = (
            f"The list of @{access.account.handle} on {self.table.title} shows {seen}: a person "
            "has to look whether it was published, then say `clipper posts done` or `cancel "
            "--not-public`."
        )
        # Of the look, not of the post: so it stays unknown and waits for a person.
        raise failure(FailureKind.PERMANENT_METADATA, sentence, code="not_in_list")

    def still_public(
        self, receipts: Mapping[str, Receipt], access: Access, clock: Clock
    ) -> dict[str, Gone]:
        """Nothing: a list does not say why a post is not in it."""
        return {}

    def let_go(self, post_id: str) -> None:
        """Close the browser of a post."""
        window = self._windows.pop(post_id, None)
        if window is not None:
            window.close()

    @contextmanager
    def looking(self, access: Access, name: str) -> Iterator[Tab]:
        """A page of the account's browser, to look at.

        :param name: Of its pictures, and for nothing else.
        """
        window = self._window(name, access)
        try:
            yield window.upload
        finally:
            self.let_go(name)

    def _begin(self, job: PostJob, receipt: Receipt, access: Access) -> Receipt:
        if not is_whole(job.file):
            sentence = "The file of the post is missing, or is not the one that was checked."
            raise failure(FailureKind.PERMANENT_MEDIA, sentence)
        self.let_go(job.post_id)
        window = self._window(job.post_id, access)
        tab = window.upload
        known = [row.public_id for row in rows(tab)]
        tab.open(self.table.upload_url(self._origin))
        for act in self.table.opening:
            do(tab, act, job)
        with tab.reading():
            tab.needed("file").set_input_files(job.file.path)
        handle = {_KNOWN: "\n".join(known)}
        return Receipt(stage=Stage.SENDING, handle=handle, tries=receipt.tries)

    def _fill(self, job: PostJob, receipt: Receipt, window: Window) -> Receipt:
        for act in self.table.filling[window.done :]:
            if not do(window.upload, act, job):
                if time.monotonic() - window.began > self._patience.upload_s:
                    raise not_taken(window.upload)
                return receipt
            window.done += 1
            if isinstance(act, Await):
                # A stop gets its turn here, too.
                break
        if window.done < len(self.table.filling):
            return receipt
        return receipt.replace(stage=Stage.SENT, sent_bytes=job.file.size_bytes)

    def _arm(self, job: PostJob, receipt: Receipt, window: Window, clock: Clock) -> Receipt:
        tab = window.upload
        if window.withdrawn >= _MOST_WITHDRAWN:
            raise tab.unknown("on which what publishes cannot be pressed")
        with tab.reading():
            button = tab.needed("publish")
            if not tab.wait(lambda: button if button.is_enabled() else None, tab.patience.page_s):
                raise tab.unknown("on which what publishes cannot be pressed")
            if tab.count("publish") != 1:
                raise tab.unknown("on which several things look like what publishes")
            self._look_over(tab, job)
        return receipt.replace(stage=Stage.ARMED, armed_at=clock.now)

    def _look_over(self, tab: Tab, job: PostJob) -> None:
        """Whether the page still holds what was written, where it shows."""
        for part, name in (("caption", "text"), ("title", "title"), ("description", "text")):
            box = tab.find(part) if part in self.table.parts else None
            if box is not None and not says(box, texts(job)[name]):
                raise tab.unknown(f'that keeps something else in "{part}" than was written')

    def _publish(self, job: PostJob, receipt: Receipt, window: Window) -> Receipt:
        """The click. What fails before it gives ``SENT``; whatever fails after it is unknown."""
        answer = click_once(window.upload)
        if not answer.clicked:
            window.withdrawn += 1
            return receipt.replace(stage=Stage.SENT, armed_at=None)
        if answer.address:
            path = urlsplit(answer.address).path
            match = re.search(self.table.posts.public_id, path)
            public_id = match[1] if match else path.rstrip("/").rpartition("/")[2]
            return self._posted(job, receipt, Row(answer.address, public_id))
        return receipt.replace(stage=Stage.PROCESSING, not_before=None)

    def _found(self, job: PostJob, receipt: Receipt, access: Access) -> list[Row]:
        """What of the account's list can be the post."""
        known = set(receipt.handle.get(_KNOWN, "").split("\n"))
        window = self._windows.get(job.post_id) or self._window(job.post_id, access)
        tab = window.tab()
        listed = with_words(tab, rows(tab), known)
        return ours(listed, words_in_list(job, self.table), known, receipt.armed_at)

    def _posted(self, job: PostJob, receipt: Receipt, row: Row) -> Receipt:
        account = self._windows[job.post_id].account
        return receipt.replace(
            stage=Stage.POSTED,
            public_id=row.public_id,
            url=address_of(self.table, row, account.handle, self._origin),
            note="",
            not_before=None,
        )

    def _window(self, post_id: str, access: Access) -> Window:
        account = access.account
        again = f"clipper accounts login {account.account_id}"
        if account.status is AccountStatus.REAUTHORISE:
            # Nobody knocks at a page that has asked for its owner.
            sentence = f"The owner of @{account.handle} has to log in in its browser again: {again}"
            raise failure(FailureKind.REAUTH, sentence, code=SIGNED_OUT)
        if self._needs_login and not is_logged_in(account.account_id):
            sentence = f"The owner of @{account.handle} has not logged in in its browser: {again}"
            raise failure(FailureKind.REAUTH, sentence, code=SIGNED_OUT)
        window = Window(
            self._opener,
            access,
            self.table,
            origin=self._origin,
            patience=self._patience,
            name=post_id,
        )
        self._windows[post_id] = window
        return window


def _since(receipt: Receipt, now: datetime) -> timedelta:
    return now - (receipt.armed_at or now)


def _next_look(receipt: Receipt, now: datetime) -> datetime:
    return now + max(_SOONEST, _since(receipt, now))


class TikTokInBrowser(InBrowser):
    """TikTok Studio."""

    name: ClassVar[PlatformName] = PlatformName.TIKTOK
    table: ClassVar[Table] = TABLES[PlatformName.TIKTOK]


class InstagramInBrowser(InBrowser):
    """Instagram on the web."""

    name: ClassVar[PlatformName] = PlatformName.INSTAGRAM
    table: ClassVar[Table] = TABLES[PlatformName.INSTAGRAM]


class YouTubeInBrowser(InBrowser):
    """YouTube Studio."""

    name: ClassVar[PlatformName] = PlatformName.YOUTUBE
    table: ClassVar[Table] = TABLES[PlatformName.YOUTUBE]


class XInBrowser(InBrowser):
    """X's composer."""

    name: ClassVar[PlatformName] = PlatformName.X
    table: ClassVar[Table] = TABLES[PlatformName.X]


BROWSERS: Final[dict[PlatformName, type[InBrowser]]] = {
    one.name: one for one in (TikTokInBrowser, InstagramInBrowser, YouTubeInBrowser, XInBrowser)
}
"""To post for real, call the class without arguments."""
