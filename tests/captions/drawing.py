"""Draws ASS documents with the real ffmpeg, cut off from every font and setting of the machine."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from clipping.captions import FONTS_DIR
from clipping.models import Box

GRAY = 128
SEEN = 4
"""Levels of 255 by which a pixel must differ from the gray behind it to count as drawn on."""

WHOLE = Box(left=0, top=0, right=1080, bottom=1920)
CAPTIONS = Box(left=0, top=720, right=1080, bottom=1480)
HOOK = Box(left=0, top=240, right=1080, bottom=740)
"""Where captions and hook are drawn when nothing drives them away, and some more around it."""

Picture = NDArray[np.uint8]
"""Height x width for gray pictures, with three planes for RGB."""


def draw(
    document: str,
    times_ms: Sequence[int],
    *,
    rate: Fraction = Fraction(100),
    pixel_format: str = "gray",
    area: Box = WHOLE,
) -> tuple[list[Picture], str]:
    """The pictures shown at the given rising times over flat gray, and ffmpeg's log.

    ``area`` is the part of the frame that is wanted.
    """
    frames = [int(Fraction(at_ms, 1000) * rate) for at_ms in times_ms]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "captions.ass").write_text(document, encoding="utf-8")
        Path(folder, "fonts.conf").write_text("<fontconfig></fontconfig>", encoding="utf-8")
        chosen = "+".join(f"between(n,{first},{last})" for first, last in _runs(frames))
        source = f"color=0x808080:s=1080x1920:r={rate},trim=end_frame={max(frames) + 1}"
        drawn = f"format=gbrp,ass=filename=captions.ass:fontsdir={FONTS_DIR}"
        crop = f"crop={area.right - area.left}:{area.bottom - area.top}:{area.left}:{area.top}"
        graph = f"{source},select='{chosen}',{drawn},{crop}"
        arguments = ["-hide_banner", "-nostdin", "-y", "-f", "lavfi", "-i", graph]
        output = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
        done = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), *arguments, *output],
            capture_output=True,
            check=False,
            cwd=folder,
            timeout=120,
            env={"HOME": folder, "FONTCONFIG_FILE": str(Path(folder, "fonts.conf")), "PATH": ""},
        )
    log = done.stderr.decode(errors="replace")
    assert done.returncode == 0, log
    size = (area.bottom - area.top, area.right - area.left)
    shape = (-1, *size) if pixel_format == "gray" else (-1, *size, 3)
    pictures = np.frombuffer(done.stdout, np.uint8).reshape(shape)
    assert len(pictures) == len(times_ms), log
    return list(pictures), log


def _runs(frames: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of neighbours: ffmpeg's expression parser refuses long sums."""
    runs: list[tuple[int, int]] = []
    for frame in frames:
        first = runs.pop()[0] if runs and frame == runs[-1][1] + 1 else frame
        runs.append((first, frame))
    return runs


def in_sequence(documents: Sequence[tuple[str, int]]) -> str:
    """One document that shows several after each other, each for its number of whole seconds."""
    lines: list[str] = []
    offset_s = 0
    for document, seconds in documents:
        head, _, events = document.partition("Dialogue: ")
        if not lines:
            lines.append(head)
        for event in f"Dialogue: {events}".splitlines() if events else ():
            layer, start, end, rest = event.split(",", 3)
            lines.append(f"{layer},{_later(start, offset_s)},{_later(end, offset_s)},{rest}\n")
        offset_s += seconds
    return "".join(lines)


def _later(timestamp: str, seconds: int) -> str:
    hours, minutes, rest = timestamp.split(":")
    whole, centiseconds = rest.split(".")
    total = int(hours) * 3600 + int(minutes) * 60 + int(whole) + seconds
    return f"{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}.{centiseconds}"


def placed(box: Box, area: Box) -> Box:
    """A box of the whole picture in one of which only the area was drawn, whole in width."""
    top, bottom = max(0, box.top - area.top), min(box.bottom, area.bottom) - area.top
    return box.model_copy(update={"top": top, "bottom": bottom})


def drawn_on(picture: Picture) -> NDArray[np.bool_]:
    """Which pixels of a gray picture were drawn on."""
    # What is darker wraps around to large values, so that one comparison is enough.
    seen: NDArray[np.bool_] = picture - np.uint8(GRAY - SEEN) > 2 * SEEN
    return seen


def extent(seen: NDArray[np.bool_]) -> Box | None:
    """The smallest box around what was drawn; None for an empty picture."""
    rows = np.flatnonzero(seen.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(seen[rows[0] : rows[-1] + 1].any(axis=0))
    return Box(
        left=int(columns[0]),
        top=int(rows[0]),
        right=int(columns[-1]) + 1,
        bottom=int(rows[-1]) + 1,
    )


def within(picture: Picture, box: Box) -> Box | None:
    """The smallest box around what was drawn inside a box, in the picture's coordinates."""
    found = extent(drawn_on(picture[box.top : box.bottom, box.left : box.right]))
    if found is None:
        return None
    return Box(
        left=found.left + box.left,
        top=found.top + box.top,
        right=found.right + box.left,
        bottom=found.bottom + box.top,
    )


def outside(picture: Picture, boxes: Iterable[Box]) -> Box | None:
    """The smallest box around what was drawn outside of boxes."""
    rest = picture.copy()
    for box in boxes:
        rest[box.top : box.bottom, box.left : box.right] = GRAY
    if rest.min() >= GRAY - SEEN and rest.max() <= GRAY + SEEN:
        return None
    return extent(drawn_on(rest))
