"""What ``clipper sweep`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from clipping.storage.folder import amount
from flows import console
from flows.clients import unknown

_DONE = {"archive": "archived", "remove": "removed from the store", "drop": "dropped for good"}
_DUE = {
    "archive": "would go to the archive",
    "remove": "would be removed from the store",
    "drop": "would be dropped for good",
}


def sweep_now(*, apply: bool, client: str | None, as_json: bool) -> bool:
    """Sweep and print what was found and done; False when some file needs a person.

    :raises Rejected: Nobody has heard of the client.
    """
    from clipping.db import queries
    from tasks.sweep import sweep
    from tasks.workplace import db_session

    with db_session() as session:
        known = queries.clients.clients(session)
    if client is not None and client not in known:
        raise unknown(client, known)
    found = sweep(apply=apply, client=client).document()
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        _show(found)
    return not found["troubles"]


def _show(found: Mapping[str, Any]) -> None:
    if found["busy"]:
        console.output.print("Another sweep is running; this one did nothing.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("where", "client", "kind", "files", "size"):
        table.add_column(name, justify="right" if name in {"files", "size"} else "left")
    for where in ("store", "archive"):
        for row in found[where]:
            size = amount(row["bytes"])
            table.add_row(where, Text(row["client"]), row["kind"], f"{row['files']}", size)
    console.output.print(table if table.row_count else "The media store is empty.")
    words = _DONE if found["applied"] else _DUE
    for deed, counts in found["done"].items():
        console.output.print(f"{_files(counts)} {words[deed]}.")
    if not found["done"]:
        console.output.print("Nothing is due.")
    for reason, counts in found["kept"].items():
        console.output.print(f"{_files(counts)} stay: {reason}.")
    for sentence in found["troubles"]:
        console.errors.print(sentence)
    if found["done"] and not found["applied"]:
        console.output.print("Nothing was changed; with --apply it is done.")


def _files(counts: Mapping[str, int]) -> str:
    number = counts["files"]
    return f"{number} file{'' if number == 1 else 's'} ({amount(counts['bytes'])})"
