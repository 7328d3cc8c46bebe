"""What the MoviePy version of our clip is told: the same words at the same times and places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.material import FPS, START_MS, THREADS, Material
from benchmarks.measure import Case
from benchmarks.recipes import HOOK, moment, source
from clipping.captions import FONTS_DIR
from clipping.models import EncoderSettings, Loudness, RenderChoices, RenderPlan
from clipping.rendering.framing import centre_crop
from clipping.rendering.plan import make_plan
from clipping.settings import CHECKOUT
from clipping.timing import TimeSpan

PYTHON = CHECKOUT / ".venv-bench" / "bin" / "python"
FONT = FONTS_DIR / "Montserrat-Bold.ttf"
_STROKE = {"stroke_color": "black", "stroke_width": 6}


def installed() -> bool:
    """Whether ``make bench`` has made the peer's own virtual environment."""
    return PYTHON.exists()


def moviepy_case(made: Material, out: Path, seconds: int, *, drawn: bool = True) -> Case:
    """The clip, with or without its captions and hook."""
    span = TimeSpan(start_ms=START_MS, end_ms=START_MS + 1000 * seconds)
    plan = make_plan(
        source(made.media),
        made.spoken(span),
        moment(span, HOOK),
        choices=RenderChoices(),
        loudness=Loudness(gain_db=0.0, measured_lufs=-14.0),
        encoder=EncoderSettings(),
    )
    crop = centre_crop(made.media.video)
    arguments = {
        "video": str(made.path),
        "out": str(out),
        "start_s": START_MS / 1000,
        "seconds": seconds,
        "crop": {
            "x1": crop.left_px,
            "y1": crop.top_px,
            "width": crop.width_px,
            "height": crop.height_px,
        },
        "texts": list(_texts(plan)) if drawn else [],
        "mutes_s": [(mute.start_ms / 1000, mute.end_ms / 1000) for mute in plan.mutes],
        "threads": THREADS,
    }
    return Case("MoviePy 2", "benchmarks.moviepy_clip:render", arguments, PYTHON)


def _texts(plan: RenderPlan) -> Iterator[dict[str, Any]]:
    """The hook, every group of words in white, and over it each word in yellow when it is said."""
    if plan.hook is not None:
        hook = plan.hook
        options = {"text": "\n".join(hook.lines), "font_size": hook.font_px, "color": "black"}
        plate = {"bg_color": "white", "margin": (24, 24)}
        place = (hook.box.left, hook.box.top)
        yield _text({**options, **plate}, hook.start_ms, hook.end_ms, place)
    for number, event in enumerate(plan.captions):
        before = plan.captions[number - 1] if number else None
        if before is None or before.clip_words != event.clip_words:
            same = [e.end_ms for e in plan.captions if e.clip_words == event.clip_words]
            for word, box in zip(event.words, event.boxes, strict=True):
                options = {"text": word, "font_size": box.bottom - box.top, "color": "white"}
                place = (box.left, box.top)
                yield _text({**options, **_STROKE}, event.start_ms, max(same), place)
        if event.lit is not None:
            box = event.boxes[event.lit]
            options = {"text": event.words[event.lit], "color": "yellow"}
            options = {**options, "font_size": box.bottom - box.top, **_STROKE}
            yield _text(options, event.start_ms, event.end_ms, (box.left, box.top))


def _text(
    options: dict[str, Any], start_ms: int, end_ms: int, position: tuple[int, int]
) -> dict[str, Any]:
    return {
        "options": {"font": str(FONT), **options},
        "start_s": start_ms / 1000,
        "end_s": end_ms / 1000,
        "position": position,
    }


def first_frame() -> int:
    """The source frame that MoviePy shows first."""
    return START_MS * FPS // 1000
