"""Amounts as bars: by day, and against what may be spent. Pure.

No picture format that a page may hold is styled by its theme, so these are HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final

COLOURS: Final = ("#2f6fde", "#8b5cf6", "#0f8a5f", "#c4710a", "#7a7890")
"""Of kinds, in their order; each stands out from the page in light and in dark."""

_STYLE: Final = """<style>
.cl-bars{position:relative;display:flex;align-items:flex-end;gap:3px;height:190px;
 padding:1.3rem 0 0;border-bottom:1px solid color-mix(in srgb,currentColor 30%,transparent)}
.cl-bar{flex:1 1 0;min-width:4px;height:100%;display:flex;flex-direction:column-reverse;gap:1px}
.cl-bar i{display:block;background:var(--c)}.cl-bar i:last-child{border-radius:3px 3px 0 0}
.cl-top{position:absolute;top:0;left:0;font-size:.78rem;opacity:.8}
.cl-line-at{position:absolute;left:0;right:0;height:0;border-top:2px dashed
 color-mix(in srgb,currentColor 55%,transparent)}
.cl-line-at b{position:absolute;right:0;bottom:.15rem;font-size:.75rem;font-weight:600;
 padding:0 .3rem;background:color-mix(in srgb,var(--bg,transparent) 80%,transparent)}
.cl-days{display:flex;gap:3px;font-size:.74rem;opacity:.8;padding-top:.2rem}
.cl-days span{flex:1 1 0;min-width:4px;text-align:center;overflow:visible;white-space:nowrap}
.cl-meters{display:grid;grid-template-columns:minmax(7rem,1.1fr) minmax(0,3fr) minmax(9rem,1.5fr);
 gap:.55rem 1rem;align-items:center;font-size:.92rem}
.cl-meters a{color:inherit;font-weight:600;overflow-wrap:anywhere}
.cl-meters>b{overflow-wrap:anywhere;font-weight:600}
.cl-meter{position:relative;height:14px;border-radius:7px;overflow:hidden;
 background:color-mix(in srgb,currentColor 11%,transparent)}
.cl-meter i{position:absolute;top:0;bottom:0;left:0;background:var(--c)}
.cl-meter i.cl-under-way{opacity:.45}
.cl-meter u{position:absolute;top:0;bottom:0;width:3px;margin-left:-3px;
 background:color-mix(in srgb,currentColor 75%,transparent)}
.cl-said{font-size:.85rem;line-height:1.3;opacity:.85}
@media(max-width:640px){.cl-days span:nth-child(even){visibility:hidden}
 .cl-days{font-size:.64rem}.cl-bars,.cl-days{gap:1px}
 .cl-meters{grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:.15rem .6rem}
 .cl-meters .cl-meter{grid-column:1/3;grid-row:auto}.cl-meters .cl-said{text-align:right}
 .cl-meters>*:nth-child(3n+1){grid-column:1;margin-top:.7rem}
 .cl-meters>*:nth-child(3n+3){grid-column:1/3;text-align:left}
}
</style>"""


@dataclass(frozen=True)
class Meter:
    """How much of something is used up."""

    name: str
    said: str
    """How much of how much, in words."""
    used: float
    """0 is nothing and 1 all; more is more than all."""
    colour: str
    under_way: float = 0
    """What may come to it."""
    foreseen: float | None = None
    """Where it will be at the end."""
    link: str = ""
    """An address of ours."""


def days(
    by_day: Mapping[date, Mapping[str, float]],
    kinds: Sequence[str],
    shown: Sequence[date],
    *,
    said: Callable[[float], str],
    level: float | None = None,
    level_said: str = "",
) -> str:
    """HTML of a bar for each day, made of kinds in their order.

    :param shown: The days, in their order.
    :param said: A figure in words.
    :param level: Where a line goes across all of them.
    """
    totals = {day: sum(by_day.get(day, {}).values()) for day in shown}
    top = max([*totals.values(), level or 0]) or 1
    bars = "".join(_bar(day, by_day.get(day, {}), kinds, top, said) for day in shown)
    line = ""
    if level is not None:
        line = (
            f'<span class="cl-line-at" style="bottom:{_percent(0.88 * level / top)}%">'
            f"<b>{escape(level_said)}</b></span>"
        )
    names = "".join(f"<span>{day.day}</span>" for day in shown)
    return (
        f'{_STYLE}<div class="cl-bars"><span class="cl-top">{escape(said(top))}</span>'
        f'{bars}{line}</div><div class="cl-days">{names}</div>'
    )


def _bar(
    day: date,
    amounts: Mapping[str, float],
    kinds: Sequence[str],
    top: float,
    said: Callable[[float], str],
) -> str:
    told = [f"{kind} {said(amounts[kind])}" for kind in kinds if amounts.get(kind)]
    title = escape(f"{day:%a %d %b}: {', '.join(told) or 'nothing'}", quote=True)
    parts = "".join(
        f'<i style="height:{_percent(0.88 * amounts[kind] / top)}%;--c:{colour_of(kinds, kind)}">'
        "</i>"
        for kind in kinds
        if amounts.get(kind)
    )
    return f'<div class="cl-bar" title="{title}">{parts}</div>'


def colour_of(kinds: Sequence[str], kind: str) -> str:
    """The colour of a kind."""
    return COLOURS[min(kinds.index(kind), len(COLOURS) - 1)]


def meters(shown: Sequence[Meter]) -> str:
    """HTML of a line for each: its name, how much is used up, and the same in words."""
    return f'{_STYLE}<div class="cl-meters">{"".join(map(_meter, shown))}</div>'


def _meter(one: Meter) -> str:
    name = f"<b>{escape(one.name)}</b>"
    if one.link:
        name = f'<a href="{escape(one.link, quote=True)}">{escape(one.name)}</a>'
    bar = f'<i style="width:{_percent(one.used)}%;--c:{one.colour}"></i>'
    if one.under_way:
        both = _percent(one.used + one.under_way)
        bar = f'<i class="cl-under-way" style="width:{both}%;--c:{one.colour}"></i>{bar}'
    if one.foreseen is not None:
        bar += f'<u style="left:{_percent(one.foreseen)}%"></u>'
    title = escape(one.said, quote=True)
    return (
        f'{name}<div class="cl-meter" title="{title}">{bar}</div>'
        f'<div class="cl-said">{escape(one.said)}</div>'
    )


def _percent(share: float) -> float:
    return round(100 * max(0.0, min(1.0, share)), 2)
