"""``clipper eval``: how well a detector finds moments that were planted."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.options import Json
from flows.outcomes import outcomes

eval_app = typer.Typer()


@eval_app.command("eval")
def evaluate(
    detector: Annotated[
        str, typer.Option(help="Detector to look at; auto is the best that costs nothing.")
    ] = "auto",
    talks: Annotated[int, typer.Option(min=1, max=500, help="Talks to make.")] = 10,
    seed: Annotated[int, typer.Option(help="The same number makes the same talks.")] = 1,
    unpunctuated: Annotated[
        bool, typer.Option("--unpunctuated", help="Words as an engine without full stops has them.")
    ] = False,
    subject: Annotated[
        str | None, typer.Option(help="What all talks are about; the subjects take turns else.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make talks with planted moments and say how many of them a detector finds."""
    from flows.evaluating import evaluate_detector

    with outcomes(as_json):
        evaluate_detector(
            detector,
            talks,
            seed,
            punctuated=not unpunctuated,
            subject=subject,
            as_json=as_json,
        )
