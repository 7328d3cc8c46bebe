"""The pictures of ``docs/captions.md``: every caption style and every hook style at three moments.

``python -m tests.captions.pictures`` writes them anew into ``docs/images``.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clipping.captions import FONTS_DIR, HOOK_STYLES, STYLES
from clipping.captions.ass import ass_document
from clipping.captions.emphasis import emphasis
from clipping.captions.hook import lay_out_hook
from clipping.captions.layout import lay_out
from clipping.models import Box
from tests.captions.texts import spoken

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
SENTENCE = "I made three million in ten days"
HOOK = "Nobody tells you this about money"
CAPTION_CROP = Box(left=60, top=1120, right=1020, bottom=1380)
HOOK_CROP = Box(left=40, top=250, right=1040, bottom=660)
QUALITY = 76
_RATE = 50
_BEFORE_ITS_END_MS = 120
_GLOW_PX = 80

Pixels = NDArray[np.uint8]


def names() -> list[str]:
    """File names without ending, one for each style; a natural start has nothing to show."""
    hooks = [f"hook-{name}" for name in HOOK_STYLES if name != "none"]
    return [*(f"caption-{name}" for name in STYLES), *hooks]


def picture(name: str) -> Image.Image:
    """Three moments, one below the other, at half their size."""
    kind, _, look = name.partition("-")
    return _caption(look) if kind == "caption" else _hook(look)


def _caption(look: str) -> Image.Image:
    words = spoken(SENTENCE, word_ms=400)
    chosen = emphasis(words)
    words = [
        word.model_copy(update={"emphasis": index in chosen}) for index, word in enumerate(words)
    ]
    events = lay_out(words, STYLES[look], words[-1].end_ms)
    lit = [event for event in events if event.lit is not None]
    middles = [(event.start_ms + event.end_ms) // 2 for event in (lit[1], lit[2], lit[-1])]
    return _stack(ass_document(events, None, STYLES[look]), middles, CAPTION_CROP)


def _hook(look: str) -> Image.Image:
    style = STYLES["highlight"]
    hook = lay_out_hook(HOOK, style, 9000, look)
    assert hook is not None
    times_ms = [0, 1000, hook.end_ms - _BEFORE_ITS_END_MS]
    return _stack(ass_document((), hook, style), times_ms, HOOK_CROP)


def _stack(document: str, times_ms: Sequence[int], crop: Box) -> Image.Image:
    size = ((crop.right - crop.left) // 2, (crop.bottom - crop.top) // 2)
    rows = [
        np.asarray(
            Image.fromarray(shown[crop.top : crop.bottom, crop.left : crop.right]).resize(
                size, Image.Resampling.LANCZOS
            )
        )
        for shown in _frames(document, times_ms)
    ]
    gap = np.full((6, size[0], 3), 255, np.uint8)
    return Image.fromarray(np.concatenate([rows[0], gap, rows[1], gap, rows[2]]))


def _frames(document: str, times_ms: Sequence[int]) -> list[Pixels]:
    """Drawn in the colours of a clip: BT.709 in limited range."""
    wanted = [at_ms * _RATE // 1000 for at_ms in times_ms]
    chosen = "+".join(f"eq(n,{frame})" for frame in wanted)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "captions.ass").write_text(document, encoding="utf-8")
        Image.fromarray(backdrop()).save(Path(folder, "behind.bmp"))
        graph = (
            f"scale=out_color_matrix=bt709:out_range=tv,format=yuv444p,loop=-1:1,"
            f"setpts=N/{_RATE}/TB,trim=end_frame={max(wanted) + 1},select='{chosen}',"
            f"ass=filename=captions.ass:fontsdir={FONTS_DIR},"
            "scale=in_color_matrix=bt709:in_range=tv,format=rgb24"
        )
        arguments = ["-hide_banner", "-nostdin", "-r", str(_RATE), "-i", "behind.bmp", "-vf", graph]
        output = ["-fps_mode", "passthrough", "-f", "rawvideo", "-"]
        done = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), *arguments, *output],
            capture_output=True,
            check=True,
            cwd=folder,
            timeout=120,
        )
    return list(np.frombuffer(done.stdout, np.uint8).reshape(len(wanted), 1920, 1080, 3))


@cache
def backdrop() -> Pixels:
    """Evening lights out of focus: dark and bright places, and colours, without any detail."""
    rows, columns = np.mgrid[0:1920, 0:1080].astype(np.float32)
    ground = np.stack([38 + rows * 0.035, 34 + rows * 0.022, 66 + (1920 - rows) * 0.012], axis=2)
    chance = np.random.default_rng(11)
    for _ in range(46):
        x, y, radius = chance.uniform(0, 1080), chance.uniform(0, 1920), chance.uniform(50, 150)
        colour = chance.uniform([120, 60, 20], [255, 190, 150])
        # Nothing of it is seen farther out.
        reach = int(radius) + _GLOW_PX
        left, top = max(0, int(x) - reach), max(0, int(y) - reach)
        near = np.s_[top : int(y) + reach, left : int(x) + reach]
        distance = np.hypot(columns[near] - x, rows[near] - y)
        light = 0.45 / (1 + np.exp(np.clip((distance - radius) / 6, -30, 30)))
        ground[near] = ground[near] * (1 - light[..., None]) + colour * light[..., None]
    shown: Pixels = np.clip(ground, 0, 255).astype(np.uint8)
    return shown


def as_file(name: str) -> bytes:
    """The picture as a small JPEG."""
    made = BytesIO()
    picture(name).save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def write(folder: Path = FOLDER) -> None:
    """All pictures."""
    for name in names():
        (folder / f"{name}.jpg").write_bytes(as_file(name))


if __name__ == "__main__":
    write()
