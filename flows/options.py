"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from clipping.errors import Rejected

if TYPE_CHECKING:
    from clipping.models import Rights

ClipId = Annotated[str, typer.Argument(help="Id of a clip.", show_default=False)]
AccountName = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT",
        help="Its id, PLATFORM:@HANDLE, or @HANDLE where only one account has that.",
        show_default=False,
    ),
]
OneClient = Annotated[
    str | None, typer.Option("--client", help="Only this client's.", show_default=False)
]
Results = Annotated[Path, typer.Option(help="Folder for the results.")]
Framings = Annotated[
    list[str] | None,
    typer.Option(
        help="What the camera does, in the scene at TIME of the source or in all; repeatable.",
        metavar="[TIME=]auto|centre|left|right|fit|split|0..1",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
StatedGround = Annotated[
    Literal["own", "licensed", "permission"] | None,
    typer.Option("--rights", help="Why it may be clipped; else what was stated before stays."),
]
Owner = Annotated[str, typer.Option(help="Who owns it; the client itself with --rights own.")]
RightsNote = Annotated[str, typer.Option(help="What was agreed on: needed for a permission.")]


def stated_rights(ground: str | None, owner: str, note: str, client: str) -> Rights:
    """The rights that three options state together; a wrong usage when they do so in part."""
    from clipping.models import Ground, Rights
    from clipping.rights import in_full

    given = Rights(ground=Ground(ground) if ground else Ground.UNSTATED, owner=owner, note=note)
    try:
        return in_full(given, client)
    except Rejected as error:
        raise typer.BadParameter(str(error)) from error
