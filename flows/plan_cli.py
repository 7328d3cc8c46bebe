"""``clipper plan``: who posts what when, and one post changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.options import Json
from flows.outcomes import outcomes
from flows.publish_cli import By, PostId, Why

plan_app = typer.Typer(help="Plan who posts what when, and reserve it.")


@plan_app.callback(invoke_without_command=True)
def plan(
    context: typer.Context,
    client: Annotated[str, typer.Option(help="Whose posts.", show_default=False)] = "",
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="On the accounts' own clocks; today without.",
            show_default=False,
        ),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=62, help="So many days, from that one on.")] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be planned; reserve nothing.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(help="SVG file for a picture of it; of several days, files.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan a client's day: its table, what is missing, and what has changed."""
    if context.invoked_subcommand is not None:
        return
    if not client.strip():
        raise typer.BadParameter("say whose posts are planned: --client NAME")
    from flows.planning import show_plans

    with outcomes(as_json):
        show_plans(
            client,
            day.date() if day else None,
            days,
            dry_run=dry_run,
            picture=picture,
            as_json=as_json,
        )


@plan_app.command()
def change(
    what: Annotated[
        Literal["hold", "cancel", "move"],
        typer.Argument(help="What happens to the post.", show_default=False),
    ],
    post_id: PostId,
    by: By,
    why: Why = "by hand",
    to: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Where it moves to: 2026-11-28T18:30 on its account's clock, or with +01:00 or Z.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Hold, cancel or move one post; only its slot is planned anew."""
    from flows.planning import change_plan

    if not by.strip() or not why.strip():
        raise typer.BadParameter("--by and --why must say something")
    if (what == "move") != bool(to):
        raise typer.BadParameter("--to is for move, which needs it")
    at = _time(to) if to else None
    with outcomes(as_json=False):
        change_plan(what, post_id, by, why, at)


def _time(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter(
            f"--to {said!r} is no time such as 2026-11-28T18:30 or 2026-11-28T18:30+01:00"
        ) from None
