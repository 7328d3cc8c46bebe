"""What ``clipper alarms`` does."""

from __future__ import annotations

import json
import sys

from rich.table import Table
from rich.text import Text

from clipping.errors import Rejected
from flows import console


def show_targets(*, as_json: bool) -> None:
    """Print who is told of what, and whether that works."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        found = queries.alarms.targets(session)
    if as_json:
        document = [one.model_dump(mode="json") for one in found]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    if not found:
        console.output.print("Nobody is told: clipper alarms add NAME --address-file FILE --by YOU")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("name", "client", "told of", "digest", "last message"):
        table.add_column(name, overflow="fold")
    for one in found:
        kinds = ", ".join(one.kinds) or "everything"
        table.add_row(
            Text(one.name),
            Text(one.client or "-"),
            kinds,
            "daily" if one.digest else "-",
            Text(one.trouble or "ok"),
        )
    console.output.print(table)


def remove_target(name: str) -> None:
    """Forget a target.

    :raises Rejected: There is none of that name.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        if not queries.alarms.forget_target(session, name):
            raise Rejected(f"There is no target {name}; `clipper alarms targets` shows them.")


def try_all(name: str | None) -> bool:
    """Send a test to targets and print how that went; True when all took it."""
    from tasks.alarms import try_targets

    said = try_targets(name)
    for target, why in said.items():
        console.output.print(f"{target}: {why or 'taken'}")
    if not said:
        console.output.print("Nobody is told yet.")
    return not any(said.values())
