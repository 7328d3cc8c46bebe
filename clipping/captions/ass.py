"""The ASS file that libass burns in: every run at its own place, nothing left to the renderer.

Meant for ``ass=filename=<this>:fontsdir=<FONTS_DIR>``. Coordinates are those of the 1080x1920
frame; libass scales them to any other size of the same shape.

Layers, from the back: 0 shadow, 1 outline, 2 letters of captions; 3 plate, 4 letters of the hook.
Letters lie above all outlines, so that the outline of one word never cuts into another.

Times in ASS are centiseconds. All are rounded down: a frame at or after an event's start, at any
frame rate, then always shows it, and at worst a frame less than 10 ms before the start does too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clipping.captions.base import CaptionStyle
from clipping.captions.fonts import LANGUAGE, font, ink
from clipping.captions.hook import hook_runs
from clipping.captions.lines import PlacedRun
from clipping.captions.scripts import Locale, locale_of
from clipping.captions.typeset import Setting, set_caption
from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, Box, CaptionEvent, HookOverlay

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
_SHADOW_BLUR_SHARE = 0.5
_HOOK_IN_MS, _HOOK_OUT_MS = 160, 240
_HOOK_RISE_PX = 12
_HOOK_FIRST_ALPHA = 0x60
"""The hook is legible from the very first frame, which feeds show as a still."""


@dataclass(frozen=True)
class _Dialogue:
    layer: int
    start_ms: int
    end_ms: int
    style: str
    text: str


def ass_document(
    events: Sequence[CaptionEvent],
    hook: HookOverlay | None,
    style: CaptionStyle,
) -> str:
    """The whole document, drawn inside the boxes of the events and of the hook.

    ``events`` and ``hook`` are what ``lay_out`` and ``lay_out_hook`` gave for the same style.
    """
    locale = _locale(events)
    dialogues: list[_Dialogue] = []
    for same in _groups(events):
        dialogues += _caption(same, style, locale)
    if hook is not None:
        dialogues += _hook(hook, style)
    dialogues.sort(key=lambda dialogue: (dialogue.start_ms, dialogue.layer))
    body = "".join(_line(dialogue) for dialogue in dialogues)
    return f"{_HEADER}{_styles(style)}{_EVENTS}{body}"


def _styles(style: CaptionStyle) -> str:
    hidden = "&HFF000000"
    shadow = _colour("#000000", style.shadow_opacity)
    outline = _colour(style.outline_colour)
    soft = max(0.0, style.outline_px - style.shadow_px * _SHADOW_BLUR_SHARE)
    rows = [
        ("Shadow", shadow, shadow, soft),
        ("Outline", outline, outline, style.outline_px),
        ("Text", _colour(style.colour), hidden, 0.0),
        ("Lit", _colour(style.lit_colour), hidden, 0.0),
        ("Plate", _colour(style.hook.plate_colour), hidden, 0.0),
        ("Hook", _colour(style.hook.colour), hidden, 0.0),
    ]
    return "".join(
        f"Style: {name},{style.font},{style.em_px:g},{fill},{fill},{edge},{hidden},"
        f"-1,0,0,0,100,100,0,0,1,{_number(border)},0,7,0,0,0,-1\n"
        for name, fill, edge, border in rows
    )


def _locale(events: Sequence[CaptionEvent]) -> Locale:
    """Told from every word once, as ``lay_out`` did."""
    return locale_of(word for same in _groups(events) for word in same[0].words)


def _groups(events: Sequence[CaptionEvent]) -> Iterator[list[CaptionEvent]]:
    """Consecutive states of the same words in the same places."""
    held: list[CaptionEvent] = []
    for event in events:
        if held and (
            (event.words, event.clip_words, event.boxes)
            != (held[0].words, held[0].clip_words, held[0].boxes)
            or event.start_ms != held[-1].end_ms
        ):
            yield held
            held = []
        held.append(event)
    if held:
        yield held


def _caption(
    events: Sequence[CaptionEvent], style: CaptionStyle, locale: Locale
) -> Iterator[_Dialogue]:
    setting = set_caption(events[0].words, style, locale)
    start_ms, end_ms = events[0].start_ms, events[-1].end_ms
    for run in _moved(setting, events[0].boxes):
        if style.shadow_px:
            blur = style.shadow_px * _SHADOW_BLUR_SHARE
            tags = f"{_place(run.moved(0, style.shadow_px))}\\blur{_number(blur)}"
            yield _Dialogue(0, start_ms, end_ms, "Shadow", _drawn(run, tags))
        if style.outline_px:
            yield _Dialogue(1, start_ms, end_ms, "Outline", _drawn(run, _place(run)))
        for from_ms, to_ms, lit in _lit_spans(events, run.owner):
            yield _Dialogue(2, from_ms, to_ms, "Lit" if lit else "Text", _drawn(run, _place(run)))


def _moved(setting: Setting, boxes: Sequence[Box]) -> Iterator[PlacedRun]:
    """The runs of the setting, each word shifted to where its event has it."""
    for run in setting.runs:
        own, wanted = setting.boxes[run.owner], boxes[run.owner]
        yield run.moved(wanted.left - own.left, wanted.top - own.top)


def _lit_spans(events: Sequence[CaptionEvent], word: int) -> Iterator[tuple[int, int, bool]]:
    """When a word is lit and when not, neighbouring states of the same colour joined."""
    start_ms = events[0].start_ms
    for event, following in zip(events, [*events[1:], None], strict=True):
        lit = event.lit == word
        if following is None or (following.lit == word) != lit:
            yield start_ms, event.end_ms, lit
            start_ms = event.end_ms


def _hook(hook: HookOverlay, style: CaptionStyle) -> Iterator[_Dialogue]:
    shown_ms = hook.end_ms - hook.start_ms
    in_ms = min(_HOOK_IN_MS, shown_ms // 3)
    out_ms = min(_HOOK_OUT_MS, shown_ms // 3)
    fade = f"\\fade({_HOOK_FIRST_ALPHA},0,255,0,{in_ms},{shown_ms - out_ms},{shown_ms})"
    box = hook.box
    shape = _rounded(box.right - box.left, box.bottom - box.top, style.hook.radius_px)
    plate = f"{{\\pos({box.left},{box.top}){fade}\\p1}}{shape}"
    yield _Dialogue(3, hook.start_ms, hook.end_ms, "Plate", plate)
    for run in hook_runs(hook, style):
        x, y = _anchor(run)
        low, high = _number(y + _HOOK_RISE_PX), _number(y)
        place = f"\\move({_number(x)},{low},{_number(x)},{high},0,{in_ms}){_face(run)}{fade}"
        yield _Dialogue(4, hook.start_ms, hook.end_ms, "Hook", _drawn(run, place))


def _rounded(width: int, height: int, radius: int) -> str:
    """A rectangle with round corners as a drawing; 0.5523 makes a Bézier curve a quarter circle."""
    r = min(radius, width // 2, height // 2)
    k = r - round(r * 0.5523)
    w, h = width, height
    return (
        f"m {r} 0 l {w - r} 0 b {w - k} 0 {w} {k} {w} {r} l {w} {h - r} "
        f"b {w} {h - k} {w - k} {h} {w - r} {h} l {r} {h} "
        f"b {k} {h} 0 {h - k} 0 {h - r} l 0 {r} b 0 {k} {k} 0 {r} 0"
    )


def _place(run: PlacedRun) -> str:
    x, y = _anchor(run)
    return f"\\pos({_number(x)},{_number(y)}){_face(run)}"


def _anchor(run: PlacedRun) -> tuple[float, float]:
    """The upper left corner of the run as libass reckons it, from the pen's start."""
    x = run.x + ink(run.text, run.family, rtl=run.rtl).anchor * run.em_px
    return x, run.baseline - font(run.family).ascent_em * run.em_px


def _face(run: PlacedRun) -> str:
    return f"\\fn{run.family}\\fs{_number(font(run.family).size_em * run.em_px)}"


def _drawn(run: PlacedRun, tags: str) -> str:
    return f"{{{tags}}}{escaped(run.text)}"


def escaped(text: str) -> str:
    """A run's text as libass prints it: braces would open tags.

    A backslash only ever stands alone in its run, where it has nothing to escape.
    """
    return text.replace("{", "\\{").replace("}", "\\}")


def _line(dialogue: _Dialogue) -> str:
    start, end = _timestamp(dialogue.start_ms), _timestamp(dialogue.end_ms)
    return f"Dialogue: {dialogue.layer},{start},{end},{dialogue.style},,0,0,0,,{dialogue.text}\n"


def _timestamp(ms: int) -> str:
    seconds, centiseconds = divmod(ms // 10, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}.{centiseconds:02d}"


def _colour(rgb: str, opacity: float = 1.0) -> str:
    red, green, blue = rgb[1:3], rgb[3:5], rgb[5:7]
    return f"&H{round(255 * (1 - opacity)):02X}{blue}{green}{red}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
