"""What ``clipper vary`` does beside other hooks, and what ``clipper experiments`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from flows import console
from flows.clients import unknown

if TYPE_CHECKING:
    from clipping.models import Experiment


Bounds = tuple[int, int, int, int]
"""Sentences by which the start moves earlier or later, and the end earlier or later."""


def one_factor(
    hooks: bool, style: Sequence[str], framing: Sequence[str], bounds: Bounds
) -> tuple[str, list[str]] | None:
    """What is varied beside hooks, and how in each variation; None when hooks are.

    :raises ValueError: More than one thing, or an option that cannot be meant; one sentence.
    """
    from clipping.models import Factor

    asked = {
        "hooks": hooks,
        "--style": bool(style),
        "--framing": bool(framing),
        "the bounds": any(bounds),
    }
    several = [name for name, wanted in asked.items() if wanted]
    if len(several) > 1:
        raise ValueError(
            f"vary one thing at a time: what {' and '.join(several)} did together, "
            "nobody could tell apart"
        )
    if style:
        return Factor.STYLE, _styles(style)
    if framing:
        return Factor.FRAMING, _framings(framing)
    return (Factor.BOUNDS, [_move(bounds)]) if any(bounds) else None


def _styles(names: Sequence[str]) -> list[str]:
    from clipping.captions import STYLES

    for name in names:
        if name not in STYLES:
            raise ValueError(f"--style {name!r} is not one of {', '.join(STYLES)}")
    return list(names)


def _framings(texts: Sequence[str]) -> list[str]:
    from clipping.rendering.choices import parse_framing

    for part in (part for text in texts for part in text.split(",")):
        try:
            parse_framing(part.strip())
        except ValueError as error:
            raise ValueError(f"--framing: {error}") from error
    return list(texts)


def _move(bounds: Bounds) -> str:
    from clipping.moments.bounds import Move

    start_earlier, start_later, end_earlier, end_later = bounds
    if (start_earlier and start_later) or (end_earlier and end_later):
        raise ValueError("an end cannot move both earlier and later")
    return str(Move(start=start_later - start_earlier, end=end_later - end_earlier))


def show_experiments(client: str, *, as_json: bool) -> None:
    """Print a client's experiments, the newest first.

    :raises Rejected: Nobody has heard of the client.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        known = queries.clients.clients(session)
        if client not in known:
            raise unknown(client, known)
        found = queries.experiments.experiments_of(session, client)
    if as_json:
        document = [experiment.model_dump(mode="json") for experiment in found]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif found:
        console.output.print(experiment_table(found))
    else:
        console.output.print(f"{client} has no experiments yet: clipper vary makes them.")


def experiment_table(experiments: Sequence[Experiment]) -> Table:
    """One row for each arm, the question beside the control."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("day", "question", "arm", "clip"):
        table.add_column(name, no_wrap=True)
    table.add_column("has", overflow="fold")
    for experiment in experiments:
        for arm in experiment.arms:
            day = f"{experiment.created_at:%Y-%m-%d}" if arm.control else ""
            question = experiment.question if arm.control else ""
            table.add_row(day, question, arm.label, arm.clip_id, Text(arm.value))
    return table
