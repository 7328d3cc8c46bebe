"""``clipper stops``: which stops hold."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.options import Json, OneClient
from flows.outcomes import outcomes


def stops(
    client: OneClient = None,
    lifted: Annotated[
        bool, typer.Option("--lifted", help="Those that were lifted as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what is stopped, since when, by whom and why, and what lifts it."""
    from flows.stopped import list_stops

    with outcomes(as_json):
        list_stops(client, lifted=lifted, as_json=as_json)
