"""What all pages are built of: chips, rows, figures, and what stands where there is nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.page import plain
from dashboard.words import Chip, Tone

_COLOURS: Final = {
    Tone.BAD: "#d92d20",
    Tone.WARN: "#c4710a",
    Tone.GOOD: "#0f8a5f",
    Tone.BUSY: "#2f6fde",
    Tone.CALM: "#7a7890",
}
COLOURS: Final[dict[Tone, str]] = _COLOURS
# Mixed with the text's own colour, so that one sheet serves light and dark.
_STYLE: Final = """<style>
.stMainBlockContainer{padding-top:4.6rem}
.stMainBlockContainer h1{font-size:1.9rem;padding:.1rem 0}
.stMainBlockContainer h2{font-size:1.45rem}.stMainBlockContainer h3{font-size:1.15rem}
.stPageLink a{border-radius:1rem;padding:.12rem .8rem;background:transparent!important;
 border:1px solid color-mix(in srgb,currentColor 22%,transparent)}
.stPageLink a:hover{background:color-mix(in srgb,currentColor 8%,transparent)!important}
.stPageLink a *{font-weight:500!important}
[data-testid=stButtonGroup] [aria-checked=true] *{color:light-dark(#3a1fc0,#cbc1ff)!important}
[data-testid=stCaptionContainer]{color:inherit!important;opacity:.74}
[data-testid=stBaseButton-primary],[data-testid=stBaseButton-primaryFormSubmit],
 [data-testid=stMultiSelectTagsContainer] span{color:light-dark(#fff,#16131f)!important}
[data-testid^=stBaseButton-primary] *,[data-testid=stMultiSelectTagsContainer] span *{
 color:inherit!important}
/* As high as the lists beside them. */
[data-testid=stButtonGroup] button{min-height:2.5rem}
/* What is chosen is seen whole. */
[data-testid=stMultiSelectTagsContainer]{flex-wrap:wrap!important;height:auto!important}
:has(>[data-testid=stMultiSelectTagsContainer]){height:auto!important;max-height:none!important}
.cl-chip{display:inline-block;padding:.05rem .55rem;border-radius:1rem;font-size:.78rem;
 font-weight:600;line-height:1.45;white-space:nowrap;
 color:color-mix(in srgb,var(--c) 64%,currentColor);
 background:color-mix(in srgb,var(--c) 14%,transparent)}
.cl-row{display:grid;grid-template-columns:6.6rem minmax(0,1fr);gap:.1rem .8rem;
 align-items:baseline;line-height:1.35;padding:.42rem 0}
.cl-row>.cl-mark{grid-row:1/3}
.cl-name{font-weight:600;overflow-wrap:anywhere}
.cl-quiet{font-size:.85rem;opacity:.72;overflow-wrap:anywhere}
.cl-figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.7rem}
.cl-figure{padding:.7rem .9rem;border-radius:.8rem;
 background:color-mix(in srgb,currentColor 5%,transparent)}
.cl-figure b{display:block;font-size:1.55rem;line-height:1.2;font-weight:650;
 color:color-mix(in srgb,var(--c) 80%,currentColor)}
.cl-figure span{font-size:.82rem;opacity:.75}
.cl-empty{text-align:center;padding:2.2rem 1rem;border-radius:1rem;
 background:color-mix(in srgb,#0f8a5f 7%,transparent)}
.cl-empty b{display:block;font-size:1.1rem;margin-bottom:.2rem}
.cl-cells{display:grid;gap:.15rem .8rem;align-items:baseline;line-height:1.3;font-size:.92rem;
 padding:.36rem 0;
 grid-template-columns:minmax(9rem,2.2fr) minmax(8rem,2.4fr) repeat(5,minmax(4.6rem,1fr))}
.cl-cells.cl-head{font-size:.76rem;opacity:.72}
.cl-cells small{display:none}
.cl-scroll{overflow-x:auto}.cl-strips{min-width:660px;padding-bottom:.3rem}
.cl-strip{display:grid;grid-template-columns:13rem minmax(0,1fr);align-items:center;height:26px}
.cl-strip>span{font-size:.82rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;
 padding-right:.6rem}.cl-strip small{opacity:.74}
.cl-track{position:relative;height:100%;border-left:1px solid
 color-mix(in srgb,currentColor 10%,transparent)}
.cl-track>*{position:absolute}
.cl-mark-at{top:0;bottom:0;width:1px;background:color-mix(in srgb,currentColor 10%,transparent)}
.cl-hour{font-size:.74rem;opacity:.72;top:.3rem;padding-left:.25rem}
.cl-awake{top:9px;height:8px;border-radius:4px;
 background:color-mix(in srgb,currentColor 9%,transparent)}
.cl-now{top:1px;bottom:1px;width:2px;background:#2f6fde}
.cl-dot{width:14px;height:14px;border-radius:50%;top:6px;margin-left:-7px;background:var(--c);
 border:2px solid color-mix(in srgb,var(--c) 30%,#fff)}
.cl-key{display:flex;flex-wrap:wrap;gap:.3rem 1rem;font-size:.82rem;opacity:.85}
.cl-key i{display:inline-block;width:.65rem;height:.65rem;border-radius:50%;
 background:var(--c);margin-right:.35rem}
.cl-line{margin:0;padding:.35rem 0 .35rem 1rem;border-left:2px solid
 color-mix(in srgb,currentColor 18%,transparent);line-height:1.35}
.cl-saying{display:grid;grid-template-columns:3.4rem minmax(0,1fr);padding:.22rem .5rem;
 border-radius:.5rem;line-height:1.4;cursor:pointer}
.cl-saying>span{font-size:.78rem;opacity:.6;font-variant-numeric:tabular-nums;padding-top:.12rem}
.cl-saying:hover{background:color-mix(in srgb,currentColor 6%,transparent)}
.cl-heard{background:color-mix(in srgb,#2f6fde 14%,transparent)}
.cl-muted{opacity:.55;text-decoration:line-through}
.cl-chips{display:flex;flex-wrap:wrap;gap:.35rem}
.cl-copy{white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.4;padding:.6rem .8rem;
 border-radius:.7rem;background:color-mix(in srgb,currentColor 5%,transparent)}
.cl-bar{height:5px;border-radius:3px;margin-top:.35rem;max-width:22rem;
 background:color-mix(in srgb,currentColor 12%,transparent)}
.cl-bar>i{display:block;height:100%;border-radius:3px;background:#2f6fde}
[data-testid=stLayoutWrapper]:has(>.st-key-review_bar){position:sticky;top:3.75rem;z-index:90;
 padding:.5rem 0;backdrop-filter:blur(16px)}
.st-key-review_film video{max-height:min(72vh,44rem);background:#000;border-radius:.8rem}
@media(max-width:640px){
 .st-key-review_film video{max-height:58vh}
 /* Under the thumb. */
 [data-testid=stLayoutWrapper]:has(>.st-key-review_bar){position:fixed;top:auto;bottom:0;left:0;
  right:0;padding:.6rem 1rem;background:Canvas;max-height:70vh;overflow-y:auto;
  border-top:1px solid color-mix(in srgb,currentColor 14%,transparent)}
 .st-key-review_bar [data-testid=stIconMaterial],
 .st-key-review_bar [data-testid=stCaptionContainer]{display:none}
 .st-key-review_bar button :has(>[data-testid=stIconMaterial]:only-child){display:none}
 .st-key-review_bar button{padding:.35rem .6rem;min-width:0}
 .stMainBlockContainer:has(.st-key-review_bar){padding-bottom:8rem}
 .cl-strip{grid-template-columns:6.6rem minmax(0,1fr)}.cl-strips{min-width:0}
 .cl-strips.cl-week{min-width:660px}.cl-hour:nth-child(even){display:none}
 .cl-week .cl-hour:nth-child(even){display:inline}.cl-strip>span{font-size:.74rem}
 .cl-row{grid-template-columns:minmax(0,1fr)}.cl-row>.cl-mark{grid-row:auto}
 .cl-cells{grid-template-columns:repeat(3,1fr)}.cl-cells.cl-head{display:none}
 .cl-cells small{display:block;font-size:.72rem;opacity:.72}
 .cl-cells>.cl-wide{grid-column:1/4}
}
</style>"""


@dataclass(frozen=True)
class Lead:
    """Where a row leads: a page, and what of it is opened."""

    label: str
    page: str
    """Such as ``posts``."""
    query: dict[str, str] = field(default_factory=dict)


def style() -> None:
    """What all pages look like; once for each run."""
    st.html(_STYLE)


def begin(title: str, said: str = "") -> None:
    """The title of a page, and what it shows in one sentence."""
    st.title(title)
    if said:
        st.caption(plain(said))


def chip(shown: Chip) -> str:
    """A chip, as HTML."""
    return f'<span class="cl-chip" style="--c:{_COLOURS[shown.tone]}">{escape(shown.text)}</span>'


@contextmanager
def listing() -> Iterator[None]:
    """Lines of one list, close together."""
    with st.container(gap=None):
        yield


def row(mark: Chip, name: str, said: Sequence[str], lead: Lead | None = None) -> DeltaGenerator:
    """A line of a list: what it is, how it stands, and where it leads.

    What is put into what it gives stands at the line's end.
    """
    quiet = "".join(f'<div class="cl-quiet">{escape(one)}</div>' for one in said if one)
    with _line() as line:
        st.html(
            f'<div class="cl-row"><span class="cl-mark">{chip(mark)}</span>'
            f'<div><div class="cl-name">{escape(name)}</div>{quiet}</div></div>'
        )
        if lead is not None:
            link(lead)
    return line


def head(names: Sequence[str]) -> None:
    """The names of the columns of :func:`cells`."""
    shown = "".join(f"<div>{escape(one)}</div>" for one in names)
    with _line():
        st.html(f'<div class="cl-cells cl-head">{shown}</div>')
        # As wide as the links below.
        st.html("&nbsp;" * 16, width="content")


def cells(columns: Sequence[tuple[str, str]], lead: Lead) -> None:
    """A line of a table, as names and HTML that is safe; narrow screens show the names as well."""
    shown = "".join(
        f'<div class="{"cl-wide" if place < 2 else ""}">'
        f"{f'<small>{escape(name)}</small>' if place > 1 else ''}{html}</div>"
        for place, (name, html) in enumerate(columns)
    )
    with _line():
        st.html(f'<div class="cl-cells">{shown}</div>')
        link(lead)


@contextmanager
def _line() -> Iterator[DeltaGenerator]:
    made = st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False)
    with made:
        yield made


def link(lead: Lead) -> None:
    """Goes to another page of ours without a new visit."""
    st.page_link(
        f"views/{lead.page}.py", label=plain(lead.label), query_params=lead.query, width="content"
    )


def figures(shown: Sequence[tuple[str, str, Tone]]) -> None:
    """A few figures side by side: how many, of what, how loud."""
    tiles = "".join(
        f'<div class="cl-figure" style="--c:{_COLOURS[tone]}"><b>{escape(value)}</b>'
        f"<span>{escape(name)}</span></div>"
        for value, name, tone in shown
    )
    st.html(f'<div class="cl-figures">{tiles}</div>')


def empty(title: str, said: str) -> None:
    """What stands where there is nothing to show."""
    st.html(f'<div class="cl-empty"><b>{escape(title)}</b>{escape(said)}</div>')


def lines(shown: Sequence[tuple[str, str]]) -> None:
    """A history: when, and what."""
    st.html(
        "".join(
            f'<div class="cl-line"><span class="cl-quiet">{escape(at)}</span><br>{escape(what)}'
            "</div>"
            for at, what in shown
        )
    )


def key(shown: Sequence[Chip]) -> None:
    """What the colours of a picture mean."""
    colours([(one.text, _COLOURS[one.tone]) for one in shown])


def colours(shown: Sequence[tuple[str, str]]) -> None:
    """What the colours of a picture mean, each a name and a colour."""
    told = "".join(f'<span><i style="--c:{one}"></i>{escape(name)}</span>' for name, one in shown)
    st.html(f'<div class="cl-key">{told}</div>')


def chips(shown: Sequence[Chip]) -> None:
    """Chips side by side."""
    st.html(f'<div class="cl-chips">{"".join(map(chip, shown))}</div>')


def entry(name: str, said: Sequence[str]) -> None:
    """A name, and what there is to say about it, beside other things of a line."""
    quiet = "".join(f'<div class="cl-quiet">{escape(one)}</div>' for one in said if one)
    st.html(f'<div><div class="cl-name">{escape(name)}</div>{quiet}</div>')


def sayings(shown: Iterable[tuple[int, str]]) -> None:
    """What is said, as milliseconds of the film and HTML that is safe: a click goes there."""
    told = "".join(
        f'<div class="cl-saying" data-at="{at_ms}"><span>{at_ms // 60_000}:'
        f"{at_ms / 1000 % 60:04.1f}</span><div>{html}</div></div>"
        for at_ms, html in shown
    )
    st.html(f"<div>{told}</div>")


def ends(shown: Sequence[tuple[str, str, bool]]) -> None:
    """Sentences where something begins or ends: a mark, the text, and whether it is inside."""
    told = "".join(
        f'<div class="cl-saying{" cl-heard" if inside else ""}"><span>{escape(mark)}</span>'
        f"<div>{escape(text)}</div></div>"
        for mark, text, inside in shown
    )
    st.html(f"<div>{told}</div>")


def copied(title: str, text: str) -> None:
    """The words of a post as they are sent."""
    head = f"<b>{escape(title)}</b>\n\n" if title else ""
    st.html(f'<div class="cl-copy">{head}{escape(text)}</div>')


def bar(fraction: float) -> None:
    """How far something is."""
    st.html(f'<div class="cl-bar"><i style="width:{100 * fraction:.0f}%"></i></div>')


def picture(html: str) -> None:
    """A picture as wide as the page; on a narrow one it is moved sideways."""
    st.html(f'<div class="cl-scroll">{html}</div>')
