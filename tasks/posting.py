"""The publisher: one process that brings many posts to their end, a stored step at a time.

Every step is two transactions around one exchange with a platform: before it the post is looked at
again (is it still ours, does anything stop it, may its platform be asked), after it what became of
it is committed. Whoever is killed anywhere leaves a post that the next one takes up from there.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from typing import Final

from clipping.db import queries
from clipping.errors import Broken, ClippingError, Transient
from clipping.logs import about
from clipping.models import (
    Account,
    PlatformName,
    Post,
    PostingMethod,
    Receipt,
    Stage,
)
from clipping.platforms.base import Clock, Platform
from clipping.platforms.exchange import broken_off_when
from clipping.publishing.failing import after_error
from clipping.publishing.steps import STAGES, Step, after_step, next_step
from clipping.vault import LateVault, Vault
from tasks.admission import Admitted, admit
from tasks.aftermath import note_failure, note_success, set_aside
from tasks.apps import gateway
from tasks.browsing import all_browsers, no_browsers
from tasks.exchanging import AccessTo, Exchange, Exchanges, HandOver, stop_of
from tasks.keyless import locked_accounts
from tasks.leases import LEASE, Leases
from tasks.post_files import with_file
from tasks.shared_time import SharedTime
from tasks.tokens import access_to
from tasks.workplace import database, db_session, files_held

_log = logging.getLogger(__name__)

_MOST_STEPS: Final = 400
_IN_TURN: Final = (Step.RECONCILE, Step.POLL, Step.SUBMIT)
"""What is on its way comes before what is not."""
_SAVES: Final = 4
_SAVE_PAUSE_S: Final = 0.25


def all_platforms() -> dict[PlatformName, Platform]:
    """A client of each platform, at its own address or the one that is set."""
    from clipping.platforms import PLATFORMS, client_at

    return {name: client_at(name, gateway(name)) for name in PLATFORMS}


class Publisher:
    """Publishes what is due, side by side with any number of others on the same database.

    :param platforms: Whom to ask; a rehearsal gives its fakes.
    :param now: What time it is; the database's unless given.
    :param access: What opens an account.
    :param browsers: Gives what posts in a browser, by platform; asked once, when an account posts
        so. Without ``platforms`` those for real.
    :param hand_overs: How a post is handed over where no platform's API is asked, by method.
    :param threads: How many posts are driven at a time.
    """

    def __init__(
        self,
        platforms: Mapping[PlatformName, Platform] | None = None,
        *,
        now: Callable[[], datetime] | None = None,
        access: AccessTo = access_to,
        browsers: Callable[[], Mapping[PlatformName, Platform]] | None = None,
        hand_overs: Mapping[PostingMethod, HandOver] | None = None,
        chance: Callable[[], float] = random.random,
        threads: int = 6,
    ) -> None:
        self.who = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.platforms = all_platforms() if platforms is None else platforms
        self.now = now or SharedTime()
        self.access = access
        find = browsers or (all_browsers if platforms is None else no_browsers)
        self._exchanges = Exchanges(self.platforms, access, find, hand_overs or {})
        self._leases = Leases(self.who, self.now)
        self._chance = chance
        self._threads = threads
        self._ending = threading.Event()
        self._woken = False

    def due(self, platforms: Collection[PlatformName] | None = None) -> list[Step]:
        """The kinds of steps that are due, in the order in which they should be taken."""
        with db_session() as session:
            if not self._woken:
                # Once: such posts are only found where an earlier version has left them.
                queries.claims.wake_left(session, self.now())
                self._woken = True
            found = queries.claims.due_stages(session, self.now(), platforms)
        return [step for step in _IN_TURN if not found.isdisjoint(STAGES[step])]

    def round(self, platforms: Collection[PlatformName] | None = None) -> Counter[str]:
        """Drive all that is due, on these platforms alone if any; how many ended in which state."""
        found: Counter[str] = Counter()
        for step in self.due(platforms):
            found.update(self.work(step, platforms=platforms))
        return found

    def work(
        self, step: Step, most: int = 50, platforms: Collection[PlatformName] | None = None
    ) -> Counter[str]:
        """Claim what is due for this kind of step and drive it; how many ended in which state."""
        vault = LateVault()
        with database():
            with db_session() as session:
                now = self.now()
                due = queries.claims.due_accounts(session, now, platforms)
                claimed = queries.claims.claim_posts(
                    session,
                    lambda: vault,
                    self.who,
                    now,
                    LEASE,
                    most=most,
                    stages=STAGES[step],
                    platforms=platforms,
                    unreadable=partial(set_aside, session, now),
                    locked=locked_accounts(session, vault, due),
                )
            if not claimed:
                return Counter()
            mine = [post.post_id for post in claimed]
            with (
                self._leases.kept(mine),
                ThreadPoolExecutor(min(self._threads, len(claimed))) as pool,
            ):
                try:
                    return Counter(pool.map(lambda post: self._driven(post, vault), claimed))
                except BaseException:
                    # Told to end: no step is broken off, and none is begun.
                    self._ending.set()
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise

    def _driven(self, post: Post, vault: Vault) -> str:
        """The post's state in the end; its troubles are its own."""
        try:
            with about(client=post.client, post_id=post.post_id):
                return self.drive(post, vault).state.value
        except ClippingError as error:
            # The database, most likely; its lease ends, and somebody takes it up again.
            _log.warning("%s is left as it was stored: %s", post.post_id, error)
        except Exception:  # noqa: BLE001 - whatever it is, the other posts go on
            _log.exception("%s is left as it was stored", post.post_id)
        finally:
            self._leases.end(post.post_id)
        return "left"

    def drive(self, post: Post, vault: Vault) -> Post:
        """Take step after step of a claimed post while the next one is due."""
        try:
            return self._driven_on(post, vault)
        finally:
            self._exchanges.let_go(post.post_id)

    def _driven_on(self, post: Post, vault: Vault) -> Post:
        unarmed: Receipt | None = None
        admitted: Admitted | None = None
        for _ in range(_MOST_STEPS):
            if self._ending.is_set():
                return post
            with ExitStack() as kept:
                ready: Exchange | ClippingError | None = None
                if unarmed is not None and admitted is not None:
                    # Tokens and files take their time: so before the last look at what is stopped.
                    ready = self._ready(post, admitted.account, kept)
                admitted = self._admit(post, unarmed, vault)
                if admitted is None or not admitted.may_go_on:
                    return post if admitted is None else admitted.post
                before = admitted.post
                step = next_step(before.receipt, mine=unarmed is not None)
                after, error = self._step(before, step, admitted, ready, unarmed)
            armed = after.receipt.stage is Stage.ARMED and step is Step.SUBMIT and error is None
            unarmed = before.receipt if armed else None
            now = self.now()
            going_on = after.next_at is not None and after.next_at <= now
            if not self._save(before, after, step, error, admitted, vault, going_on=going_on):
                return after
            post = after
            if not going_on:
                return post
        # Let go with its lease: whatever it is, somebody else looks at it a minute later.
        return post

    def _admit(self, post: Post, unarmed: Receipt | None, vault: Vault) -> Admitted | None:
        with db_session() as session:
            now = self.now()
            admitted = admit(session, post, unarmed, self.who, now, LEASE, vault)
            if admitted is not None and admitted.locked is not None:
                note_failure(session, admitted, post, admitted.post, admitted.locked, now)
            return admitted

    def _ready(self, post: Post, account: Account, kept: ExitStack) -> Exchange | ClippingError:
        """The last exchange of an armed post, or why it cannot be had; nothing is sent yet."""
        try:
            return self._made_ready(post, Step.SUBMIT, account, kept)
        except ClippingError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is, the other posts go on
            _log.exception("%s was not made ready", post.post_id)
            return Broken(f"Unexpected {type(error).__name__} before the end of {post.post_id}.")

    def _made_ready(self, post: Post, step: Step, account: Account, kept: ExitStack) -> Exchange:
        if step is Step.SUBMIT:
            kept.enter_context(files_held())
        return self._exchanges.ready(post, step, account, self.now())

    def _step(
        self,
        post: Post,
        step: Step,
        admitted: Admitted,
        ready: Exchange | ClippingError | None,
        unarmed: Receipt | None,
    ) -> tuple[Post, ClippingError | None]:
        now = self.now()
        try:
            if isinstance(ready, ClippingError):
                raise ready
            post = with_file(post, admitted.account)
            with ExitStack() as kept:
                if unarmed is not None:
                    # Its last part may take minutes; without all of it nothing is public.
                    kept.enter_context(broken_off_when(stop_of(post)))
                ask = ready or self._made_ready(post, step, admitted.account, kept)
                receipt = ask(post, Clock(self.now()))
        except ClippingError as error:
            if unarmed is not None and error is ready:
                # Nothing was sent: it is as if it had never been armed.
                post = post.replace(receipt=unarmed)
            return after_error(post, step, error, now, self._chance), error
        except Exception as error:  # noqa: BLE001 - whatever it is, the other posts go on
            _log.exception("%s of %s", step, post.post_id)
            broken = Broken(f"Unexpected {type(error).__name__} at {step} of {post.post_id}.")
            return after_error(post, step, broken, now, self._chance), broken
        return after_step(post, step, receipt, self.now()), None

    def _save(
        self,
        before: Post,
        after: Post,
        step: Step,
        error: ClippingError | None,
        admitted: Admitted,
        vault: Vault,
        *,
        going_on: bool,
    ) -> bool:
        """Commit what became of a step, before the next one; False when the post is not ours."""
        now = self.now()
        for left in reversed(range(_SAVES)):
            try:
                with db_session() as session:
                    if not queries.posts.save_post(
                        session,
                        before,
                        after,
                        now,
                        vault=vault,
                        who=self.who,
                        lease_until=now + LEASE if going_on else None,
                    ):
                        return False
                    if error is None:
                        account, outage = admitted.account, admitted.outage
                        note_success(session, account, after, outage, now, admitted.at)
                    else:
                        note_failure(session, admitted, before, after, error, now)
                    return True
            except Transient:
                if not left:
                    raise
                # Another transaction was in the way, or the server is being restarted.
                time.sleep(_SAVE_PAUSE_S * (_SAVES - left))
        return False
