"""Which videos X takes, and what it can disclose.

Source: docs.x.com, "media best practices" (2026-08-22). Its "32x32 to 1280x1024" leaves out
720x1280, which it recommends: the longest side counts here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from clipping.models import Disclosure, PostFile

_MOST_BYTES: Final = 512_000_000
_SHORTEST_MS: Final = 500
_LEAST_SIDE_PX: Final = 32
_MOST_FPS: Final = 60.0
_MOST_ASPECT: Final = 3.0


@dataclass(frozen=True)
class Takes:
    """The largest upright video that an account may post; ``longest_ms`` None for no limit."""

    width_px: int
    height_px: int
    longest_ms: int | None


def takes(premium: bool) -> Takes:
    """What to render for an account."""
    # How long a video of a Premium account may be, X changes often and does not say to apps.
    return Takes(1080, 1920, None) if premium else Takes(720, 1280, 140_000)


def longest_ms(premium: bool) -> int | None:
    """How long a video of the account may be."""
    return takes(premium).longest_ms


def refused_file(file: PostFile, premium: bool, longest: int | None) -> list[str]:
    """Why X would refuse the file, a sentence each.

    :param longest: What the account's limits say; the table's where they say nothing.
    """
    most = takes(premium)
    longest = longest or most.longest_ms
    whose = "a Premium account" if premium else "an account without Premium"
    found = []
    if max(file.width_px, file.height_px) > most.height_px:
        found.append(
            f"X takes {most.width_px}x{most.height_px} at most from {whose}, and the file is"
            f" {file.width_px}x{file.height_px}: render it in that size."
        )
    if longest is not None and file.duration_ms > longest:
        found.append(
            f"X takes {longest // 1000} s at most from {whose}, and the file has"
            f" {file.duration_ms / 1000:.1f} s."
        )
    sides = sorted((file.width_px, file.height_px))
    refused = {
        "X takes no file of more than 512 MB.": file.size_bytes > _MOST_BYTES,
        "The file is empty.": not file.size_bytes,
        "X takes no video of less than half a second.": file.duration_ms < _SHORTEST_MS,
        "X takes 60 pictures a second at most.": file.fps > _MOST_FPS,
        "X takes no video with a side of less than 32 pixels.": sides[0] < _LEAST_SIDE_PX,
        "X takes no video narrower than 1:3.": sides[1] > sides[0] * _MOST_ASPECT,
    }
    return found + [sentence for sentence, applies in refused.items() if applies]


def refused_disclosure(disclosure: Disclosure) -> list[str]:
    """Why what viewers have to be told cannot be said in X's own fields."""
    found = []
    if disclosure.own_brand:
        found.append("X has no field that says that a post promotes its owner's business.")
    if disclosure.sponsors:
        found.append("X has no field that names sponsors.")
    return found
