"""What ``clipper health`` does."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from clipping.errors import Transient
from clipping.health import Circuit, Look, alarming, circuit
from flows import console

_COLOURS = {Circuit.CLOSED: "green", Circuit.FAILING: "yellow"}


def show_health(*, as_json: bool) -> bool:
    """Print how each service outside stands; False while one that is used is away, or
    the vault lacks a key."""
    from tasks.health import DATABASE, look_at_all
    from tasks.keyless import missing_key

    now = datetime.now(UTC)
    try:
        looks = look_at_all(now)
        keyless = missing_key()
    except Transient as error:
        # Where all is written down is away: that is all that can be said.
        looks = [Look(service=DATABASE, failures=1, looked_at=now, said=str(error))]
        keyless, states = "", {DATABASE: Circuit.OPEN}
    else:
        states = {one.service: circuit(one, now) for one in looks}
    well = not keyless and not any(
        one.used and (alarming(one, now) or states[one.service] is Circuit.OPEN) for one in looks
    )
    if as_json:
        services = [
            {**one.model_dump(mode="json"), "circuit": states[one.service].value} for one in looks
        ]
        document = {"well": well, "vault": keyless, "services": services}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return well
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("service", "circuit", "asked (UTC)", "what it said"):
        table.add_column(name, overflow="fold")
    for one in looks:
        state = states[one.service]
        shown = Text(state.value, _COLOURS.get(state, "red")) if one.used else Text("not used")
        asked = f"{one.looked_at:%m-%d %H:%M:%S}" if one.looked_at else "-"
        table.add_row(one.service, shown, asked, Text(one.said))
    if keyless:
        table.add_row("vault", Text("locked", "red"), "-", Text(keyless))
    console.output.print(table)
    return well
