"""One page in an account's browser: finding its parts, and stopping at what is not known.

Nothing is solved here and nothing imitated: parts are pressed and filled as soon as they are there.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from playwright.sync_api import Error

from clipping.errors import ClippingError
from clipping.models import Account
from clipping.platforms.browser.tables import By, Look, Looks, Press, Table
from clipping.platforms.failures import FailureKind, failure
from clipping.settings import settings

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page

_PAUSE_S: Final = 0.2
_DIALOGS: Final = '[role="dialog"], [role="alertdialog"], dialog[open]'
CHALLENGE: Final = "challenge"
SIGNED_OUT: Final = "signed_out"
UNKNOWN_PAGE: Final = "unknown_page"
_DIALOG: Final = "dialog"


@dataclass(frozen=True)
class Patience:
    """How long a page may take, in real seconds."""

    page_s: float = 30.0
    """For a page to open, or a part to show."""
    notice_s: float = 2.0
    """For what may be there or not."""
    step_s: float = 4.0
    """For one look at an upload; then stops and holds get their turn."""
    upload_s: float = 1_200.0
    """A publisher takes 400 steps on end, and then leaves a post."""
    answer_s: float = 60.0
    """After the click that publishes."""


PATIENCE: Final = Patience()


class Tab:
    """A page of a platform in the browser of an account.

    :param origin: Another place than the platform's own, such as a fake's.
    :param name: Of its pictures; nothing secret.
    """

    def __init__(
        self,
        page: Page,
        table: Table,
        account: Account,
        *,
        origin: str = "",
        patience: Patience = PATIENCE,
        name: str = "",
    ) -> None:
        self.page, self.table, self.account = page, table, account
        self.origin, self.patience, self.name = origin, patience, name
        self._said = False
        looks = (*table.challenges, *table.logins, *table.suspensions)
        self._in_the_way = any_of(page, looks).filter(visible=True)
        acts = (*table.opening, *table.filling)
        pressed = {act.part for act in acts if isinstance(act, Press)}
        # Any dialog may have a button that says "Next".
        parts = [name for name in table.parts if name not in pressed]
        looks = tuple(look for part in parts for look in table.looks(part, account.handle))
        self._any_part = any_of(page, looks)
        page.on("dialog", self._dismiss)

    def open(self, url: str) -> None:
        """Go there, and stop where that is not what was asked for.

        :raises ServiceUnavailable: The page did not come.
        """
        try:
            answer = self.page.goto(
                url, timeout=self.patience.page_s * 1000, wait_until="domcontentloaded"
            )
        except Error:
            raise self._unreachable() from None
        if answer is not None and (answer.status == 429 or answer.status >= 500):
            raise self._unreachable()
        self.check()

    def find(self, part: str) -> Locator | None:
        """The part where it shows, or None."""
        return self._first(self.table.looks(part, self.account.handle), hidden=part == "file")

    def needed(self, part: str, timeout_s: float | None = None) -> Locator:
        """The part, once it shows; what is in the way stops at once."""
        found = self.wait(lambda: self.find(part), timeout_s or self.patience.page_s)
        if found is None:
            raise self.unknown(f'without "{part}"')
        return found

    def wait(self, look: Callable[[], Locator | None], timeout_s: float) -> Locator | None:
        """What a look finds within a time; raises what is in the way."""
        ends = time.monotonic() + timeout_s
        while True:
            self.check()
            found = look()
            if found is not None or time.monotonic() >= ends:
                return found
            self.page.wait_for_timeout(_PAUSE_S * 1000)

    def check(self) -> None:
        """Raise what is in the way: a check, a login, a suspension, a page or dialog not known."""
        found = self.obstacle()
        if found is not None:
            raise found

    def obstacle(self) -> ClippingError | None:
        """What is in the way; None when nothing is."""
        with self.reading():
            ends = time.monotonic() + self.patience.notice_s
            seen = self._seen()
            while seen is not None and seen[2] == _DIALOG and time.monotonic() < ends:
                # One that only just opens may not hold yet what it is known by.
                self.page.wait_for_timeout(_PAUSE_S * 1000)
                seen = self._seen()
        if seen is None:
            return None
        return self.unknown(seen[1]) if seen[2] in (_DIALOG, UNKNOWN_PAGE) else self.stop(*seen)

    def _seen(self) -> tuple[FailureKind, str, str] | None:
        """Kind, sentence and code of what is in the way."""
        if self.is_free():
            return None
        table, url, title = self.table, self.page.url, self.table.title
        handle, again = self.account.handle, f"clipper accounts login {self.account.account_id}"
        if re.search(table.challenge_urls, url) or self._first(table.challenges):
            told = f"{title} asks for a check that only the owner of @{handle} can pass ({again})"
            return FailureKind.REAUTH, told, CHALLENGE
        if re.search(table.login_urls, url) or self._first(table.logins):
            told = f"The browser of @{handle} is not logged in at {title} any more ({again})"
            return FailureKind.REAUTH, told, SIGNED_OUT
        if self._first(table.suspensions):
            return FailureKind.ACCOUNT_BLOCKED, f"{title} has suspended @{handle}", "suspended"
        if not self._is_at_home(url):
            return FailureKind.APP_MISCONFIGURED, "of another site", UNKNOWN_PAGE
        if self._said or self._has_other_dialog():
            return FailureKind.APP_MISCONFIGURED, "with a dialog that is not known", _DIALOG
        return None

    def is_free(self) -> bool:
        """Whether nothing shows that can be in the way; asked all the time, so in one go."""
        table, url = self.table, self.page.url
        elsewhere = any(re.search(one, url) for one in (table.challenge_urls, table.login_urls))
        if elsewhere or self._said or not self._is_at_home(url):
            return False
        return not self._in_the_way.count() and not self._has_other_dialog()

    def unknown(self, what: str) -> ClippingError:
        """The error of a page that is not the one that the table describes."""
        return self.stop(
            FailureKind.APP_MISCONFIGURED,
            f"{self.table.title} shows @{self.account.handle}'s browser a page {what}: a person "
            "has to look, and perhaps the table of selectors has to be changed",
            UNKNOWN_PAGE,
        )

    def stop(self, kind: FailureKind, sentence: str, code: str) -> ClippingError:
        """An error that names a picture of what was there."""
        shot = self.picture()
        seen = f"; a picture is in {shot}" if shot else ""
        return failure(kind, f"{sentence}{seen}.", code=code)

    def picture(self) -> Path | None:
        """A picture of the page, for its account's people alone; None when there is none to be had.

        Its name holds ids and a time, and nothing of the page.
        """
        folder = settings().home / "pictures"
        of = self.name or self.account.account_id
        path = folder / f"{of}-{datetime.now(UTC):%Y%m%d-%H%M%S%f}.png"
        try:
            taken = self.page.screenshot(timeout=5_000)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(taken)
        except (Error, OSError):
            return None
        return path

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Inside, what Playwright raises is a browser or connection that went away."""
        try:
            yield
        except Error:
            # Its text quotes the page.
            raise self._unreachable() from None

    def _unreachable(self) -> ClippingError:
        sentence = f"{self.table.title}'s page did not open, or went away, in the browser."
        return failure(FailureKind.RETRY_BACKOFF, sentence)

    def _first(self, looks: Looks, *, hidden: bool = False) -> Locator | None:
        for look in looks:
            found = located(self.page, look)
            shown = found if hidden else found.filter(visible=True)
            if shown.count():
                return shown.first
        return None

    def count(self, part: str) -> int:
        """How many of them show, by the first look that finds one."""
        looks = self.table.looks(part, self.account.handle)
        counts = (located(self.page, look).filter(visible=True).count() for look in looks)
        return next((count for count in counts if count), 0)

    def _is_at_home(self, url: str) -> bool:
        host = urlsplit(url).netloc
        home = urlsplit(self.origin or self.table.origin).netloc
        hosts = (home, *self.table.other_hosts)
        bare = [one.removeprefix("www.") for one in hosts]
        return any(host == one or host.endswith(f".{one}") for one in bare)

    def _has_other_dialog(self) -> bool:
        """Whether a dialog shows that holds no part of the form, nor says that all went well."""
        own = self.table.own_dialogs
        others = f":is({_DIALOGS})" + (f":not({own})" if own else "")
        dialogs = self.page.locator(others).filter(visible=True)
        return dialogs.filter(has_not=self._any_part).count() > 0

    def _dismiss(self, dialog: Dialog) -> None:
        # A page that is left may ask whether it should be; everything else is not known.
        with suppress(Error):
            if dialog.type == "beforeunload":
                dialog.accept()
                return
            self._said = True
            dialog.dismiss()


def any_of(page: Page, looks: Sequence[Look]) -> Locator:
    """All that any of these finds."""
    return reduce(lambda one, other: one.or_(other), [located(page, look) for look in looks])


def located(where: Page, look: Look) -> Locator:
    """All that a look finds there."""
    if look.by is By.ROLE:
        # The roles are Playwright's own list of names.
        return where.get_by_role(look.what, name=look.pattern)  # type: ignore[arg-type]
    if look.by is By.LABEL:
        return where.get_by_label(look.pattern)
    if look.by is By.TEXT:
        return where.get_by_text(look.pattern)
    if look.by is By.DIALOG:
        return where.get_by_role("dialog").filter(has_text=look.pattern)
    return where.locator(look.what)
