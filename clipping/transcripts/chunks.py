"""Where long sound is cut, so that each part can be heard, saved and found again by itself.

Seams lie in the deepest silence near the bound. Each chunk is listened to a little beyond its
seams on both sides: a word at a seam is then heard whole by both of its chunks, and voices that
speak around it are known to both (:mod:`clipping.transcripts.postprocess.seams`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clipping.timing import TimeSpan
from clipping.transcripts.acoustics import FRAME_MS

Floats = NDArray[np.float64]

LONGEST_MS = 30 * 60_000
SEARCH_MS = 3 * 60_000
"""A seam lies at most this far before the latest place where it may lie."""
OVERLAP_MS = 5_000
"""How far a chunk is listened to beyond its seams."""

_PAUSE_MS = 400
"""A seam is sought where the sound is quiet for this long, then put where it is quietest in it."""
_DIP_MS = 50
_FLOOR_DB = -90.0
_AS_DEEP_DB = 0.5


@dataclass(frozen=True)
class Chunk:
    """``own`` is what its words lie in; chunks' own spans cover the source. ``heard`` is longer."""

    own: TimeSpan
    heard: TimeSpan


def plan(
    level_db: NDArray[np.float32], duration_ms: int, longest_ms: int = LONGEST_MS
) -> tuple[Chunk, ...]:
    """The chunks of a source, in order; the same levels always give the same chunks.

    :param level_db: Loudness of each 10 ms in dB of full scale; missing ones are silence.
    :param longest_ms: No chunk is listened to for longer.
    """
    overlap = min(OVERLAP_MS, longest_ms // 10)
    reach = longest_ms - 2 * overlap
    search = min(SEARCH_MS, reach // 2)
    seams = [0]
    while duration_ms - seams[-1] > reach:
        latest = seams[-1] + reach
        seams.append(quietest_ms(level_db, latest - search, latest))
    seams.append(max(1, duration_ms))
    return tuple(
        Chunk(
            own=TimeSpan(start_ms=start, end_ms=end),
            heard=TimeSpan(start_ms=max(0, start - overlap), end_ms=min(seams[-1], end + overlap)),
        )
        for start, end in pairwise(seams)
    )


def quietest_ms(level_db: NDArray[np.float32], start_ms: int, end_ms: int) -> int:
    """The middle of the deepest pause within a stretch; of equal ones, the longest.

    Lies between the two times; a multiple of 10 ms.
    """
    first, stop = start_ms // FRAME_MS, end_ms // FRAME_MS
    # Rounded, so that another processor's last digits do not move a seam.
    levels = np.full(max(1, stop - first), _FLOOR_DB)
    known = np.round(level_db[first:stop].astype(np.float64), 1)
    levels[: len(known)] = np.maximum(known, _FLOOR_DB)
    middle = _deepest(_smooth(levels, _PAUSE_MS))
    near = max(0, middle - _PAUSE_MS // 2 // FRAME_MS)
    dips = _smooth(levels, _DIP_MS)[near : middle + _PAUSE_MS // 2 // FRAME_MS + 1]
    return (first + near + _deepest(dips)) * FRAME_MS


def _smooth(levels: Floats, width_ms: int) -> Floats:
    """Mean power around each frame, in dB; beyond the ends lies what is at the ends."""
    half = width_ms // FRAME_MS // 2
    power = np.pad(10 ** (levels / 10), half, mode="edge")
    sums = np.concatenate([[0.0], np.cumsum(power)])
    mean = (sums[2 * half + 1 :] - sums[: -(2 * half + 1)]) / (2 * half + 1)
    smooth: Floats = np.round(10 * np.log10(np.maximum(mean, 10 ** (_FLOOR_DB / 10))), 2)
    return smooth


def _deepest(levels: Floats) -> int:
    """Middle of the longest run that is as deep as the deepest frame, or nearly so."""
    deep = levels <= levels.min() + _AS_DEEP_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[0], deep.astype(int), [0]])))
    starts, stops = edges[::2], edges[1::2]
    longest = int(np.argmax(stops - starts))
    return int(starts[longest] + stops[longest] - 1) // 2
