"""Clips that wait for a person as a list, to decide about many of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from clipping.db.queries.review_lines import ReviewLine
from dashboard import looks, verdicts
from dashboard.addresses import cover_url
from dashboard.page import plain
from dashboard.reviewed import REASONS
from dashboard.words import apart


def ticking(
    shown: Sequence[ReviewLine],
    now: datetime,
    open_one: Callable[[str], None],
    *,
    approves: bool,
    graded: bool,
) -> None:
    """A line a clip, and above them what is done to those that are ticked.

    :param open_one: Called with the id of a clip that somebody wants in front.
    :param approves: Whether they can be approved here, too.
    :param graded: Whether their scores and the reasons for them are told.
    """
    bar = st.container(key="review_bar")
    ticked = [line.clip_id for line in shown if _tick(line, now, open_one, graded=graded)]
    with bar:
        _bulk(shown, ticked, approves=approves)


def _tick(
    line: ReviewLine, now: datetime, open_one: Callable[[str], None], *, graded: bool
) -> bool:
    made = f"{line.seconds:.0f} s · {line.client} · made {apart(line.rendered_at, now)}"
    told = (f"{line.score} points · {made}", line.reason) if graded else (made,)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        on = st.checkbox(
            plain(f"Tick {line.hook}"), key=f"tick {line.clip_id}", label_visibility="collapsed",
            width=30,
        )  # fmt: skip
        st.image(cover_url(line.clip_id), width=54)
        looks.entry(line.hook, told)
        st.button("Open", key=f"open {line.clip_id}", on_click=open_one, args=(line.clip_id,))
    return on


def _bulk(shown: Sequence[ReviewLine], ticked: Sequence[str], *, approves: bool) -> None:
    ids = [line.clip_id for line in shown]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        every = len(ticked) < len(shown)
        st.button(
            "Tick all" if every else "Tick none",
            on_click=_tick_all,
            args=(ids,),
            kwargs={"on": every},
        )
        if approves:
            st.button(
                f"Approve {len(ticked)}",
                type="primary",
                disabled=not ticked,
                key="approve ticked",
                on_click=_approve,
                args=(ids,),
            )
        with st.popover(f"Reject {len(ticked)}", disabled=not ticked):
            st.radio("Why", REASONS, key="why ticked")
            st.text_input("Or in your own words", max_chars=300, key="own ticked")
            st.button("Reject them", key="reject ticked", on_click=_reject, args=(ids,))


def _approve(ids: Sequence[str]) -> None:
    verdicts.approve(_ticked(ids))


def _reject(ids: Sequence[str]) -> None:
    typed = st.session_state
    verdicts.reject(
        _ticked(ids), " ".join(typed["own ticked"].split()) or typed["why ticked"] or ""
    )


def _ticked(ids: Sequence[str]) -> list[str]:
    """Of those that were shown."""
    return [clip_id for clip_id in ids if st.session_state.get(f"tick {clip_id}")]


def _tick_all(ids: Sequence[str], *, on: bool) -> None:
    for clip_id in ids:
        st.session_state[f"tick {clip_id}"] = on
