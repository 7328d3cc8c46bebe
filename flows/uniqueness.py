"""What ``clipper uniqueness`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Table

from clipping import progress
from clipping.timing import timecode
from flows import console
from flows.clients import unknown

if TYPE_CHECKING:
    from clipping.db.queries.likeness import ClipAlike
    from clipping.likeness import Pair

_PARTS = ("combined", "span", "hook", "picture", "sound")


@dataclass(frozen=True)
class MonthOfClips:
    """How different a client's clips of a month are from one another and from earlier ones."""

    client: str
    month: str
    clips: int
    earlier: int
    """Clips of the same sources that were rendered before the month."""
    sources: int
    recipes: int
    without_print: int
    """Of all of them: files that cannot be read, of which neither picture nor sound is known."""
    pairs: tuple[Pair, ...]
    """All that share a source, at least one of the month in each; the nearest first."""

    @property
    def near(self) -> list[Pair]:
        """Those that a viewer would take for the same."""
        return [pair for pair in self.pairs if pair.distance.near]

    @property
    def near_duplicates(self) -> list[Pair]:
        """Those of them that nobody planned."""
        return [pair for pair in self.near if pair.near_duplicate]

    def least(self) -> dict[str, float | None]:
        """The least of each distance; of the pairs that nobody planned."""
        apart = [pair.distance for pair in self.pairs if not pair.bond]
        found: dict[str, float | None] = {}
        for part in _PARTS:
            known = [value for one in apart if (value := getattr(one, part)) is not None]
            found[part] = _rounded(min(known)) if known else None
        return found

    def as_json(self, closest: int) -> dict[str, Any]:
        """The same for programs."""
        from clipping.likeness import NEAR

        return {
            "client": self.client,
            "month": self.month,
            "clips": self.clips,
            "earlier_clips": self.earlier,
            "sources": self.sources,
            "distinct_recipes": self.recipes,
            "without_print": self.without_print,
            "pairs": len(self.pairs),
            "near": NEAR,
            "near_pairs": len(self.near),
            "near_duplicates": len(self.near_duplicates),
            "least_unplanned": self.least(),
            "closest": [_pair_json(pair) for pair in self.pairs[:closest]],
        }


def show_uniqueness(client: str, month: str | None, closest: int, *, as_json: bool) -> None:
    """Print the proof for a client's month, this one unless another is named.

    :raises Rejected: Nobody has heard of the client.
    """
    with console.showing_progress():
        found = month_of(client, month or f"{datetime.now(UTC):%Y-%m}")
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(closest), ensure_ascii=False, indent=2) + "\n")
        return
    for line in summary(found):
        console.output.print(line)
    if found.pairs[:closest]:
        console.output.print()
        console.output.print(pair_table(found.pairs[:closest]))


def month_of(client: str, month: str) -> MonthOfClips:
    """Everything compared; prints that are missing are made from the stored files.

    :raises Rejected: Nobody has heard of the client.
    """
    from clipping.db import queries
    from clipping.likeness import PRINT_VERSION, compare
    from tasks.workplace import db_session

    with db_session() as session:
        known = queries.clients.clients(session)
        if client not in known:
            raise unknown(client, known)
        ours, earlier = queries.likeness.clips_of_month(session, client, month, PRINT_VERSION)
        experiments = queries.experiments.arms_of_clips(session, client)
    clips = _printed([*ours, *earlier])
    compared = [clip.compared for clip in clips]
    ids = {clip.compared.clip_id for clip in ours}
    return MonthOfClips(
        client=client,
        month=month,
        clips=len(ours),
        earlier=len(earlier),
        sources=len({clip.compared.source_id for clip in ours}),
        recipes=len({clip.recipe_hash for clip in ours}),
        without_print=sum(clip.print_ is None for clip in compared),
        pairs=tuple(compare(compared, ids, experiments)),
    )


def _printed(clips: list[ClipAlike]) -> list[ClipAlike]:
    """The clips, with the prints that some did not have."""
    missing = [clip for clip in clips if clip.compared.print_ is None]
    if not missing:
        return clips
    from tasks.likeness import print_of_clip

    made = {}
    for done, clip in enumerate(missing):
        progress.report("compare", done / len(missing))
        made[clip.compared.clip_id] = print_of_clip(clip.compared.clip_id, clip.video_key)
    progress.report("compare", 1.0)
    return [
        replace(clip, compared=replace(clip.compared, print_=made[clip.compared.clip_id]))
        if clip.compared.clip_id in made
        else clip
        for clip in clips
    ]


def summary(found: MonthOfClips) -> list[str]:
    """Some sentences: how many clips, pairs and near-duplicates, and the least distances."""
    from clipping.likeness import NEAR

    clips, sources = _count(found.clips, "clip"), _count(found.sources, "source")
    earlier = f", and {found.earlier} earlier of the same" if found.earlier else ""
    by_design = len(found.near) - len(found.near_duplicates)
    lines = [
        f"{found.client} has {clips} of {sources} in {found.month}{earlier}; "
        f"{_count(found.recipes, 'distinct recipe')}.",
        f"{_count(len(found.pairs), 'pair')} of one source each, {len(found.near)} nearer than "
        f"{NEAR}: {_count(by_design, 'variation')} by design, "
        f"{_count(len(found.near_duplicates), 'near-duplicate')}.",
    ]
    least = {name: value for name, value in found.least().items() if value is not None}
    if least:
        told = ", ".join(f"{name} {value:.2f}" for name, value in least.items())
        lines.append(f"The least distances that nobody planned: {told}.")
    if found.without_print:
        lines.append(
            f"{_count(found.without_print, 'file')} cannot be read: "
            "picture and sound were not compared there."
        )
    return lines


def pair_table(pairs: Iterable[Pair]) -> Table:
    """One row for each pair, the nearest first: clips, times in the source, and every distance."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("clips", "times"):
        table.add_column(name, no_wrap=True)
    for name in _PARTS:
        table.add_column(name.replace("combined", "distance"), no_wrap=True, justify="right")
    table.add_column("why alike", no_wrap=True)
    for pair in pairs:
        distances = (getattr(pair.distance, part) for part in _PARTS)
        table.add_row(
            f"{pair.one.clip_id}\n{pair.other.clip_id}",
            f"{_times(pair.one.span)}\n{_times(pair.other.span)}",
            *("-" if value is None else f"{value:.2f}" for value in distances),
            pair.bond or ("nobody planned it" if pair.near_duplicate else ""),
        )
    return table


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _times(span: Any) -> str:
    return f"{timecode(span.start_ms)[:-4]}-{timecode(span.end_ms)[:-4]}"


def _pair_json(pair: Pair) -> dict[str, Any]:
    values = {part: getattr(pair.distance, part) for part in _PARTS}
    return {
        "clips": [pair.one.clip_id, pair.other.clip_id],
        "spans": [clip.span.model_dump() for clip in (pair.one, pair.other)],
        **{name: None if value is None else _rounded(value) for name, value in values.items()},
        "bond": str(pair.bond),
        "near_duplicate": pair.near_duplicate,
    }


def _rounded(value: float) -> float:
    return round(value, 4)
