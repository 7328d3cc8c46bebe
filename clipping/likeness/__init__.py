"""How alike clips are: prints of what is seen and heard, and distances between two of them.

Pure; docs/uniqueness.md has the rules and what was measured.
"""

from clipping.likeness.comparing import Trace, picture_distance, sound_distance
from clipping.likeness.month import Bond, Compared, Pair, compare
from clipping.likeness.pairs import NEAR, WEIGHTS, Distance, hook_distance, span_distance
from clipping.likeness.pictures import Looks
from clipping.likeness.sounds import sound_print

__all__ = [
    "NEAR",
    "PRINT_VERSION",
    "WEIGHTS",
    "Bond",
    "Compared",
    "Distance",
    "Looks",
    "Pair",
    "Trace",
    "compare",
    "hook_distance",
    "picture_distance",
    "sound_distance",
    "sound_print",
    "span_distance",
]

PRINT_VERSION = 1
"""Raised whenever the same clip would get another print."""
