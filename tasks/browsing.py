"""What a publisher needs for accounts that are posted to in their owners' own browser profiles."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr

from clipping.db import queries
from clipping.errors import NotInstalled
from clipping.models import Account, PlatformName
from clipping.platforms.base import Access, Platform
from clipping.platforms.standing import to_open, unopened
from clipping.vault import LateVault, open_vault
from tasks.keyless import lock_of
from tasks.workplace import database, db_session


def no_browsers() -> Mapping[PlatformName, Platform]:
    """Nothing to post with in a browser."""
    return {}


def all_browsers() -> Mapping[PlatformName, Platform]:
    """What posts on each platform in a browser.

    :raises NotInstalled: There is no Playwright.
    """
    try:
        from clipping.platforms.browser.posting import BROWSERS
    except ImportError:
        raise NotInstalled(
            'Posting in a browser needs Playwright: pip install "clipper[browser]"'
        ) from None
    return {name: kind() for name, kind in BROWSERS.items()}


def entry_to(account: Account) -> Access:
    """What opens an account in its own browser: its profile does, so there is no token.

    :raises NeedsPerson: It has a proxy, and no key of the vault opens that.
    """
    proxy = None
    with database(), db_session() as session:
        if queries.tokens.has_proxy(session, account.account_id):
            proxy = queries.tokens.proxy_of(session, open_vault(), account.account_id)
    way = None if proxy is None else proxy.get_secret_value()
    return Access(account, SecretStr(""), proxy=way)


def browser_obstacles(account: Account) -> list[str]:
    """What stands in the way of posts in a browser, as far as we know without opening it."""
    from clipping.platforms.browser import TABLES
    from clipping.platforms.browser.profiles import is_logged_in
    from clipping.platforms.browser.wanted import undisclosable

    found = undisclosable(account.disclosure, TABLES[account.platform])
    with db_session() as session:
        is_open = bool(queries.tokens.open_accounts(session, [account.account_id]))
        locked = lock_of(session, LateVault(), account)
    if told := unopened(account, is_open=is_open):
        found.append(f"it is {told} ({to_open(account)})")
    elif not is_logged_in(account.account_id):
        found.append(f"its browser's profile is not on this machine ({to_open(account)})")
    if locked is not None:
        found.append(str(locked).rstrip("."))
    return found
