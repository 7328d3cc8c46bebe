"""Whether the picture goes black, stands still while the source's goes on, or looks elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from clipping.models import ProofCheck
from clipping.rendering.measure.geometry import Mask, Picture
from clipping.rendering.measure.stillness import Samples, Stretch, moved
from clipping.rendering.measure.verdict import at_least, at_most, not_applicable

LONGEST_MS = 500
_LOOK_EVERY_MS = 100
_MOST_LOOKS = 100
"""Of one clip; a talk over slides stands still for minutes, and is looked at more rarely."""


def black_check(black: Iterable[Stretch], fps: Fraction) -> ProofCheck:
    """The longest black stretch; where the source is black, the clip is unfit all the same."""
    longest = max((stretch.frames for stretch in black), default=0)
    return at_most("longest_black_ms", float(longest * 1000 / fps), LONGEST_MS, "ms")


def looks(still: Iterable[Stretch], fps: Fraction) -> dict[Stretch, list[int]]:
    """For every stretch in which the clip stands still for too long, where to look at the source.

    Picture numbers, every 100 ms or so, the first and last picture of the stretch among them.
    """
    suspects = [stretch for stretch in still if stretch.frames * 1000 / fps > LONGEST_MS]
    total = sum(stretch.frames for stretch in suspects)
    every = max(1, round(_LOOK_EVERY_MS * fps / 1000), -(-total // _MOST_LOOKS))
    return {
        stretch: [*range(stretch.first, stretch.last - 1, every), stretch.last - 1]
        for stretch in suspects
    }


def frozen_check(
    looked_at: Mapping[Stretch, Sequence[int]], source: Mapping[int, Samples], fps: Fraction
) -> ProofCheck:
    """The longest stretch in which the clip's picture stands still and the source's does not.

    ``source`` holds what the source shows at the pictures that were looked at.
    """
    longest = 0
    for stretch, frames in looked_at.items():
        goes_on = [moved(source[frames[0]], source[frame]) for frame in frames]
        if any(goes_on):
            longest = max(longest, stretch.last - frames[goes_on.index(True) - 1])
    return at_most("longest_frozen_ms", float(longest * 1000 / fps), LONGEST_MS, "ms")


_ALIKE = 0.85
"""Correlation of luma between the clip's picture and the source's, framed alike. Encoding and
another resampler leave 0.97 and more; a crop that is elsewhere gives less than half of that."""
_FLAT_LEVELS = 3.0
"""Standard deviation below which a picture is the same all over, however it is framed."""


def camera_check(pairs: Iterable[tuple[Picture, Picture]], open_cells: Mask) -> ProofCheck:
    """Whether each of the clip's pictures shows the part of the source that the plan frames.

    :param pairs: The clip's picture and the source's, where nothing hides the view.
    """
    seen = [_alike(clip[0][open_cells], source[0][open_cells]) for clip, source in pairs]
    told = [alike for alike in seen if alike is not None]
    if not told:
        return not_applicable("camera_as_planned", "not measurable: the source is one flat colour")
    share = sum(told) / len(told)
    return at_least("camera_as_planned", share, 1, "share", f"of {len(told)} moments")


def _alike(clip: NDArray[np.uint8], source: NDArray[np.uint8]) -> bool | None:
    one, other = clip.astype(np.float32), source.astype(np.float32)
    if min(float(one.std()), float(other.std())) < _FLAT_LEVELS:
        return None
    return float(np.corrcoef(one, other)[0, 1]) >= _ALIKE
