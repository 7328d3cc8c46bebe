"""What follows from a platform's answer beyond the post itself, in the same transaction."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from clipping.claude import breaker
from clipping.claude.door import Outage
from clipping.db import queries
from clipping.errors import ClippingError, VaultLocked
from clipping.models import (
    Account,
    AccountStatus,
    Alert,
    Post,
    PostingMethod,
    PostState,
    Stage,
    Stop,
)
from clipping.platforms.failures import FailureKind
from clipping.publishing import gates, rates, troubles
from clipping.publishing.failing import is_shut, is_stuck, kind_of_failure, renews, until
from clipping.publishing.first_post import begin_warm_up
from clipping.publishing.steps import may_be_public
from tasks.admission import Admitted

_log = logging.getLogger(__name__)

PUBLISHER: Final = "the publisher"
"""Who stops what nobody told it to stop."""
_APP_PAUSE: Final = timedelta(hours=1)
_QUEUED: Final = (PostState.PLANNED, PostState.RESERVED, PostState.SUBMITTING, PostState.HELD)
_K = FailureKind


def note_success(
    session: Session,
    account: Account,
    post: Post,
    before: Outage,
    now: datetime,
    began: datetime,
) -> None:
    """After a step that was answered: its platform is there, and the account has posted.

    :param began: When the post was let take that step.
    """
    if before != Outage():
        queries.health.outage(session, account.platform.value, breaker.after_answer)
    begin_warm_up(session, post, account)
    _tell_stuck(session, post, post.note, now, began)
    if post.receipt.stage is Stage.INBOX and not _was_told(session, "manual", post, post.note):
        tell(session, "manual", post.note, now, post=post)


def note_failure(
    session: Session,
    admitted: Admitted,
    before: Post,
    after: Post,
    error: ClippingError,
    now: datetime,
) -> None:
    """After a step that failed: what it says of the account, the app, the platform, the source."""
    account, kind = admitted.account, kind_of_failure(error)
    if renews(before, error):
        queries.tokens.expire_tokens(session, account.account_id, now)
        return
    note_account(session, account, troubles.status_after(error), str(error), now)
    # What a page in a browser does says nothing of the API, nor of our app.
    asked = account.method is not PostingMethod.BROWSER
    if asked and isinstance(getattr(error, "kind", None), FailureKind):
        _note_platform(session, admitted, error, kind, now)
        _close(session, account, error, kind, now)
    if troubles.concerns_source(error):
        hold_source(session, after, str(error), now)
    person = after.next_at is None and after.state in (PostState.UNKNOWN, PostState.HELD)
    if person or after.state is PostState.FAILED:
        tell(session, after.state.value, str(error), now, post=after)
    elif after.state is PostState.HELD and (is_shut(error) or isinstance(error, VaultLocked)):
        _tell_held(session, account, str(error), now, after)
    _tell_stuck(session, after, str(error), now, admitted.at)


def _tell_held(session: Session, account: Account, why: str, now: datetime, post: Post) -> None:
    """Once for each post, however often it is tried after that."""
    told = f"{_name(account)}: {why}"
    if not _was_told(session, post.state.value, post, told):
        tell(session, post.state.value, told, now, post=post)


def _tell_stuck(session: Session, post: Post, why: str, now: datetime, began: datetime) -> None:
    """Once for each reason, however often it is looked for after that."""
    if is_stuck(post, began) and not _was_told(session, post.state.value, post, why):
        tell(session, post.state.value, why, now, post=post)


def _was_told(session: Session, kind: str, post: Post, why: str) -> bool:
    return queries.alerts.was_told(session, kind, why, post_id=post.post_id)


def note_account(
    session: Session, account: Account, status: AccountStatus | None, why: str, now: datetime
) -> bool:
    """Note how an account stands, and let people know; whether that is something new.

    With others of its client in trouble, their platform is paused for it.
    """
    if status is None:
        return False
    # One at a time for a client: each has to see the troubles of the others.
    queries.clients.lock_client(session, account.client)
    if not queries.accounts.change_status(session, account.account_id, status, why, at=now):
        return False
    tell(session, "account", f"{_name(account)} is {status.value}: {why}", now, account=account)
    together = queries.stops.accounts_in_trouble(
        session, account.client, account.platform, now - troubles.TOGETHER
    )
    if len(together) <= troubles.MOST_ALONE:
        return True
    handles = " and ".join(f"@{handle}" for handle in together)
    stop = Stop(
        client=account.client,
        platform=account.platform,
        by=PUBLISHER,
        at=now,
        why=f"{handles} got into trouble within an hour",
    )
    if not any(
        one.client == stop.client and one.platform is stop.platform
        for one in queries.stops.stops(session)
    ):
        queries.stops.add_stop(session, stop)
        tell(session, "paused", gates.stopped(stop), now, account=account)
    return True


def hold_source(session: Session, post: Post, why: str, now: datetime) -> None:
    """Nothing more of a post's source goes out; its queued posts give their slots back."""
    if not any(stop.source_id == post.source_id for stop in queries.stops.stops(session)):
        stop = Stop(source_id=post.source_id, by=PUBLISHER, at=now, why=why)
        queries.stops.add_stop(session, stop)
        tell(session, "takedown", gates.stopped(stop), now, post=post)
    for one in queries.posts.posts(session, source_id=post.source_id, states=_QUEUED):
        queued = queries.posts.get_post(session, one.post_id, lock=True)
        if queued.state not in _QUEUED or may_be_public(queued):
            continue
        after = gates.held(queued, f"Its source is held: {why.rstrip('.')}.", now)
        # One that a person holds stays held by that person.
        again = None if queued.state is PostState.HELD and not queued.next_at else after.next_at
        queries.posts.save_post(session, queued, after.replace(slot_id=None, next_at=again), now)


