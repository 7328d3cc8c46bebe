"""Choices of the camera as a person writes them."""

from __future__ import annotations

import re

from clipping.captions import HOOK_STYLES
from clipping.models import FramingChoice, Layout, Moment, RenderChoices
from clipping.timing import timecode

FRAMING_FORM = "[TIME=]auto|centre|left|right|fit|split|0..1"
"""``0:51=fit`` means the scene of the source in which 0:51 lies; without a time, all scenes."""

AUTO = "auto"
"""The look of hooks that leaves a natural start to a moment that is better without one."""
HOOK_LOOKS = (AUTO, *HOOK_STYLES)
"""What a person may want of the hooks of a run."""

_PLACES = {"left": 1 / 6, "centre": 0.5, "center": 0.5, "right": 5 / 6}
_TIME = re.compile(r"(?:(?:(\d+):)?(\d{1,3}):)?(\d+(?:\.\d+)?)")


def parse_framing(text: str) -> FramingChoice:
    """The choice that a text means.

    :raises ValueError: It is none; the message says what may be written.
    """
    time, _, wish = text.rpartition("=")
    at_ms = _milliseconds(time) if time else None
    if (time and at_ms is None) or text.startswith("="):
        raise ValueError(f"{time or text!r} is no time: write it as 51.5 or 0:51.5, in the source")
    wish = wish.strip().lower()
    if wish == "auto":
        return FramingChoice(at_ms=at_ms)
    if wish in ("fit", "split"):
        return FramingChoice(at_ms=at_ms, layout=Layout(wish))
    if wish in _PLACES:
        return FramingChoice(at_ms=at_ms, centre=_PLACES[wish])
    if re.fullmatch(r"[01]?\.\d+|[01]", wish) and 0 <= float(wish) <= 1:
        return FramingChoice(at_ms=at_ms, centre=float(wish))
    raise ValueError(f"{wish!r} is no framing: write {FRAMING_FORM}")


def framing_text(choice: FramingChoice) -> str:
    """The choice as :func:`parse_framing` reads it."""
    time = "" if choice.at_ms is None else f"{timecode(choice.at_ms)}="
    if choice.layout is not None:
        return f"{time}{choice.layout}"
    if choice.centre is None:
        return f"{time}auto"
    named = {place: name for name, place in _PLACES.items() if name != "center"}
    return f"{time}{named.get(choice.centre, f'{choice.centre:g}')}"


def _milliseconds(text: str) -> int | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = found[1] or 0, found[2] or 0, found[3]
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


def usual_choices(choices: RenderChoices, moment: Moment) -> RenderChoices:
    """The choices for one moment, where nobody has named a look of its hook.

    A moment that is better shown without a hook starts without one.
    """
    return choices.replace(hook_style="none") if moment.natural_start else choices
