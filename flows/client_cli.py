"""What a client has decided, wants, has spent and will spend: four commands."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.options import Json
from flows.outcomes import outcomes

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_MOST_USD = 100_000_000


def client(
    name: Annotated[str, typer.Argument(help="Name of the client.", show_default=False)],
    require_rights: Annotated[
        bool | None,
        typer.Option(
            "--require-rights/--no-require-rights",
            help="Render nothing of a source before somebody has stated its rights.",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="USD",
            help="Dollars a month for Claude, such as 60; none for no limit.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="NAME", help="Who changes it, for the history.")
    ] = "the command line",
    as_json: Json = False,
) -> None:
    """Show what a client has decided once for all of its videos, or change it."""
    from flows.clients import set_client

    changes: dict[str, Any] = {}
    if require_rights is not None:
        changes["require_rights"] = require_rights
    if budget is not None:
        changes["monthly_budget_usd"] = _dollars(budget)
    with outcomes(as_json):
        set_client(name, changes, by=by, as_json=as_json)


def policy(
    name: Annotated[str, typer.Argument(help="Name of the client.", show_default=False)],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A wish; lists with commas; repeatable."),
    ] = None,
    unset: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Have what all clients have at first; repeatable."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="TOML file that takes the place of all wishes.")
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="NAME", help="Who changes it, for the history.")
    ] = "the command line",
    as_json: Json = False,
) -> None:
    """Show what a client wants of its clips and of the words beside them, or change it."""
    from flows.policies import changes_of, set_policy

    try:
        changes = changes_of(given or (), unset or (), file)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with outcomes(as_json):
        set_policy(name, changes, by=by, as_json=as_json)


def _dollars(text: str) -> Decimal | None:
    if text.strip().lower() == "none":
        return None
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (amount.is_finite() and 0 <= amount <= _MOST_USD):
        raise typer.BadParameter(f"--budget {text!r} is no number of dollars, such as 60, nor none")
    return amount


def cost(
    client: Annotated[str, typer.Option(help="Whose costs.")] = "default",
    month: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="In UTC; this month without.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what a client has spent on Claude in a month, by day and purpose."""
    from flows.costs import show_costs

    if month is not None and not MONTH.fullmatch(month):
        raise typer.BadParameter(f"--month {month!r} is no month such as 2026-11")
    with outcomes(as_json):
        show_costs(client, month, as_json=as_json)


def estimate(
    source: Annotated[
        str, typer.Argument(help="A video file, or a link that was taken in.", show_default=False)
    ],
    client: Annotated[str, typer.Option(help="Whose video it is.")] = "default",
    count: Annotated[int, typer.Option(min=1, max=50, help="Clips at most.")] = 5,
    min_seconds: Annotated[int, typer.Option(min=1, max=600, help="Shortest clip.")] = 15,
    max_seconds: Annotated[int, typer.Option(min=1, max=600, help="Longest clip.")] = 60,
    complex_source: Annotated[
        bool, typer.Option("--complex", help="As judged by the best judge.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what Claude will cost for a source, before it is asked anything."""
    from clipping.models import DetectOptions
    from flows.estimating import show_estimate

    if min_seconds > max_seconds:
        raise typer.BadParameter("--min-seconds is more than --max-seconds")
    options = DetectOptions(count=count, min_ms=min_seconds * 1000, max_ms=max_seconds * 1000)
    with outcomes(as_json):
        show_estimate(source, client, options, complex_source=complex_source, as_json=as_json)
