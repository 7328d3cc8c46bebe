"""What one step of a post asks, and whom: its platform's API or page, or a person."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

from clipping.db import queries
from clipping.errors import ClippingError, NeedsPerson
from clipping.models import Account, PlatformName, Post, PostingMethod, Receipt, Stage
from clipping.platforms.base import Access, Clock, Platform
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.standing import BY_TOKEN
from clipping.publishing.steps import Step, is_package
from tasks.browsing import entry_to
from tasks.packages import hand_over
from tasks.post_files import local_file
from tasks.workplace import db_session

_LOOK_EVERY_S: Final = 2.0

AccessTo = Callable[[str, datetime], Access]
HandOver = Callable[[Post, Account, datetime], Receipt]
Exchange = Callable[[Post, Clock], Receipt]
"""The exchange itself: whatever had to be waited for before it is there."""


class Exchanges:
    """Makes exchanges ready.

    :param platforms: Whom to ask.
    :param access: What opens an account.
    :param browsers: Gives what posts in a browser; asked once, when an account posts so.
    :param hand_overs: How a post is handed over where no platform's API is asked, by method.
    """

    def __init__(
        self,
        platforms: Mapping[PlatformName, Platform],
        access: AccessTo,
        browsers: Callable[[], Mapping[PlatformName, Platform]],
        hand_overs: Mapping[PostingMethod, HandOver],
    ) -> None:
        self._platforms = platforms
        self._access = access
        self._browsers = browsers
        self._in_browser: Mapping[PlatformName, Platform] | None = None
        self._hand_overs = {PostingMethod.MANUAL: hand_over, **hand_overs}
        self._turn = threading.Lock()

    def ready(self, post: Post, step: Step, account: Account, now: datetime) -> Exchange:
        """The post's next exchange, once its account is open and its file is here.

        :param now: Of a rehearsal, for tokens. The store's files have to be held.
        """
        if step is Step.POLL and is_package(post.receipt):
            # However the account is posted to by now.
            return lambda post, _clock: post.receipt
        browser = self._browser_of(account)
        if browser is not None:
            access, asked = entry_to(account), browser
        elif account.method not in BY_TOKEN:
            give = self._hand_overs.get(account.method)
            if give is None or step is not Step.SUBMIT:
                raise NeedsPerson(f"This publisher does not post by {account.method}.")
            return lambda post, clock: give(post, account, clock.now)
        else:
            access = self._access(account.account_id, now)
            asked = self._platforms[account.platform]
        if step is Step.SUBMIT:
            return partial(_submitted, asked, access, str(local_file(post)))
        look = asked.poll if step is Step.POLL else asked.reconcile
        return lambda post, clock: look(post.job(""), post.receipt, access, clock)

    def let_go(self, post_id: str) -> None:
        """Give back what is held open for a post between its steps."""
        for one in (self._in_browser or {}).values():
            one.let_go(post_id)

    def _browser_of(self, account: Account) -> Platform | None:
        """What posts to the account in a browser; None where it is posted to otherwise."""
        if account.method is not PostingMethod.BROWSER or account.method in self._hand_overs:
            return None
        with self._turn:
            if self._in_browser is None:
                self._in_browser = self._browsers()
        return self._in_browser.get(account.platform)


def stop_of(post: Post) -> Callable[[], bool]:
    """Says now and then whether somebody has stopped the post meanwhile."""
    looked_at, found = time.monotonic(), False

    def is_stopped() -> bool:
        nonlocal looked_at, found
        if found or time.monotonic() - looked_at < _LOOK_EVERY_S:
            return found
        # Without the database nobody knows: what is under way goes on.
        with suppress(ClippingError), db_session() as session:
            found = bool(queries.stops.stops_of(session, post))
        looked_at = time.monotonic()
        return found

    return is_stopped


def _submitted(asked: Platform, access: Access, path: str, post: Post, clock: Clock) -> Receipt:
    job = post.job(path)
    if post.receipt.stage is Stage.NEW:
        limits = asked.limits(access, clock)
        if limits.posts_left == 0:
            sentence = limits.blocked or "Its platform takes no further post just now."
            raise failure(FailureKind.QUOTA_UNTIL, sentence, until=limits.resets_at)
        told = asked.check(job, access.account, limits)
        if told:
            raise failure(FailureKind.PERMANENT_METADATA, " ".join(told))
    return asked.submit(job, post.receipt, access, clock)
