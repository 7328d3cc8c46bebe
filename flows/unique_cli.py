"""What makes clips different: two commands, and the options of ``clipper vary`` beside hooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from flows.client_cli import MONTH
from flows.options import Json
from flows.outcomes import outcomes

VariedStyles = Annotated[
    list[str] | None,
    typer.Option("--style", help="Look of a variation's captions; repeatable."),
]
VariedFramings = Annotated[
    list[str] | None,
    typer.Option(
        "--framing",
        help="What the camera does in a variation, in all scenes or in some; repeatable.",
        metavar="[TIME=]auto|centre|left|right|fit|split|0..1[,...]",
    ),
]
Sentences = Annotated[
    int,
    typer.Option(
        min=0, max=99, metavar="N", help="Sentences by which that end of a variation moves."
    ),
]


def varied_beside_hooks(
    hooks: bool, style: Sequence[str], framing: Sequence[str], bounds: tuple[int, int, int, int]
) -> tuple[str, list[str]] | None:
    """What is varied beside hooks, and how; None when hooks are. A wrong usage when both are."""
    from flows.varying import one_factor

    try:
        return one_factor(hooks, style, framing, bounds)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def uniqueness(
    client: Annotated[str, typer.Option(help="Whose clips.")] = "default",
    month: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="In UTC; this month without.", show_default=False),
    ] = None,
    closest: Annotated[int, typer.Option(min=0, max=1000, help="Pairs to list.")] = 10,
    as_json: Json = False,
) -> None:
    """Say how different a month of clips is: recipes, distances, and the closest pairs."""
    from flows.uniqueness import show_uniqueness

    if month is not None and not MONTH.fullmatch(month):
        raise typer.BadParameter(f"--month {month!r} is no month such as 2026-11")
    with outcomes(as_json):
        show_uniqueness(client, month, closest, as_json=as_json)


def experiments(
    client: Annotated[str, typer.Option(help="Whose experiments.")] = "default",
    as_json: Json = False,
) -> None:
    """List what a client has tried out with variations of clips, the newest first."""
    from flows.varying import show_experiments

    with outcomes(as_json):
        show_experiments(client, as_json=as_json)
