"""Whether posts are still public: what a platform has taken down holds the rest of its source."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from clipping.db import queries
from clipping.errors import ClippingError, NeedsPerson, Transient
from clipping.models import Account, AccountStatus, Bucket, PlatformName, Post, PostState, Stage
from clipping.platforms.base import Access, Clock
from clipping.platforms.standing import BY_TOKEN
from clipping.publishing import troubles
from clipping.vault import LateVault, open_vault
from tasks.aftermath import hold_source, note_account, tell
from tasks.keyless import locked_accounts
from tasks.workplace import db_session

if TYPE_CHECKING:
    from tasks.posting import Publisher

_log = logging.getLogger(__name__)

LOOKED_AT: Final = timedelta(days=14)
"""Of how old posts are asked for; what goes later is found when their figures are read."""
_DAY_S: Final = 24 * 3600.0


def look_for_removed(
    publisher: Publisher, most: int, platforms: Collection[PlatformName] | None = None
) -> Counter[str]:
    """Ask for the posts of accounts that were not asked for a day; how many are gone, and how many
    accounts are away with all of theirs.

    :param platforms: Only accounts on these; on all unless given.
    """
    now, found = publisher.now(), Counter[str]()
    with db_session() as session:
        known = [one for one in queries.accounts.accounts(session) if one.method in BY_TOKEN]
        methods = {one.account_id: one.method for one in known}
        locked = locked_accounts(session, LateVault(), methods)
    for account in known:
        if found["accounts"] >= most:
            break
        if platforms is not None and account.platform not in platforms:
            continue
        if account.status in (AccountStatus.BANNED, AccountStatus.REAUTHORISE):
            continue
        if why := locked.get(account.account_id):
            # Its day's look is still to come, once there is the key.
            _log.warning("%s @%s is looked at later: %s", account.platform, account.handle, why)
            continue
        posts = _posted(account, now)
        if posts and _is_due(account, now):
            found["accounts"] += 1
            try:
                found.update(_look(publisher, account, posts, now))
            except Transient as error:
                # What was found is not stored: it is looked for again at once, not in a day.
                _log.warning("%s is looked at again: %s", account.handle, error)
                with db_session() as session:
                    queries.buckets.give_back(session, _daily(account))
    return found


def _posted(account: Account, now: datetime) -> list[Post]:
    with db_session() as session:
        found = queries.posts.posts(
            session,
            account_id=account.account_id,
            states=(PostState.POSTED,),
            since=now - LOOKED_AT,
        )
    return [post for post in found if not post.gone]


def _is_due(account: Account, now: datetime) -> bool:
    with db_session() as session:
        return queries.buckets.take_tokens(session, [_daily(account)], now) == 0


def _daily(account: Account) -> Bucket:
    return Bucket(key=f"removed:{account.account_id}", most=1, per_s=1 / _DAY_S)


def _look(publisher: Publisher, account: Account, posts: list[Post], now: datetime) -> Counter[str]:
    try:
        access = publisher.access(account.account_id, now)
        posts = [named for post in posts if (named := _named(publisher, access, post, now))]
        receipts = {post.post_id: post.receipt for post in posts}
        if not receipts:
            return Counter()
        gone = publisher.platforms[account.platform].still_public(receipts, access, Clock(now))
    except ClippingError as error:
        _log.warning("%s @%s was not looked at: %s", account.platform, account.handle, error)
        return Counter()
    # What a platform has taken down for a reason of its own is no sign of trouble of the account.
    claimed = [post for post in posts if post.post_id in gone and gone[post.post_id].of_post]
    others = [post for post in posts if post not in claimed]
    since = _well_since(account) if troubles.are_all_gone(others, gone) else None
    away = troubles.account_is_away(others, gone, since)
    found = claimed if away else [post for post in posts if post.post_id in gone]
    for post in found:
        _note(account, post, gone[post.post_id].why, now)
    if away:
        _note_away(account, len(others), now)
    return +Counter(gone=len(found), away=int(away))


def _named(publisher: Publisher, access: Access, seen: Post, now: datetime) -> Post | None:
    """The post with its platform's id, which TikTok tells only after a while; None without one."""
    if seen.receipt.public_id:
        return seen
    try:
        with db_session() as session:
            post = queries.posts.get_post(session, seen.post_id, vault=open_vault())
    except NeedsPerson as error:
        # Of this post alone: the account itself was opened.
        _log.warning("%s is not named: %s", seen.post_id, error)
        return None
    if not post.receipt.handle:
        # Of one that a person has posted nobody knows more than they said.
        return None
    platform = publisher.platforms[post.platform]
    try:
        receipt = platform.poll(post.job(""), post.receipt, access, Clock(now))
    except Transient:
        raise
    except ClippingError as error:
        _log.warning("%s is not named: %s", post.post_id, error)
        return None
    if receipt.stage is not Stage.POSTED or not receipt.public_id:
        return None
    named = post.replace(receipt=receipt, note=receipt.note)
    with db_session() as session:
        now_stored = queries.posts.get_post(session, post.post_id, vault=open_vault(), lock=True)
        if now_stored != post:
            return None
        queries.posts.save_post(session, post, named, now)
    return named


def _well_since(account: Account) -> datetime | None:
    """When a person has last said that the account is well.

    That its owner let us in again says nothing of its posts.
    """
    with db_session() as session:
        events = queries.accounts.account_events(session, account.account_id)
    return troubles.well_since(events)


def _note_away(account: Account, posts: int, now: datetime) -> None:
    """Its posts stay what they are, and none goes out before a person has looked."""
    why = (
        f"None of its {posts} posts is to be seen any more: its platform has suspended or hidden "
        "it, or what opens it is another account's. Look at it there; if it is well, clipper "
        f"accounts reinstate {account.account_id} --by NAME."
    )
    with db_session() as session:
        queries.clients.lock_client(session, account.client)
        note_account(session, account, AccountStatus.SUSPENDED, why, now)


def _note(account: Account, seen: Post, why: str, now: datetime) -> None:
    with db_session() as session:
        # In the order in which publishers lock, so that none of them waits for this one's posts.
        queries.clients.lock_client(session, account.client)
        queries.accounts.get_account(session, account.account_id, lock=True)
        post = queries.posts.get_post(session, seen.post_id, lock=True)
        if post.gone:
            return
        queries.posts.save_post(session, post, post.replace(gone=why, note=why), now)
        tell(session, "removed", why, now, post=post)
        hold_source(session, post, why, now)
        note_account(session, account, AccountStatus.WARNED, why, now)
