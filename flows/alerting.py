"""What ``clipper alerts`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from clipping.errors import Rejected
from clipping.models import Alert
from flows import console
from flows.clients import refuse_unknown


def settle_alerts(alert_ids: Sequence[int], person: str) -> None:
    """Note that a person has seen to them; all of them, or none.

    :raises Rejected: There is no such alert, or somebody has seen to it before.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    now = datetime.now(UTC)
    with db_session() as session:
        for alert_id in dict.fromkeys(alert_ids):
            if not queries.alerts.alert_seen(session, alert_id, person, now):
                raise Rejected(f"There is no open alert {alert_id}.")


def show_alerts(client: str | None, *, as_json: bool) -> None:
    """Print the alerts that nobody has seen to, the oldest first.

    :raises Rejected: Nobody has heard of the client.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        refuse_unknown(session, client)
        found = queries.alerts.alerts(session, client=client)
    if as_json:
        document = [alert.model_dump(mode="json") for alert in found]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif found:
        console.output.print(_table(found))
    else:
        console.output.print("Nothing wants a person.")


def _table(found: Sequence[Alert]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("id", "since (UTC)", "client", "kind", "what"):
        table.add_column(name, no_wrap=name != "what", overflow="fold")
    for one in found:
        since = f"{one.at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.alert_id), since, one.client or "-", one.kind, Text(one.sentence))
    return table