def set_aside(session: Session, now: datetime, post: Post, error: ClippingError) -> None:
    """A post whose handle no key opens is tried again later; people are told once."""
    after = gates.set_aside(post, str(error), now)
    queries.posts.save_post(session, post, after, now)
    if post.note != after.note and after.state is not PostState.CANCELLED:
        tell(session, "unreadable", str(error), now, post=post)


def tell(
    session: Session,
    kind: str,
    sentence: str,
    now: datetime,
    *,
    account: Account | None = None,
    post: Post | None = None,
) -> None:
    """Let people know; kept until somebody has seen it."""
    client = account.client if account else post.client if post else ""
    _log.warning("%s: %s", kind, sentence)
    queries.alerts.add_alert(
        session,
        Alert(
            at=now,
            kind=kind,
            sentence=sentence,
            client=client,
            account_id=account.account_id if account else post.account_id if post else "",
            post_id=post.post_id if post else "",
        ),
    )


def _note_platform(
    session: Session, admitted: Admitted, error: ClippingError, kind: FailureKind, now: datetime
) -> None:
    service, probe = admitted.account.platform.value, admitted.probing
    if troubles.is_silence(error) and queries.tokens.has_proxy(
        session, admitted.account.account_id
    ):
        # More likely its proxy's doing, which says nothing of the platform.
        if probe:
            queries.health.outage(session, service, lambda one: breaker.after_no_probe(one, now))
    elif kind in (_K.RETRY_BACKOFF, _K.UNKNOWN_OUTCOME):
        queries.health.outage(
            session, service, lambda one: breaker.after_failure(one, now, probe=probe)
        )
        queries.health.note_service(session, service, now, str(error))
    elif admitted.outage != Outage():
        # A refusal is an answer, too.
        queries.health.outage(session, service, breaker.after_answer)


def _close(
    session: Session, account: Account, error: ClippingError, kind: FailureKind, now: datetime
) -> None:
    """Nobody asks again for what is used up, or is refused to all."""
    if kind in (_K.RETRY_AFTER, _K.QUOTA_UNTIL):
        app = bool(getattr(error, "whole_app", False))
        gate = rates.app_gate(account) if app else rates.account_gate(account)
        queries.buckets.close(session, gate, now, until(error, now))
    elif kind in (_K.BILLING, _K.APP_MISCONFIGURED) and getattr(error, "whole_app", False):
        # Else it is something of this account alone, such as a proxy that is no address.
        queries.buckets.close(session, rates.app_gate(account), now, now + _APP_PAUSE)
        since = now - queries.alerts.SEEN_FOR
        told = str(error)
        if not queries.alerts.was_told(session, "app", told, app_of=account, lasting_since=since):
            tell(session, "app", told, now, account=account)


def _name(account: Account) -> str:
    return f"{account.platform.value} @{account.handle}"
