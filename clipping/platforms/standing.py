"""Whether an account can be posted to, and why not: pure."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Final

from clipping.models import (
    Account,
    AccountLimits,
    Disclosure,
    PlatformName,
    PostingMethod,
    Tokens,
)
from clipping.platforms.oauth import OAUTH

BY_TOKEN: Final = (PostingMethod.API, PostingMethod.INBOX)
"""The methods that need tokens."""
BY_VAULT: Final = (*BY_TOKEN, PostingMethod.BROWSER)
"""The methods that need the vault: for tokens, and for the handles of posts on their way."""

_UNOPENED: Final = {
    PostingMethod.API: "not connected",
    PostingMethod.INBOX: "not connected",
    PostingMethod.BROWSER: "not logged in yet",
}


def to_connect(account: Account) -> str:
    """The command by which the account's owner lets us in again, in the same way."""
    named = {
        "--client": account.client,
        "--handle": account.handle,
        "--method": account.method.value if account.method is PostingMethod.INBOX else "",
        "--login-path": account.login_path,
        "--app": account.app,
    }
    options = [part for name, value in named.items() if value for part in (name, value)]
    return shlex.join(["clipper", "accounts", "connect", account.platform.value, *options])


def unopened(account: Account, *, is_open: bool) -> str:
    """What keeps us out of an account that nothing opens, in a few words; empty for the others.

    :param is_open: Whether its owner has let us in, as it is posted to: by tokens, or by a login in
        its own browser.
    """
    return "" if is_open else _UNOPENED.get(account.method, "")


def to_open(account: Account) -> str:
    """The command by which the account's owner lets us in, as it is posted to."""
    if account.method is PostingMethod.BROWSER:
        return f"clipper accounts login {account.account_id}"
    return to_connect(account)


def obstacles(account: Account, tokens: Tokens | None, now: datetime) -> list[str]:
    """What stands in the way of a post, as far as we know without asking; empty when nothing."""
    found = [account.status.in_the_way] if account.status.in_the_way else []
    if account.paused:
        found.append(f"it is paused: {account.paused}")
    if account.consent is None:
        found.append("its owner's consent is not recorded")
    if account.method is PostingMethod.INBOX and account.platform is not PlatformName.TIKTOK:
        found.append("only TikTok has an inbox for drafts")
    if account.method in BY_TOKEN:
        found += _closed_doors(account, tokens, now)
    found += unsendable(account)
    return found


def _closed_doors(account: Account, tokens: Tokens | None, now: datetime) -> list[str]:
    if tokens is None:
        return [f"it is {_UNOPENED[account.method]}"]
    kind = OAUTH[account.platform, account.login_path]
    # Those that were added by hand may not say what they are good for.
    missing = kind.missing(tokens.scopes, account.method) if tokens.scopes else ()
    found = [f"its owner did not grant {', '.join(missing)}"] if missing else []
    ended = tokens.expires_at is not None and tokens.expires_at <= now
    if ended and tokens.refresh is None:
        found.append("its token has expired and cannot be renewed")
    return found


def unsendable(account: Account) -> list[str]:
    """Disclosures of its default that its platform has no field for (platforms.md 5)."""
    told: Disclosure = account.disclosure
    found = []
    if told.own_brand and account.platform is not PlatformName.TIKTOK:
        found.append("its platform has no field for the own brand")
    if told.paid_partnership and account.login_path == "instagram":
        found.append("Instagram's own login cannot label a paid partnership")
    if told.sponsors and account.platform in (PlatformName.TIKTOK, PlatformName.X):
        found.append("its platform has no field for sponsors")
    return found


def live_obstacles(account: Account, limits: AccountLimits) -> list[str]:
    """What stands in the way by what its platform said just now."""
    found = [limits.blocked.rstrip(".")] if limits.blocked else []
    if limits.posts_left == 0:
        until = f" until {limits.resets_at:%Y-%m-%d %H:%M} UTC" if limits.resets_at else ""
        found.append(f"its platform takes no further post{until}")
    wanted = account.consent.privacy if account.consent else ""
    if account.method is PostingMethod.API and limits.privacy_levels and wanted:
        levels = limits.privacy_levels
        if wanted not in levels:
            found.append(f"its owner agreed to {wanted}, and it offers only {', '.join(levels)}")
    return found
