"""The ASS file that libass burns in: every run at its own place, nothing left to the renderer.

Meant for ``ass=filename=<this>:fontsdir=<FONTS_DIR>``. Coordinates are those of the 1080x1920
frame; libass scales them to any other size of the same shape.

Times in ASS are centiseconds. All are rounded down: a frame at or after an event's start, at any
frame rate, then always shows it, and at worst a frame less than 10 ms before the start does too.
"""

from __future__ import annotations

from collections.abc import Sequence

from clipping.captions import hook_style
from clipping.captions.ass_caption import SHADOW_BLUR_SHARE, caption_dialogues
from clipping.captions.ass_hook import hook_dialogues
from clipping.captions.base import CaptionStyle, HookKind, HookStyle
from clipping.captions.fonts import LANGUAGE
from clipping.captions.shown import groups, locale_of_captions
from clipping.captions.tags import Dialogue, colour, number
from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, CaptionEvent, HookOverlay

_HEADER = f"""[Script Info]
ScriptType: v4.00+
PlayResX: {OUTPUT_WIDTH_PX}
PlayResY: {OUTPUT_HEIGHT_PX}
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: TV.709
Kerning: yes
Language: {LANGUAGE}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
"""
_EVENTS = """
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_HIDDEN = "&HFF000000"


def ass_document(
    events: Sequence[CaptionEvent],
    hook: HookOverlay | None,
    style: CaptionStyle,
) -> str:
    """The whole document, drawn inside the boxes of the events and of the hook.

    ``events`` and ``hook`` are what ``lay_out`` and ``lay_out_hook`` gave for the same style.
    """
    locale = locale_of_captions(events)
    dialogues: list[Dialogue] = []
    for same in groups(events):
        dialogues += caption_dialogues(same, style, locale)
    look = None
    if hook is not None:
        look = hook_style(hook.style)
        dialogues += hook_dialogues(hook, style)
    dialogues.sort(key=lambda dialogue: (dialogue.start_ms, dialogue.layer))
    body = "".join(dialogue.line() for dialogue in dialogues)
    return f"{_HEADER}{_styles(style, look)}{_EVENTS}{body}"


_Row = tuple[str, str, str, float]
"""Name, colour of the letters, colour of the outline, outline in pixels."""


def _styles(style: CaptionStyle, hook: HookStyle | None) -> str:
    shadow = colour("#000000", style.shadow_opacity)
    outline = colour(style.outline_colour)
    letters = {"Text": style.colour, "Lit": style.lit_colour}
    if style.emphasis_colour is not None:
        letters["Emphasis"] = style.emphasis_colour
    rows: list[_Row] = [
        ("Shadow", shadow, shadow, _soft_px(style)),
        ("Outline", outline, outline, style.edge_px),
        *((name, colour(rgb), colour(rgb), style.weight_px) for name, rgb in letters.items()),
    ]
    if style.plate is not None:
        rows.append(("Spoken", colour(style.plate.colour), _HIDDEN, 0.0))
    if hook is not None:
        rows += _hook_styles(style, hook)
    return "".join(
        f"Style: {name},{style.font},{style.em_px:g},{fill},{fill},{edge},{_HIDDEN},"
        f"-1,0,0,0,100,100,0,0,1,{number(border)},0,7,0,0,0,-1\n"
        for name, fill, edge, border in rows
    )


def _hook_styles(style: CaptionStyle, hook: HookStyle) -> list[_Row]:
    look = style.hook
    strip = hook.kind is HookKind.STRIP
    letters = look.on_accent_colour if strip else look.colour
    if hook.kind is HookKind.LETTERS:
        letters = style.colour
    plate = look.accent_colour if strip else look.plate_colour
    shadow = colour("#000000", hook.shadow_opacity)
    outline = colour(hook.outline_colour)
    return [
        ("HookPlate", colour(plate), _HIDDEN, 0.0),
        ("HookShadow", shadow, shadow, _soft_px(hook)),
        ("HookOutline", outline, outline, hook.edge_px),
        ("Hook", colour(letters), colour(letters), hook.weight_px),
        ("HookKey", colour(look.key_colour), colour(look.key_colour), hook.weight_px),
    ]


def _soft_px(style: CaptionStyle | HookStyle) -> float:
    """A shadow's outline: its blur reaches as far again."""
    return max(0.0, style.edge_px - style.shadow_px * SHADOW_BLUR_SHARE)
