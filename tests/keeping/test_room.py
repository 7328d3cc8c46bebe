from __future__ import annotations

import pytest

from clipping.keeping.room import Disk, Marks, filling, too_full

MARKS = Marks(warn_bytes=20 * 10**9, stop_bytes=5 * 10**9)


def a_disk(free: float) -> Disk:
    return Disk(name="media store", folder="/m", free_bytes=int(free * 10**9), total_bytes=10**12)


@pytest.mark.parametrize(
    ("free", "size", "stops", "warns"),
    [
        (30, 0, False, False),
        (19, 0, False, True),
        (5, 0, False, True),
        (4.9, 0, True, True),
        (12, 8, True, True),
        (13, 8, False, True),
    ],
    ids=["room", "low", "just enough", "too little", "too little for it", "enough for it"],
)
def test_a_disk_with(free: float, size: float, stops: bool, warns: bool) -> None:
    assert bool(too_full(a_disk(free), MARKS, int(size * 10**9))) is stops
    assert bool(filling(a_disk(free), MARKS)) is warns


def test_the_sentence_says_which_disk_and_what_helps() -> None:
    assert too_full(a_disk(6), MARKS, 2 * 10**9) == (
        "The disk of the media store (/m) has 6.0 GB free; 2.0 GB are to come, and 5.0 GB stay "
        "free (CLIPPER_DISK_STOP_BYTES): nothing is taken in until there is room, see "
        "`clipper sweep`."
    )
