"""``clipper accounts check``: for each account, whether it can be posted to now, and why not."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from clipping.models import Account, AccountCheck
from flows import console
from flows.accounts import lines


def check_accounts(client: str | None, account_id: str | None, *, as_json: bool) -> bool:
    """Print how each account stands; True when all of them can be posted to.

    Tokens that are due are renewed on the way, and what the platforms answer changes statuses.
    """
    from flows.connecting import blocks_within_reach
    from tasks.account_checks import check_account
    from tasks.posting import all_platforms
    from tasks.workplace import database, db_session

    with database():
        with db_session() as session:
            found = lines(session, client, account_id)
        with blocks_within_reach(*(line.account.app for line in found)):
            stand = [
                (line.account, check_account(line.account, line.tokens, _now(), all_platforms()))
                for line in found
            ]
    if as_json:
        document = [
            {
                "account_id": account.account_id,
                "client": account.client,
                "platform": account.platform,
                "handle": account.handle,
                "can_post": not check.why_not,
                "why_not": list(check.why_not),
            }
            for account, check in stand
        ]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif stand:
        console.output.print(_table(stand))
    else:
        console.output.print("No accounts yet: clipper accounts connect PLATFORM --client NAME")
    return not any(check.why_not for _, check in stand)


def _now() -> datetime:
    return datetime.now(UTC)


def _table(stand: list[tuple[Account, AccountCheck]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("client", "account", "posts", "why not"):
        table.add_column(name)
    for account, check in stand:
        mark = Text("NO", "red") if check.why_not else Text("yes", "green")
        why = "" if not check.why_not else check.sentence
        name = f"{account.platform} @{account.handle}"
        table.add_row(account.client, name, mark, Text(why))
    return table
