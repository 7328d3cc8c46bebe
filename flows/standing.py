"""``clipper accounts check``: for each account, whether it can be posted to now, and why not."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from clipping.errors import ClippingError
from clipping.models import Account, PlatformName, PostingMethod
from clipping.platforms.standing import BY_TOKEN, live_obstacles, obstacles
from flows import console
from flows.accounts import Line, lines

if TYPE_CHECKING:
    from clipping.platforms.base import Platform


@dataclass(frozen=True)
class Standing:
    """Whether one account can be posted to."""

    account: Account
    why_not: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For people."""
        return "; ".join(reason.rstrip(".") for reason in self.why_not) or "it can"


def check_accounts(client: str | None, account_id: str | None, *, as_json: bool) -> bool:
    """Print how each account stands; True when all of them can be posted to.

    Tokens that are due are renewed on the way, and what the platforms answer changes statuses.
    """
    from flows.connecting import blocks_within_reach
    from tasks.workplace import database, db_session

    with database():
        with db_session() as session:
            found = lines(session, client, account_id)
        with blocks_within_reach(*(line.account.app for line in found)):
            stand = [standing(line, datetime.now(UTC), _platforms()) for line in found]
    if as_json:
        document = [
            {
                "account_id": one.account.account_id,
                "client": one.account.client,
                "platform": one.account.platform,
                "handle": one.account.handle,
                "can_post": not one.why_not,
                "why_not": list(one.why_not),
            }
            for one in stand
        ]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif stand:
        console.output.print(_table(stand))
    else:
        console.output.print("No accounts yet: clipper accounts connect PLATFORM --client NAME")
    return not any(one.why_not for one in stand)


def standing(
    line: Line, now: datetime, platforms: Mapping[PlatformName, type[Platform]]
) -> Standing:
    """How one account stands: by what we know, then by what its platform says of it now."""
    why_not = obstacles(line.account, line.tokens, now)
    if line.account.method is PostingMethod.BROWSER:
        why_not += in_browser(line.account)
    # Whoever has lost our trust, or is paused, is not asked; one without consent can be.
    if line.account.method in BY_TOKEN and line.tokens is not None and not line.account.paused:
        why_not += [told for told in _asked(line.account, now, platforms) if told not in why_not]
    return Standing(line.account, tuple(why_not))


def in_browser(account: Account) -> list[str]:
    """What stands in the way of posts in a browser, as far as we know without opening it."""
    from clipping.platforms.browser import TABLES
    from clipping.platforms.browser.profiles import is_logged_in
    from clipping.platforms.browser.wanted import undisclosable

    found = undisclosable(account.disclosure, TABLES[account.platform])
    if not is_logged_in(account.account_id):
        again = f"clipper accounts login {account.account_id}"
        found.append(f"its owner has not logged in in its browser ({again})")
    return found


def _asked(
    account: Account, now: datetime, platforms: Mapping[PlatformName, type[Platform]]
) -> list[str]:
    from clipping.platforms.base import Clock
    from tasks.tokens import access_to, note_answer

    if account.status in ("banned", "reauthorise"):
        return []
    try:
        access = access_to(account.account_id, now)
        kind = platforms.get(account.platform)
        limits = kind().limits(access, Clock(now)) if kind else None
    except ClippingError as error:
        note_answer(account.account_id, error)
        return [str(error)]
    return [] if limits is None else live_obstacles(account, limits)


def _platforms() -> Mapping[PlatformName, type[Platform]]:
    from clipping import platforms

    found: Mapping[PlatformName, type[Platform]] = getattr(platforms, "PLATFORMS", {})
    return found


def _table(stand: list[Standing]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("client", "account", "posts", "why not"):
        table.add_column(name)
    for one in stand:
        mark = Text("NO", "red") if one.why_not else Text("yes", "green")
        why = "" if not one.why_not else one.sentence
        name = f"{one.account.platform} @{one.account.handle}"
        table.add_row(one.account.client, name, mark, Text(why))
    return table
