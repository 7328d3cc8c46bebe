"""``clipper change``: another hook, look or words of a clip, or other ends."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.options import ClipId, Framings, Json
from flows.outcomes import outcomes

_Sentences = Annotated[int, typer.Option(min=-50, max=50, help="Sentences; less is earlier.")]


def change(
    clip_id: ClipId,
    by: Annotated[str, typer.Option(help="Name of who wants it.", show_default=False)],
    hook: Annotated[str | None, typer.Option(help="Another hook.", show_default=False)] = None,
    no_hook: Annotated[bool, typer.Option("--no-hook", help="Start without a hook.")] = False,
    hook_style: Annotated[str | None, typer.Option(help="Another look of the hook.")] = None,
    style: Annotated[str | None, typer.Option(help="Another look of the captions.")] = None,
    framing: Framings = None,
    start: _Sentences = 0,
    end: _Sentences = 0,
    caption: Annotated[
        list[str] | None,
        typer.Option(metavar="PLATFORM=TEXT", help="What is written beside it there; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Change a clip: it is rendered anew, takes the first one's place, and waits for approval.

    Where only what is written beside it changes, nothing is rendered.
    """
    from clipping.models import ClipEdit
    from clipping.rendering.choices import parse_framing
    from flows.changing import captions_of, change_clip_as

    person = " ".join(by.split())
    if not person:
        raise typer.BadParameter("give --by the name of who wants it")
    if no_hook and (hook or hook_style):
        raise typer.BadParameter("--no-hook shows no hook: leave --hook and --hook-style out")
    try:
        for text in framing or ():
            parse_framing(text)
        words = captions_of(caption or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    edit = ClipEdit(
        hook="" if no_hook else hook,
        hook_style=hook_style,
        style=style,
        framing=tuple(framing) if framing else None,
        start=start,
        end=end,
    )
    with outcomes(as_json):
        change_clip_as(clip_id, edit, words, person, as_json=as_json)
