"""What a person decides about candidates and clips: four commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.options import ClipId, Json, Results
from flows.outcomes import FAILED, outcomes


def rescue(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A clip, detection or source by its id, or a file or link that was clipped.",
            show_default=False,
        ),
    ],
    take: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Number of a candidate to make a clip of; repeatable."),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(help="Whose it is; of files and links, default without.", show_default=False),
    ] = None,
    out: Results = Path("out"),
    as_json: Json = False,
) -> None:
    """List the candidates that were dropped, or make clips of some after all."""
    from flows.rescuing import show_dropped, take_dropped

    with outcomes(as_json):
        if not take:
            show_dropped(what, client, as_json=as_json)
        elif not take_dropped(what, client, take, out, as_json=as_json):
            raise typer.Exit(FAILED)


def release(
    clip_id: ClipId,
    by: Annotated[str, typer.Option(help="Name of who has looked at it.", show_default=False)],
    note: Annotated[str, typer.Option(help="Why it may be used.")] = "",
    as_json: Json = False,
) -> None:
    """Agree to what holds a clip: it is ready from then on, and so are others of its moment."""
    from flows.releasing import release_clip

    person = _named(by)
    with outcomes(as_json):
        release_clip(clip_id, person, " ".join(note.split()), as_json=as_json)


def approve(
    clip_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CLIP_ID]...",
            help="Ids of clips; without any, those that wait are listed.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(help="Name of who has looked at them.", show_default=False)
    ] = "",
    note: Annotated[str, typer.Option(help="Why they may be posted.")] = "",
    client: Annotated[
        str | None, typer.Option(help="List only this client's.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List the clips that wait for a person, or agree that clips are posted.

    What a client with approval=required posts has that.
    """
    from flows.approving import approve_clips, show_waiting

    if not clip_ids:
        with outcomes(as_json):
            show_waiting(client, as_json=as_json)
        return
    if client is not None:
        raise typer.BadParameter("--client narrows the list: leave it out where clips are named")
    person = _named(by)
    with outcomes(as_json):
        approve_clips(clip_ids, person, " ".join(note.split()), as_json=as_json)


def reject(
    clip_id: ClipId,
    by: Annotated[str, typer.Option(help="Name of who has looked at it.", show_default=False)],
    why: Annotated[str, typer.Option(help="Why it must not be posted.", show_default=False)],
) -> None:
    """Let a clip not be posted: what is planned of it is cancelled, and its slots are free."""
    from flows.approving import reject_clip

    person, reason = _named(by), " ".join(why.split())
    if not reason:
        raise typer.BadParameter("give --why it must not be posted")
    with outcomes(as_json=False):
        reject_clip(clip_id, person, reason)


def _named(by: str) -> str:
    person = " ".join(by.split())
    if not person:
        raise typer.BadParameter("give --by the name of who has looked at it")
    return person
