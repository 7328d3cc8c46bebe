"""Of which sources more moments are asked: where the best ones were left out for their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Final

from clipping.models import MomentAsk, SourceRoom

MOST: Final = 50
"""Moments of one detection, as ``DetectOptions`` has it."""


def more_moments(rooms: Iterable[SourceRoom], wanted: int) -> list[MomentAsk]:
    """Who is asked for more, so many moments in all or as many as there are; the best come first.

    What is asked for is a number of moments in all, so asking the same twice finds the same.
    """
    known = {room.source_id: room for room in rooms}
    offers = sorted(
        (-score, source_id)
        for source_id, room in known.items()
        for score in islice(room.left_out, max(0, MOST - room.options.count))
    )
    more = Counter(source_id for _, source_id in offers[: max(0, wanted)])
    return [_ask(known[source_id], count) for source_id, count in sorted(more.items())]


def _ask(room: SourceRoom, more: int) -> MomentAsk:
    return MomentAsk(
        source_id=room.source_id,
        transcript_id=room.transcript_id,
        detector=room.detector,
        options=room.options.replace(count=room.options.count + more),
        more=more,
    )
