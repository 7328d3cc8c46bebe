"""Whether a post may take its next step: is it ours, does anything stop it, may anybody ask now."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from clipping.claude import breaker
from clipping.claude.door import Outage
from clipping.db import queries
from clipping.errors import VaultLocked
from clipping.models import Account, Post, PostingMethod, PostState, Receipt, Standing
from clipping.platforms.standing import BY_TOKEN
from clipping.publishing import gates, rates
from clipping.publishing.failing import after_error
from clipping.publishing.steps import is_package, looked_for_first, next_step
from clipping.vault import Vault
from tasks.keyless import lock_of


@dataclass(frozen=True)
class Admitted:
    """A post before its next step, as it is stored."""

    post: Post
    may_go_on: bool
    """Else it was let go, and is looked at again when it says."""
    account: Account
    outage: Outage
    """What was known of its platform."""
    at: datetime
    """When it was looked at."""
    probing: bool = False
    """Whether it is the one that finds out whether its platform is back."""
    locked: VaultLocked | None = None
    """Why it was let go, where that is for want of a key."""


def admit(
    session: Session,
    post: Post,
    unarmed: Receipt | None,
    who: str,
    now: datetime,
    lease: timedelta,
    vault: Vault,
) -> Admitted | None:
    """Look at a post before its next step; None when somebody else has it by now.

    :param unarmed: Its receipt before this process armed it; what was armed and not sent may
        still be stopped.
    """
    own_gate, app_gate = rates.gate_names(post.platform, post.account_id)
    standing = queries.stops.standing_of(
        session,
        post,
        now,
        who=who,
        arming=unarmed is not None,
        own_gate=own_gate,
        app_gate=app_gate,
    )
    if standing is None:
        return None
    found = post if unarmed is None else post.replace(receipt=unarmed)
    account = standing.account
    outage = Outage(failures=standing.failures, closed_until=standing.platform_closed_until)
    stopped, locked = _stopped(found, standing, now), None
    if stopped is None and not is_package(found.receipt):
        # Before anything is begun, or taken of a rate: each try would end here.
        locked = lock_of(session, vault, account)
        stopped = None if locked is None else _without_key(found, locked, now)
    if stopped is not None:
        gone = _let_go(session, post, stopped, who, now, account, outage, vault)
        return replace(gone, locked=locked)
    wait, probing = _wait(session, post, standing, unarmed, outage, now)
    if wait > now:
        # Armed, and not sent: another process would have to ask whether it was.
        waiting = gates.waiting(found, wait, now)
        return _let_go(session, post, waiting, who, now, account, outage, vault)
    going = _begun(gates.released(post), account, now)
    if going != post:
        queries.posts.save_post(
            session, post, going, now, vault=vault, who=who, lease_until=now + lease
        )
    return Admitted(going, True, account, outage, now, probing)


def _stopped(post: Post, standing: Standing, now: datetime) -> Post | None:
    """What becomes of a post that something is in the way of; None when nothing is."""
    if gates.missed(post, now):
        return gates.too_late(post)
    sentence = gates.obstacle(post, standing)
    if sentence:
        return gates.held(post, sentence, now)
    wait = gates.waits_for(post, standing, now)
    if wait is None:
        return None
    note = "Its account has posted less than 11 hours ago."
    return looked_for_first(gates.released(post).replace(next_at=wait, note=note))


def _without_key(post: Post, locked: VaultLocked, now: datetime) -> Post:
    return after_error(post, next_step(post.receipt, mine=False), locked, now, random.random)


def _wait(
    session: Session,
    post: Post,
    standing: Standing,
    unarmed: Receipt | None,
    outage: Outage,
    now: datetime,
) -> tuple[datetime, bool]:
    """Until when nobody may ask the platform for it, and whether this is the one that probes."""
    account = standing.account
    if account.method not in BY_TOKEN:
        return now, False
    pause_s = breaker.wait_s(outage, now)
    if pause_s > 0:
        return now + timedelta(seconds=pause_s), False
    probing = breaker.is_known(outage)
    if probing:
        queries.health.outage(
            session, account.platform.value, lambda one: breaker.probing(one, now)
        )
    step = next_step(post.receipt, mine=unarmed is not None)
    if standing.shut_until is not None:
        return standing.shut_until, probing
    wanted = rates.buckets(account, rates.asking(step, post.receipt), now)
    return now + timedelta(seconds=queries.buckets.take_tokens(session, wanted, now)), probing


def _begun(post: Post, account: Account, now: datetime) -> Post:
    """The post as its first step finds it: what is agreed to and disclosed now is what is sent."""
    if post.begun_at is not None or account.consent is None:
        return post
    return post.replace(
        begun_at=now,
        state=PostState.SUBMITTING,
        consent=account.consent,
        disclosure=account.disclosure,
        inbox=account.method is PostingMethod.INBOX,
    )


def _let_go(
    session: Session,
    post: Post,
    after: Post,
    who: str,
    now: datetime,
    account: Account,
    outage: Outage,
    vault: Vault,
) -> Admitted:
    queries.posts.save_post(session, post, after, now, vault=vault, who=who)
    return Admitted(after, False, account, outage, now)
