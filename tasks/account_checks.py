"""Whether accounts can be posted to just now, and why not.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from clipping.db import queries
from clipping.errors import ClippingError
from clipping.models import (
    Account,
    AccountCheck,
    AccountStatus,
    PlatformName,
    PostingMethod,
    Tokens,
)
from clipping.platforms.base import Clock, Platform
from clipping.platforms.standing import BY_TOKEN, live_obstacles, obstacles
from tasks.aftermath import tell
from tasks.browsing import browser_obstacles
from tasks.posting import all_platforms
from tasks.tokens import access_to, note_answer
from tasks.workplace import database, db_session

_log = logging.getLogger(__name__)
_NOT_ASKED: Final = (AccountStatus.BANNED, AccountStatus.REAUTHORISE)


def check_account(
    account: Account,
    tokens: Tokens | None,
    now: datetime,
    platforms: Mapping[PlatformName, Platform],
) -> AccountCheck:
    """How one account stands: by what we know, then by what its platform says of it now.

    A token that is due is renewed on the way, and what the platform answers changes its status.

    :param tokens: Their dates and scopes are enough.
    """
    why_not = obstacles(account, tokens, now)
    if account.method is PostingMethod.BROWSER:
        why_not += browser_obstacles(account)
    # Whoever has lost our trust, or is paused, is not asked; one without consent can be.
    if account.method in BY_TOKEN and tokens is not None and not account.paused:
        why_not += [told for told in _asked(account, now, platforms) if told not in why_not]
    return AccountCheck(account_id=account.account_id, why_not=tuple(why_not), checked_at=now)


def _asked(
    account: Account, now: datetime, platforms: Mapping[PlatformName, Platform]
) -> list[str]:
    if account.status in _NOT_ASKED:
        return []
    try:
        access = access_to(account.account_id, now)
        platform = platforms.get(account.platform)
        limits = platform.limits(access, Clock(now)) if platform else None
    except ClippingError as error:
        note_answer(account.account_id, error)
        return [str(error)]
    return [] if limits is None else live_obstacles(account, limits)


def check_all(
    now: datetime, platforms: Mapping[PlatformName, Platform] | None = None
) -> dict[str, int]:
    """Look at every account, keep how it stands, and let people know of those that cannot post.

    What was told before and is still so is not told again, nor is what a person has paused.

    :returns: How many accounts can be posted to, cannot, and were not looked at.
    """
    found: Counter[str] = Counter()
    platforms = all_platforms() if platforms is None else platforms
    with database():
        with db_session() as session:
            known = [
                (one, queries.token_dates(session, one.account_id))
                for one in queries.accounts(session)
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
        before = queries.account_check(session, account.account_id)
        queries.save_account_check(session, check)
        known = before is not None and before.why_not == check.why_not
        if check.why_not and not known and not account.paused:
            name = f"{account.platform.value} @{account.handle}"
            sentence = f"{name} cannot be posted to: {check.sentence}."
            tell(session, "account", sentence, check.checked_at, account=account)
