"""``clipper watch``: folders and channels in which what is new is taken in by itself."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from flows.options import Json, Owner, RightsNote, stated_rights
from flows.outcomes import FAILED, outcomes

watch_app = typer.Typer(
    help="Watch folders and channels: what is new there is taken in once.", no_args_is_help=True
)

Place = Annotated[
    str, typer.Argument(help="A folder, or the link of a channel or playlist.", show_default=False)
]
WatchClient = Annotated[str, typer.Option("--client", help="Whose videos come from there.")]
OneClient = Annotated[
    str | None, typer.Option("--client", help="Only this client's watches.", show_default=False)
]


@watch_app.command()
def add(
    place: Place,
    client: WatchClient = "default",
    min_seconds: Annotated[
        int, typer.Option(min=1, max=86_400, help="Shorter videos are left alone.")
    ] = 60,
    clip: Annotated[
        bool, typer.Option("--clip", help="Clip what comes, not only hear it.")
    ] = False,
    rights: Annotated[
        Literal["own", "licensed", "permission", "unstated"] | None,
        typer.Option(
            help="Why what comes may be clipped; unstated takes back what was stated before."
        ),
    ] = None,
    owner: Owner = "",
    rights_note: RightsNote = "",
) -> None:
    """Watch a folder or a channel from now on; again with other options changes the watch."""
    from flows.watches import add_watch

    stated = stated_rights(rights, owner, rights_note, client)
    with outcomes(as_json=False):
        add_watch(place, client, min_seconds, clip, stated, withdraw_rights=rights == "unstated")


@watch_app.command("list")
def show(client: OneClient = None, as_json: Json = False) -> None:
    """Say what is watched, what was found, and what went wrong."""
    from flows.watches import list_watches

    with outcomes(as_json):
        list_watches(client, as_json=as_json)


@watch_app.command()
def remove(place: Place, client: WatchClient = "default") -> None:
    """Watch a folder or a channel no longer; what was taken in stays."""
    from flows.watches import remove_watch

    with outcomes(as_json=False):
        remove_watch(place, client)


@watch_app.command()
def run(
    client: OneClient = None,
    most_items: Annotated[
        int, typer.Option(min=1, max=10_000, help="Items of each watch at most.")
    ] = 1_000,
    again: Annotated[
        bool, typer.Option("--again", help="Try anew what was given up, refused or put off.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at all watches once, now, and take in what is new."""
    from flows.watches import run_watches

    with outcomes(as_json):
        if not run_watches(client, most_items, again=again, as_json=as_json):
            raise typer.Exit(FAILED)
