"""Review: clips that wait for a person, one after another, with keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

from clipping.db import queries
from clipping.db.queries.review_lines import (
    ReviewChoice,
    ReviewKey,
    ReviewLine,
    WaitsFor,
    count_waiting,
    waiting_page,
)
from dashboard import front, looks, verdicts
from dashboard.actions import say_what_was_done
from dashboard.addresses import video_url
from dashboard.changes_panel import changes_list
from dashboard.choosing import client_choice
from dashboard.door.person import Person, person
from dashboard.page import plain, reading
from dashboard.paging import Pages
from dashboard.review_list import ticking
from dashboard.review_panels import about, panels
from dashboard.reviewed import REASONS, Reviewed, read
from dashboard.words import many

PER_PAGE = 20
MOST_COUNTED = 500
SINCE = timedelta(days=3)
FORS = {"approval": "To approve", "release": "Held", "changes": "Changed"}
REJECTING, FOR = "review rejecting", "review for"


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    front.catch_up()
    # Of a file of ours, in every visit once; it holds nothing of anybody.
    st.html('<script src="/auth/player.js"></script>', unsafe_allow_javascript=True)
    looks.begin("Review")
    say_what_was_done(passing=True)
    client, wanted, one_by_one = _choices(who)
    if wanted == "changes":
        changes_list(client, now - SINCE, now)
    else:
        _queue(who, ReviewChoice(client, WaitsFor(wanted)), now, one_by_one=one_by_one)
    front.arrived()


def _queue(who: Person, choice: ReviewChoice, now: datetime, *, one_by_one: bool) -> None:
    pages = Pages("review", choice)
    with reading() as session:
        lines = waiting_page(session, choice, PER_PAGE + 1, pages.after)
        count = count_waiting(session, choice, MOST_COUNTED)
        wanted = _front(lines) if one_by_one else None
        shown = read(session, wanted, staff=who.is_staff) if wanted else None
        under_way = _under_way(
            queries.changes.recent_changes(session, choice.client, now - SINCE, 50)
        )
    if under_way:
        st.caption(plain(f"{many(under_way, 'clip')} being rendered again: see Changed."))
    if not one_by_one:
        as_list(lines, pages, who, choice, now, under_way)
    elif shown is not None:
        in_front(shown, lines, pages, who, count)
    elif wanted is not None:
        looks.empty("There is no such clip", "It may be another client's, or gone.")
        st.button("To the queue", on_click=_to, args=(None,))
    else:
        _nothing(choice, pages, under_way)


def _under_way(lines: Sequence[queries.changes.ChangeLine]) -> int:
    return sum(line.change.open for line in lines)


def _choices(who: Person) -> tuple[str | None, str, bool]:
    one, two, three = st.columns([1.2, 1.6, 1], vertical_alignment="bottom")
    with one:
        client = client_choice(who)
    known = list(FORS) if who.is_staff else ["approval"]
    given = st.query_params.get("for")
    if st.session_state.get(FOR) not in known:
        st.session_state[FOR] = given if given in known else "approval"
    elif st.session_state[FOR] == "changes" and st.query_params.get("clip"):
        # Led here from a line of what was changed.
        st.session_state[FOR] = "approval"
    wanted = two.segmented_control(
        "Clips",
        known,
        format_func=FORS.__getitem__,
        required=True,
        key=FOR,
        on_change=_to,
        args=(None,),
    )
    how = three.segmented_control(
        "Shown", ["One by one", "List"], default="One by one", required=True, key="review shown"
    )
    return client, wanted or "approval", how != "List"


def _nothing(choice: ReviewChoice, pages: Pages, under_way: int) -> None:
    pages.step_back_if_empty(())
    if choice.waits_for is WaitsFor.RELEASE:
        looks.empty("Nothing is held", "No clip has something in it that a person must agree to.")
        return
    looks.empty(
        "Nothing waits for you" if under_way else "Everything is looked at",
        "Clips that are being rendered again come back here once they are made."
        if under_way
        else "New clips of clients who want them approved wait here, the best first.",
    )


def _front(lines: Sequence[ReviewLine]) -> str | None:
    """The clip in front: the one that the address names, else the first that waits."""
    named = st.query_params.get("clip")
    if named:
        return named
    return lines[0].clip_id if lines else None


def _to(clip_id: str | None) -> None:
    """Another clip is in front in the run that comes next."""
    st.session_state.pop(REJECTING, None)
    front.go(clip_id)


def in_front(
    shown: Reviewed, lines: Sequence[ReviewLine], pages: Pages, who: Person, count: int
) -> None:
    ids = [line.clip_id for line in lines]
    at = ids.index(shown.clip.clip_id) if shown.clip.clip_id in ids else None
    after = _behind(ids, at)
    with st.container(key="review_bar"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _bar(shown, who, after)
            _moves(lines, at, pages, count)
        if st.session_state.get(REJECTING) == shown.clip.clip_id:
            _reasons(shown, after)
    film, story = st.columns([1, 1.9], gap="large")
    with film, st.container(key="review_film"):
        by_itself = st.session_state.get("review by itself", True)
        st.video(video_url(shown.clip.clip_id), autoplay=bool(by_itself))
        st.toggle("Play at once", value=True, key="review by itself")
    with story:
        about(shown, who)
        panels(shown, who)


def _behind(ids: Sequence[str], at: int | None) -> str | None:
    """What is in front once this clip is decided about; None begins with the first that waits."""
    if at is None:
        return None
    return ids[at + 1] if at + 1 < len(ids) else None


def _bar(shown: Reviewed, who: Person, after: str | None) -> None:
    """The buttons of a verdict.

    What was pressed while something else was in front is nobody's decision about this.
    """
    held = bool(shown.card.waits_for)
    stands = not shown.being_changed and not shown.superseded_by
    if held and who.is_staff:
        icon, key = ":material/lock_open:", f"release {shown.mark}"
        st.button(
            "Release", shortcut="a", type="primary", icon=icon, key=key,
            on_click=_decide, args=(verdicts.release, shown, after),
        )  # fmt: skip
    else:
        fit = stands and not held and shown.clip.proof.passed
        icon, key = ":material/check:", f"approve {shown.mark}"
        st.button(
            "Approve", shortcut="a", type="primary", icon=icon, disabled=not fit, key=key,
            on_click=_decide, args=(verdicts.approve_shown, shown, after),
        )  # fmt: skip
    st.button(
        "Reject",
        shortcut="x",
        icon=":material/close:",
        disabled=not stands,
        on_click=_ask_why,
        args=(shown.clip.clip_id,),
        key=f"reject {shown.mark}",
    )


def _decide(act: Callable[[Reviewed], bool], shown: Reviewed, after: str | None) -> None:
    if act(shown):
        st.session_state.pop(REJECTING, None)
        front.go_on(shown.clip.clip_id, after)


def _ask_why(clip_id: str) -> None:
    asked = st.session_state.get(REJECTING) == clip_id
    st.session_state[REJECTING] = None if asked else clip_id


def _reasons(shown: Reviewed, after: str | None) -> None:
    clip_id = shown.clip.clip_id
    with st.container(horizontal=True, gap="small"):
        for number, reason in enumerate(REASONS, start=1):
            st.button(
                reason,
                shortcut=str(number),
                key=f"reason {number} {clip_id}",
                on_click=_reject,
                args=(shown, reason, after),
            )
    typed = st.form(f"own reason {clip_id}", border=False, clear_on_submit=True)
    with typed, st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"own words {clip_id}"
        st.text_input("In your own words", max_chars=300, key=key)
        st.form_submit_button(
            "Reject with this", on_click=_reject_as_typed, args=(shown, key, after)
        )


def _reject_as_typed(shown: Reviewed, key: str, after: str | None) -> None:
    _reject(shown, " ".join(st.session_state[key].split()), after)


def _reject(shown: Reviewed, why: str, after: str | None) -> None:
    _decide(partial(verdicts.reject_shown, why=why), shown, after)


def _moves(lines: Sequence[ReviewLine], at: int | None, pages: Pages, count: int) -> None:
    """The buttons that go on and back."""
    shown = min(len(lines), PER_PAGE)
    more = len(lines) > PER_PAGE
    last = not lines or (at is not None and at + 1 >= shown and not more)
    up, down = ":material/keyboard_arrow_up:", ":material/keyboard_arrow_down:"
    ids = [line.clip_id for line in lines[:shown]]
    st.button(
        "Previous", shortcut="k", icon=up, disabled=not at and pages.first,
        on_click=_back, args=(ids, at, pages),
    )  # fmt: skip
    st.button(
        "Next", shortcut="j", icon=down, disabled=last,
        on_click=_forward, args=(ids, at, pages, lines[shown - 1].key if shown else None),
    )  # fmt: skip
    over = "+" if count >= MOST_COUNTED else ""
    place = "" if at is None else f"{at + 1} of {shown} on this page, "
    st.caption(plain(f"{place}{count:,}{over} waiting. Space plays."))


def _back(ids: Sequence[str], seen: int | None, pages: Pages) -> None:
    at = front.at(ids, seen)
    if at:
        _to(ids[at - 1])
    elif not pages.first and (at is not None or seen is None):
        pages.back()
        _to(None)


def _forward(ids: Sequence[str], seen: int | None, pages: Pages, last: ReviewKey | None) -> None:
    at = front.at(ids, seen)
    if seen is None and at is None:
        _to(ids[0])
    elif at is not None and at + 1 < len(ids):
        _to(ids[at + 1])
    elif at is not None:
        pages.forward(last)
        _to(None)


def as_list(
    lines: Sequence[ReviewLine],
    pages: Pages,
    who: Person,
    choice: ReviewChoice,
    now: datetime,
    under_way: int,
) -> None:
    if not lines:
        _nothing(choice, pages, under_way)
        return
    shown = lines[:PER_PAGE]
    approves = choice.waits_for is WaitsFor.APPROVAL
    ticking(shown, now, _open, approves=approves, graded=who.is_staff)
    pages.show(shown[-1].key, more=len(lines) > PER_PAGE)


def _open(clip_id: str) -> None:
    st.session_state["review shown"] = "One by one"
    _to(clip_id)


overview()
