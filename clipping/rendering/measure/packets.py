"""Which packets of a video have to be decoded for the pictures at some times. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class PacketFacts:
    """What a packet says before it is decoded; time stamps are in the stream's ticks."""

    pts: int
    opens_group: bool
    hidden: bool
    """Left out of the show by an edit list, but other pictures may lean on it."""


def shown(packets: Sequence[PacketFacts], ticks: Sequence[Fraction]) -> list[int]:
    """The time stamp of the picture on screen at each tick."""
    stamps = sorted(packet.pts for packet in packets if not packet.hidden)
    return [stamps[max(0, bisect_right(stamps, tick) - 1)] for tick in ticks]


def needed(packets: Sequence[PacketFacts], stamps: set[int]) -> list[bool]:
    """Which packets have to be decoded: the whole groups on which a wanted picture depends."""
    group_of: list[int] = []
    opening: list[int] = []
    for packet in packets:
        if packet.opens_group or not opening:
            opening.append(packet.pts)
        group_of.append(len(opening) - 1)
    groups: set[int] = set()
    last_in_group: dict[int, int] = {}
    for place, (packet, group) in enumerate(zip(packets, group_of, strict=True)):
        if packet.pts in stamps:
            groups.add(group)
            last_in_group[group] = place
            if packet.pts < opening[group]:
                # Shown before the picture that opens its group: it leans on the group before.
                groups.add(group - 1)
                last_in_group[group - 1] = place
    return [
        group in groups and place <= last_in_group[group] for place, group in enumerate(group_of)
    ]
