"""``clipper accounts history``: what happened to an account, in words."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from clipping.models import AccountEvent
from flows import console
from flows.account_names import account_named, called


def show_history(name: str, client: str | None, *, as_json: bool) -> None:
    """Print all that happened to an account, the oldest first.

    :raises Rejected: There is no such account.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        account = account_named(session, name, client)
        found = queries.accounts.account_events(session, account.account_id)
    if as_json:
        document = [event.model_dump(mode="json") for event in found]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif found:
        console.output.print(history_table(found))
    else:
        console.output.print(f"Nothing has happened to {called(account)} yet.")


def history_table(found: Sequence[AccountEvent]) -> Table:
    """One row for each event: when, what, from what to what, and why."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("when (UTC)", "what", "before", "after", "why"):
        table.add_column(name, no_wrap=name == "when (UTC)", overflow="fold")
    for event in found:
        what, before = event.kind, event.before
        if event.kind == "settings":
            # Kept as ``timezone: UTC``; of a proxy there is nothing but its name to say.
            what, _, before = event.before.partition(": ")
        why = "" if event.reason in (before, event.after) else event.reason
        row = (what, before or "-", event.after or "-", why)
        table.add_row(f"{event.at:%Y-%m-%d %H:%M}", *(Text(part) for part in row))
    return table
