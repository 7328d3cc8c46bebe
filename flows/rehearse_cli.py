"""``clipper rehearse``: a month of posts on fakes of the platforms, before going live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.options import Json
from flows.outcomes import FAILED, outcomes


def rehearse(
    accounts: Annotated[int, typer.Option(min=1, max=100, help="Over four platforms.")] = 30,
    days: Annotated[int, typer.Option(min=1, max=62, help="With two posts each a day.")] = 31,
    seed: Annotated[int, typer.Option(help="Of everything that is left to chance.")] = 7,
    faults: Annotated[
        Literal["none", "normal", "brutal"],
        typer.Option(help="What goes wrong: nothing, what does in any month, or all that can."),
    ] = "normal",
    out: Annotated[
        Path | None,
        typer.Option(help="HTML file for a page about it.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan and publish a month on fakes of the platforms, within minutes; nothing real is touched.

    Ends with 1 when anything is public twice, lost, or beyond a limit, or, without faults, late.
    """
    from clipping.rehearsal.weather import Faults
    from flows.rehearsing import run_rehearsal
    from tasks.rehearsing import Wishes

    with outcomes(as_json, stopped="Stopped. Nothing of it is kept: the next one begins anew."):
        wishes = Wishes(accounts, days, seed, Faults(faults))
        if not run_rehearsal(wishes, out, as_json=as_json):
            raise typer.Exit(FAILED)
