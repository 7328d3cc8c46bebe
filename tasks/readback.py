"""After a restore: what accounts show since the backup, and which of it the rows do not know."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from clipping.db import queries
from clipping.db.restored import as_of
from clipping.errors import ClippingError, NeedsPerson, Transient
from clipping.models import Account, AccountStatus, Bucket, Post, PostState, Stage, Stop
from clipping.platforms.base import Clock, Shown
from clipping.platforms.shown import is_of, strangers
from clipping.platforms.standing import BY_TOKEN
from clipping.publishing.first_post import begin_warm_up
from clipping.publishing.steps import may_be_public
from tasks.aftermath import tell
from tasks.workplace import db_session

if TYPE_CHECKING:
    from tasks.posting import Publisher

_log = logging.getLogger(__name__)

_BEFORE: Final = timedelta(minutes=30)
"""Clocks differ, and a post takes its time from its first step to its last."""
_HOUR_S: Final = 3600.0
_NAMED: Final = 10


def read_back_restored(publisher: Publisher, most: int) -> Counter[str]:
    """While a restore's stop holds: ask what accounts show, each once an hour at most.

    What is found on an account is ``posted``. What is not found still waits for a person, who is
    told that; and posts that no row knows are told of.
    """
    now, found = publisher.now(), Counter[str]()
    with db_session() as session:
        stops = [(one, at) for one in queries.stops.stops(session) if (at := as_of(one))]
        known = [one for one in queries.accounts.accounts(session) if one.method in BY_TOKEN]
    if not stops:
        return found
    stop, made_at = min(stops, key=lambda one: one[1])
    for account in known:
        if found["accounts"] >= most:
            break
        if account.status in (AccountStatus.BANNED, AccountStatus.REAUTHORISE):
            continue
        if not _is_due(stop, account, now):
            continue
        found["accounts"] += 1
        found["posted"] += _look(publisher, account, made_at - _BEFORE, now)
    return found


def _is_due(stop: Stop, account: Account, now: datetime) -> bool:
    key = f"restored:{stop.stop_id}:{account.account_id}"
    with db_session() as session:
        once = Bucket(key=key, most=1, per_s=1 / _HOUR_S)
        return queries.buckets.take_tokens(session, [once], now) == 0


def _look(publisher: Publisher, account: Account, since: datetime, now: datetime) -> int:
    """How many posts of the account were found on it."""
    waiting = _waiting(account)
    try:
        access = publisher.access(account.account_id, now)
        shown = publisher.platforms[account.platform].shown(access, since, Clock(now))
    except Transient as error:
        _log.warning("%s @%s is looked at later: %s", account.platform, account.handle, error)
        return 0
    except ClippingError as error:
        _log.warning("%s @%s was not read back: %s", account.platform, account.handle, error)
        if isinstance(error, NeedsPerson):
            for post in waiting:
                _still_waits(post, f"{error}", now)
        return 0
    found = 0
    for post in waiting:
        mine = next((one for one in shown if is_of(one, post)), None)
        if mine is None:
            said = f"@{account.handle} does not show it, looked at {now:%Y-%m-%d %H:%M} UTC."
            _still_waits(post, said, now)
        else:
            found += _is_there(post, mine, now)
    _tell_strangers(account, shown, since, now)
    return found


def _waiting(account: Account) -> list[Post]:
    with db_session() as session:
        found = queries.posts.posts(
            session, account_id=account.account_id, states=(PostState.UNKNOWN,)
        )
    return [post for post in found if post.next_at is None and not may_be_public(post)]


def _is_there(seen: Post, shown: Shown, now: datetime) -> bool:
    with db_session() as session:
        post = queries.posts.get_post(session, seen.post_id, lock=True)
        if post.state is not PostState.UNKNOWN:
            return False
        receipt = post.receipt.replace(
            stage=Stage.POSTED, public_id=shown.public_id, url=shown.url, not_before=None
        )
        after = post.replace(
            state=PostState.POSTED,
            receipt=receipt,
            posted_at=shown.at,
            note="It was found on the account after the restore.",
        )
        begin_warm_up(session, after)
        return queries.posts.save_post(session, post, after, now)


def _still_waits(seen: Post, said: str, now: datetime) -> None:
    note = f"{said} clipper posts retry lets it go out, clipper posts done says that it has."
    with db_session() as session:
        post = queries.posts.get_post(session, seen.post_id, lock=True)
        if (
            post.state is PostState.UNKNOWN
            and post.note.partition(",")[0] != note.partition(",")[0]
        ):
            queries.posts.save_post(session, post, post.replace(note=note), now)


def _tell_strangers(
    account: Account, shown: Sequence[Shown], since: datetime, now: datetime
) -> None:
    with db_session() as session:
        ours = queries.posts.posts(
            session, account_id=account.account_id, states=(PostState.POSTED,)
        )
        found = strangers(shown, {post.receipt.public_id for post in ours})
        if not found:
            return
        urls = ", ".join(one.url or one.public_id for one in found[:_NAMED])
        many = f"{len(found)} posts" if len(found) > 1 else "a post"
        sentence = (
            f"{account.platform} @{account.handle} shows {many} since {since:%Y-%m-%d %H:%M} UTC "
            f"that nobody here knows of: {urls}. Reject their clips before anything goes out."
        )
        if not queries.alerts.was_told(session, "restored", sentence):
            tell(session, "restored", sentence, now, account=account)
