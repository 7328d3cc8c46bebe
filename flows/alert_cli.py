"""``clipper alerts``: what a person has to see."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.options import Json
from flows.outcomes import outcomes


def alerts(
    client: Annotated[
        str | None, typer.Option(help="Only this client's.", show_default=False)
    ] = None,
    done: Annotated[
        list[int] | None,
        typer.Option(metavar="ID", help="You have seen to it; repeatable.", show_default=False),
    ] = None,
    by: Annotated[str, typer.Option(help="Who has; needed for --done.", show_default=False)] = "",
    as_json: Json = False,
) -> None:
    """Say what wants a person: accounts that cannot post, takedowns, posts that nobody can tell."""
    from flows.alerting import settle_alerts, show_alerts

    person = " ".join(by.split())
    if done and not person:
        raise typer.BadParameter("give --by the name of who has seen to it")
    if by and not done:
        raise typer.BadParameter("--by says who has seen to an alert: name that with --done")
    with outcomes(as_json):
        if done:
            settle_alerts(done, person)
        show_alerts(client, as_json=as_json)
