"""What ``clipper cost`` does."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.table import Table

from flows import console
from flows.clients import unknown

if TYPE_CHECKING:
    from clipping.db.queries.claude import CostLine


@dataclass(frozen=True)
class MonthOfCosts:
    """What a client has spent in a month, and what it may."""

    client: str
    month: str
    lines: tuple[CostLine, ...]
    budget_usd: Decimal | None
    reserved_usd: Decimal
    """What batches under way cost at most, in whatever month they end."""

    @property
    def spent_usd(self) -> Decimal:
        """All lines together."""
        return sum((line.cost_usd for line in self.lines), Decimal(0))

    def as_json(self) -> dict[str, Any]:
        """The same for programs; dollars as text, because they are exact."""
        return {
            "client": self.client,
            "month": self.month,
            "spent_usd": _exact(self.spent_usd),
            "budget_usd": None if self.budget_usd is None else _exact(self.budget_usd),
            "reserved_usd": _exact(self.reserved_usd),
            "lines": [
                {
                    **line.model_dump(mode="json", exclude={"usage", "cost_usd"}),
                    **line.usage.model_dump(),
                    "cost_usd": _exact(line.cost_usd),
                }
                for line in self.lines
            ],
        }


def show_costs(client: str, month: str | None, *, as_json: bool) -> None:
    """Print a client's month, this one unless another is named.

    :raises Rejected: Nobody has heard of the client.
    """
    found = _month_of(client, month or f"{datetime.now(UTC):%Y-%m}")
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
        return
    if found.lines:
        console.output.print(cost_table(found))
    console.output.print(summary(found), markup=False)


def _month_of(client: str, month: str) -> MonthOfCosts:
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        known = queries.clients.clients(session)
        if client not in known:
            raise unknown(client, known)
        return MonthOfCosts(
            client=client,
            month=month,
            lines=tuple(queries.claude.costs(session, client, month)),
            budget_usd=queries.clients.client_settings(session, client).monthly_budget_usd,
            reserved_usd=queries.claude.reserved_usd(session, client),
        )


def cost_table(found: MonthOfCosts) -> Table:
    """One row for each day, purpose, model and way of asking."""
    from clipping.claude.budget import dollars

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("day", "purpose", "model"):
        table.add_column(name, no_wrap=True)
    for name in ("calls", "prompt", "cached", "answer", "cost"):
        table.add_column(name, no_wrap=True, justify="right")
    for place, line in enumerate(found.lines):
        used = line.usage
        first = place == 0 or found.lines[place - 1].day != line.day
        table.add_row(
            f"{line.day}" if first else "",
            line.purpose,
            line.model.removeprefix("claude-") + (" batch" if line.batch else ""),
            str(line.calls),
            f"{used.prompt_tokens:,}",
            f"{used.cache_read_tokens:,}",
            f"{used.output_tokens:,}",
            dollars(line.cost_usd),
        )
    return table


def summary(found: MonthOfCosts) -> str:
    """One sentence: spent, of how much, and what is still under way."""
    from clipping.claude.budget import dollars

    spent = f"{found.client} has spent {dollars(found.spent_usd)}"
    if found.budget_usd is not None:
        share = f" ({found.spent_usd / found.budget_usd:.0%})" if found.budget_usd else ""
        spent += f" of {dollars(found.budget_usd)}{share}"
    waits = f"; up to {dollars(found.reserved_usd)} under way" if found.reserved_usd else ""
    return f"{spent} on Claude in {found.month}{waits}."


def _exact(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
