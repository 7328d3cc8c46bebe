"""``clipper accounts check``: for each account, whether it can be posted to now, and why not."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from clipping.errors import Transient
from clipping.models import Account, AccountCheck
from flows import console
from flows.account_list import NONE_YET, Line, lines
from flows.account_names import called


@dataclass(frozen=True)
class Standing:
    """How an account stands, as far as anybody knows."""

    account: Account
    check: AccountCheck
    is_known: bool = True
    """False when its platform does not answer, and nothing else stands in the way."""

    @property
    def can_post(self) -> bool | None:
        """None when nobody knows."""
        return not self.check.why_not if self.is_known else None


def check_accounts(client: str | None, name: str | None, *, as_json: bool) -> bool:
    """Print how each account stands; True when all of them can be posted to.

    Tokens that are due are renewed on the way, and what the platforms answer changes statuses.
    """
    from flows.connecting import blocks_within_reach
    from tasks.workplace import database, db_session

    with database():
        with db_session() as session:
            found = lines(session, client, name)
        with blocks_within_reach(*(line.account.app for line in found)):
            stand = [_checked(line) for line in found]
    if as_json:
        document = [
            {
                "account_id": one.account.account_id,
                "client": one.account.client,
                "platform": one.account.platform,
                "handle": one.account.handle,
                "can_post": one.can_post,
                "why_not": list(one.check.why_not),
            }
            for one in stand
        ]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif stand:
        console.output.print(_table(stand))
    else:
        console.output.print(NONE_YET)
    return all(one.can_post for one in stand)


def _checked(line: Line) -> Standing:
    """How it stands; one whose platform does not answer cannot be said to be well."""
    from tasks.account_checks import check_account, known_obstacles
    from tasks.posting import all_platforms

    account, now = line.account, datetime.now(UTC)
    try:
        return Standing(account, check_account(account, line.tokens, now, all_platforms()))
    except Transient as error:
        told = known_obstacles(account, line.tokens, now)
        why_not = (*told, str(error).rstrip("."))
        check = AccountCheck(account_id=account.account_id, why_not=why_not, checked_at=now)
        return Standing(account, check, is_known=bool(told))


_MARKS: Final = {True: ("yes", "green"), False: ("NO", "red"), None: ("not known", "yellow")}


def _table(stand: list[Standing]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("client", "account", "posts", "why not"):
        table.add_column(name, no_wrap=name != "why not", overflow="fold")
    for one in stand:
        why = one.check.sentence if one.check.why_not else ""
        mark = Text(*_MARKS[one.can_post])
        table.add_row(one.account.client, called(one.account), mark, Text(why))
    return table
