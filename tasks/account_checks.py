"""Whether accounts can be posted to just now, and why not.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from pydantic import SecretStr
from sqlmodel import Session

from clipping.db import queries
from clipping.errors import AuthorizationExpired, ClippingError, Transient
from clipping.models import (
    Account,
    AccountCheck,
    AccountStatus,
    PlatformName,
    PostingMethod,
    Tokens,
)
from clipping.platforms.base import Access, Clock, Platform
from clipping.platforms.oauth.base import NOT_GRANTED
from clipping.platforms.standing import BY_TOKEN, live_obstacles, obstacles, unsendable
from tasks.aftermath import tell
from tasks.apps import oauth_of
from tasks.browsing import browser_obstacles
from tasks.plan_obstacles import Held, refusing
from tasks.posting import all_platforms
from tasks.tokens import access_to, note_answer
from tasks.workplace import database, db_session

_log = logging.getLogger(__name__)
_NOT_ASKED: Final = (AccountStatus.BANNED, AccountStatus.REAUTHORISE)
_WHEN: Final = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d")


def check_account(
    account: Account,
    tokens: Tokens | None,
    now: datetime,
    platforms: Mapping[PlatformName, Platform],
) -> AccountCheck:
    """How one account stands: by what we know, then by what its platform says of it now.

    A token that is due is renewed on the way, and what the platform answers changes its status.

    :param tokens: Their dates and scopes are enough.
    :raises Transient: Its platform does not answer just now; of the account that says nothing.
    """
    why_not = known_obstacles(account, tokens, now)
    # Whoever has lost our trust, or is paused, is not asked; one without consent can be.
    if account.method in BY_TOKEN and tokens is not None and not account.paused:
        asked = _asked(account, tokens, now, platforms)
        why_not += [told for told in asked if told not in why_not]
    return AccountCheck(account_id=account.account_id, why_not=tuple(why_not), checked_at=now)


def known_obstacles(account: Account, tokens: Tokens | None, now: datetime) -> list[str]:
    """What stands in the way of its posts as far as we know; its platform is not asked."""
    why_not = obstacles(account, tokens, now)
    if not unsendable(account):
        why_not += [one.rstrip(".") for one in refusing([account]).values()]
    if account.method is PostingMethod.BROWSER:
        why_not += browser_obstacles(account)
    with db_session() as session:
        why_not += _stopped(session, account)
    return why_not


def _stopped(session: Session, account: Account) -> list[str]:
    """The stop that covers all posts of the account, as one sentence; empty when none does."""
    held = Held(account.client, queries.stops.stops(session), [account.replace(paused="")])
    return [one.rstrip(".") for one in held.accounts.values()]


def _asked(
    account: Account,
    tokens: Tokens,
    now: datetime,
    platforms: Mapping[PlatformName, Platform],
) -> list[str]:
    if account.status in _NOT_ASKED:
        return []
    try:
        access = access_to(account.account_id, now)
        if account.method is PostingMethod.INBOX:
            return _opening_another(access, now)
        platform = platforms.get(account.platform)
        limits = platform.limits(access, Clock(now)) if platform else None
    except Transient:
        raise
    except ClippingError as error:
        note_answer(account.account_id, error, now)
        with db_session() as session:
            after = queries.accounts.get_account(session, account.account_id)
        # With what is known from now on: tomorrow that is no news.
        return [*obstacles(after, tokens, now), str(error).rstrip(".")]
    return [] if limits is None else live_obstacles(account, limits)


def _opening_another(access: Access, now: datetime) -> list[str]:
    """What its login says of an account with drafts only, whose limits cannot be asked for.

    Tokens that are good for drafts alone do not tell whose they are; that is no trouble of theirs.
    """
    way = None if access.proxy is None else SecretStr(access.proxy)
    server = oauth_of(access.account, way)
    tokens, account = Tokens(access=access.token, obtained_at=now), access.account
    try:
        if account.platform_user_id:
            is_its = server.opens(tokens, account.platform_user_id)
        else:
            found = server.accounts(tokens)
            is_its = any(one.handle.lower() == account.handle.lower() for one in found)
    except AuthorizationExpired as error:
        if getattr(error, "code", "") not in NOT_GRANTED:
            raise
        return []
    return [] if is_its else ["its login opens another account"]


def check_all(
    now: datetime, platforms: Mapping[PlatformName, Platform] | None = None
) -> dict[str, int]:
    """Look at every account, keep how it stands, and let people know of those that cannot post.

    What was told before and is still so is not told again, nor is a stop, nor what a person has
    paused. An account whose platform does not answer was not looked at.

    :returns: How many accounts can be posted to, cannot, and were not looked at.
    """
    found: Counter[str] = Counter()
    platforms = all_platforms() if platforms is None else platforms
    with database():
        with db_session() as session:
            known = [
                (one, queries.tokens.token_dates(session, one.account_id))
                for one in queries.accounts.accounts(session)
            ]
        for account, tokens in known:
            try:
                check = check_account(account, tokens, now, platforms)
                _keep(account, check)
            except ClippingError as error:
                # Of one account; the others are looked at all the same.
                _log.warning("%s was not looked at: %s", account.account_id, error)
                found["not looked at"] += 1
            else:
                found["cannot post" if check.why_not else "can post"] += 1
    return dict(found)


def _keep(account: Account, check: AccountCheck) -> None:
    with db_session() as session:
        before = queries.account_checks.account_check(session, account.account_id)
        queries.account_checks.save_account_check(session, check)
        # A stop was told of as it was made, as a new status was; what is left is perhaps news.
        news = _reasons(check.why_not) - _reasons(_stopped(session, account))
        news -= _reasons(before.why_not if before else ())
        told = (
            queries.accounts.get_account(session, account.account_id).status is not account.status
        )
        if news and not told and not account.paused:
            name = f"{account.platform.value} @{account.handle}"
            sentence = f"{name} cannot be posted to: {check.sentence}."
            tell(session, "account", sentence, check.checked_at, account=account)


def _reasons(sentences: Iterable[str]) -> set[str]:
    """The reasons without their dates and times, which differ from day to day."""
    return {_WHEN.sub("", one) for one in sentences}
